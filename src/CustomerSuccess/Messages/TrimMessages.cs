using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform.Jobs;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages;

/// <summary>
/// Forgets what nobody looks up any more (docs/guide/consent.md says after how long). What a person chose, who gets nothing, and the messages
/// of which there must never be a second one (milestones, completion, re-engagement) stay.
/// </summary>
public static class TrimMessages
{
    public const int MailboxDays = 30, EntryDays = 90, HistoryDays = 400, HoldDays = 9;

    // Their keys name a week, a date or an event: none comes again.
    private static readonly string[] Passing = [Kinds.WeeklySummary, Kinds.TeamWeeklySummary, Kinds.AtRiskAlert, Kinds.BlockerNotice, Kinds.HelpNotice];

    internal static readonly IReadOnlyList<(string Table, string Age, int Days, string Which)> Old =
    [
        ("mailbox", "at", MailboxDays, ""),
        ("message_steps", "at", HistoryDays, ""),
        ("feedback", "received_at", HistoryDays, ""),
        ("messages", "created_at", HistoryDays, "and kind = any(@Passing) and state not in ('queued', 'sending')"),
        ("at_risk_entries", "entered_at", EntryDays, "and digest is not null"),
        ("message_holds", "at", HoldDays, ""),
    ];

    public static Job Daily(NpgsqlDataSource db) => new("trim-messages", Job.Daily(new TimeOnly(3, 40)), (now, ct) => Run(db, now, ct));

    internal static async Task<string> Run(NpgsqlDataSource db, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        // By the earlier of two clocks: one that runs ahead for a while deletes nothing for good.
        var today = await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition("select least(@now, now())", new { now }, cancellationToken: ct));
        var gone = new List<string>();
        foreach (var (table, age, days, which) in Old)
        {
            var (rows, before) = (0L, today.AddDays(-days));
            // An hour of it at a time, so that none is one long statement.
            while (await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition($"select min({age}) from {table} where {age} < @before {which}", new { before, Passing }, cancellationToken: ct)) is { } oldest)
            {
                var until = oldest.AddHours(1) < before ? oldest.AddHours(1) : before;
                rows += await connection.ExecuteAsync(new CommandDefinition($"delete from {table} where {age} < @until {which}", new { until, Passing }, cancellationToken: ct));
            }

            if (rows > 0) gone.Add($"{rows} of {table}");
        }

        return gone.Count == 0 ? "" : string.Join(", ", gone) + " forgotten";
    }
}
