using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Log;

/// <summary>One message of the delivery log. Channel "": none took it. Reason: why it is in this state, or "".</summary>
public sealed record LoggedMessage(
    string CustomerId, string MessageId, string Kind, string Topic, string Audience, string ToEmail, string ToName, string? Milestone, string State, string Channel, string Reason,
    DateTime CreatedAt, DateTime NotBefore, DateTime? SentAt)
{
    private const int OnCustomerPage = 8;

    /// <summary>The last ones of a customer, as its page shows them; @customers.</summary>
    public static string OfCustomerQuery { get; } = $"select {Columns} from messages where customer_id = any(@customers) order by created_at desc, message_id desc limit {OnCustomerPage}";

    internal const string Columns = "customer_id, message_id, kind, topic, audience, to_email, to_name, milestone, state, channel, reason, created_at, not_before, sent_at";
}

/// <summary>The delivery log, a page at a time, the newest first.</summary>
public static class ListMessages
{
    /// <summary>Next: the value of `after` for the next page, null on the last one.</summary>
    public sealed record Answer(IReadOnlyList<LoggedMessage> Messages, string? Next);

    /// <summary>Every message that was to be sent, newest first, with what became of it and why; filtered by state, kind, customer, channel and day.</summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem>> Handle([AsParameters] MessageFilter filter, NpgsqlDataSource db, CancellationToken ct) =>
        filter.Faults() is { Count: > 0 } faults ? TypedResults.ValidationProblem(faults) : TypedResults.Ok(await Run(db, filter, ct));

    public static async Task<Answer> Run(NpgsqlDataSource db, MessageFilter filter, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await Run(connection, filter, ct);
    }

    /// <summary>Each filter has an index that ends with the order of the list, so a page costs what it shows.</summary>
    public static async Task<Answer> Run(NpgsqlConnection connection, MessageFilter filter, CancellationToken ct)
    {
        var values = new DynamicParameters();
        var where = filter.Conditions(values);
        if (filter.Place is { } place)
        {
            where.Add("(created_at, message_id) < (@at, @id)");
            values.Add("at", place.At);
            values.Add("id", place.Id);
        }

        values.Add("limit", filter.Rows + 1);
        var rows = (await connection.QueryAsync<LoggedMessage>(new CommandDefinition(
            $"""
            select {LoggedMessage.Columns} from messages
            {(where.Count == 0 ? "" : "where " + string.Join(" and ", where))}
            order by created_at desc, message_id desc limit @limit
            """, values, cancellationToken: ct))).AsList();
        var shown = rows.Take(filter.Rows).ToList();
        return new(shown, rows.Count > shown.Count ? $"{shown[^1].CreatedAt:yyyy-MM-ddTHH:mm:ss.ffffff}~{shown[^1].MessageId}" : null);
    }
}
