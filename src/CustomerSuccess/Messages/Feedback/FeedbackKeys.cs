using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent.Pages;
using CustomerSuccess.Messages.Consent.Topics;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Feedback;

/// <summary>SendGrid's verification keys: those of the environment, else those entered on the page. Public keys, so they are kept as they are. Known for ten seconds: a flood of forgeries asks the database nothing.</summary>
public sealed class FeedbackKeys(NpgsqlDataSource db, FeedbackSettings environment, TimeProvider clock)
{
    private const string Name = "messages.sendgrid-keys";
    private const int Most = 4;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private volatile Known? known;

    private sealed record Known(IReadOnlyList<string> Keys, long At);

    /// <summary>For the page: the keys, and whether the environment sets them.</summary>
    public sealed record View(string Text, bool Fixed);

    public sealed record Form
    {
        [StringLength(3000)] public string? Keys { get; init; }
    }

    private bool Fixed => environment.SendGridKeys.Count > 0;

    public async Task<IReadOnlyList<string>> Now(CancellationToken ct)
    {
        if (Fixed) return environment.SendGridKeys;
        if (known is { } have && clock.GetElapsedTime(have.At) < Fresh) return have.Keys;
        await using var connection = await db.OpenConnectionAsync(ct);
        var keys = await Read(connection, ct);
        known = new(keys, clock.GetTimestamp());
        return keys;
    }

    public async Task<View> Shown(NpgsqlConnection connection, CancellationToken ct) => Fixed
        ? new(string.Join('\n', environment.SendGridKeys), true) : new(string.Join('\n', await Read(connection, ct)), false);

    public static async Task<Results<RedirectHttpResult, RazorComponentResult<TopicsPage>>> Submit(
        [FromForm] Form form, HttpContext http, NpgsqlDataSource db, FeedbackKeys keys, AuditLog audit, CancellationToken ct)
    {
        var given = FeedbackSettings.Split(form.Keys ?? "");
        var fault = keys.Fixed ? new Fault("keys", "are set by CS_SENDGRID_WEBHOOK_KEY")
            : given.Length > Most ? new Fault("keys", $"are more than {Most}")
            : given.Select(FeedbackSettings.Problem).FirstOrDefault(problem => problem is not null) is { } problem ? new Fault("keys", problem) : null;
        if (fault is not null) return await TopicPages.Page(db, http.Request, keys, [fault], null, null, ct);
        await keys.Save(given, http, audit, ct);
        Flash.Say(http, given.Length > 0 ? "Saved. SendGrid can tell what became of mails." : "The key is gone: SendGrid is refused from now on.");
        return TypedResults.LocalRedirect("/settings/topics");
    }

    private async Task Save(string[] given, HttpContext http, AuditLog audit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await SavedSetting.Write(connection, transaction, Name, JsonSerializer.Serialize(given), http.User.Actor(), clock.Now(), ct);
        await audit.Write(connection, transaction, http.User.AuditActor(), "messages.sendgrid-keys-changed", "", new { keys = given.Length }, ct);
        await transaction.CommitAsync(ct);
        known = null;
    }

    private static async Task<IReadOnlyList<string>> Read(NpgsqlConnection connection, CancellationToken ct) =>
        await SavedSetting.Read(connection, null, Name, ct) is { } saved ? JsonSerializer.Deserialize<string[]>(saved.Value)! : [];
}
