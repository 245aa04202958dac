using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Log;

/// <summary>One message with everything that happened to it.</summary>
public static class GetMessage
{
    /// <summary>State: a state of the message, or deferred, refused, resent, delivered, bounced, opened, clicked. Detail: what else is known, or null.</summary>
    public sealed record Step(DateTime At, string State, string Channel, string Reason, JsonElement? Detail);

    /// <summary>The newest steps that are read.</summary>
    public const int MostSteps = 200;

    /// <summary>
    /// Attempts: how often a worker took it. ProviderId: the provider's name for it. DedupeKey: the effect it is the one message for. Steps: the
    /// newest 200, oldest first; Earlier: how many came before them.
    /// </summary>
    public sealed record Answer(LoggedMessage Message, string DedupeKey, JsonElement Facts, int Priority, DateTime? Deadline, int Attempts, string ProviderId, string TemplateVersion, int Earlier, IReadOnlyList<Step> Steps);

    private sealed record Row(
        string CustomerId, string MessageId, string Kind, string Topic, string Audience, string ToEmail, string ToName, string? Milestone, string State, string Channel, string Reason,
        DateTime CreatedAt, DateTime NotBefore, DateTime? SentAt, string DedupeKey, string Facts, int Priority, DateTime? Deadline, int Attempt, string ProviderId, string TemplateVersion, int Count);

    private sealed record StepRow(DateTime At, string State, string Channel, string Reason, string? Detail);

    /// <summary>One message with its history: when it was taken, put off, refused, sent, delivered, and why.</summary>
    public static async Task<Results<Ok<Answer>, NotFound>> Handle(string id, NpgsqlDataSource db, CancellationToken ct) =>
        await Run(db, id, ct) is { } found ? TypedResults.Ok(found) : TypedResults.NotFound();

    public static async Task<Answer?> Run(NpgsqlDataSource db, string id, CancellationToken ct)
    {
        if (id.Length > 64 || id.Contains('\0')) return null;
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"select {LoggedMessage.Columns}, dedupe_key, facts::text as facts, priority, deadline, attempt, provider_id, template_version, steps as count from messages where message_id = @id", new { id }, cancellationToken: ct));
        if (row is null) return null;
        var steps = (await connection.QueryAsync<StepRow>(new CommandDefinition(
            "select at, state, channel, reason, detail::text as detail from message_steps where customer_id = @CustomerId and message_id = @MessageId order by n desc limit @MostSteps",
            new { row.CustomerId, row.MessageId, MostSteps }, cancellationToken: ct))).AsList();
        steps.Reverse();
        return new(
            new(row.CustomerId, row.MessageId, row.Kind, row.Topic, row.Audience, row.ToEmail, row.ToName, row.Milestone, row.State, row.Channel, row.Reason, row.CreatedAt, row.NotBefore, row.SentAt),
            row.DedupeKey, Json(row.Facts), row.Priority, row.Deadline, row.Attempt, row.ProviderId, row.TemplateVersion, Math.Max(0, row.Count - steps.Count),
            [.. steps.Select(step => new Step(step.At, step.State, step.Channel, step.Reason, step.Detail is null ? null : Json(step.Detail)))]);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
