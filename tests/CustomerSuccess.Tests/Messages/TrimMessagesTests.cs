using CustomerSuccess.Messages;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Messages.Consent;
using Dapper;

namespace CustomerSuccess.Tests.Messages;

/// <summary>What of messages is forgotten, and what never.</summary>
public sealed class TrimMessagesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_mails_history_and_feedback_go_and_what_keeps_a_message_from_being_written_twice_stays()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        var now = house.Clock.GetUtcNow().UtcDateTime;
        await Fill(house, now);
        (await TrimMessages.Run(house.Db, now, Ct)).ShouldBe("50 of mailbox, 50 of message_steps, 50 of feedback, 50 of messages, 50 of at_risk_entries, 50 of message_holds forgotten");
        (await TrimMessages.Run(house.Db, now, Ct)).ShouldBe("");
        // One day of each is younger; a milestone's message and an entry that no digest took stay whatever their age.
        foreach (var (table, rows) in new[] { ("mailbox", 5), ("message_steps", 5), ("feedback", 5), ("messages", 5 + 50 + 50), ("at_risk_entries", 5 + 1), ("message_holds", 5) })
            (await house.One<long>($"select count(*) from {table}")).ShouldBe(rows, table);
        (await house.One<long>("select count(*) from messages where kind = 'welcome'")).ShouldBe(50);
        (await house.One<long>("select count(*) from messages where state = 'queued'")).ShouldBe(50);
    }

    [Fact]
    public async Task A_clock_that_runs_ahead_forgets_nothing_and_ages_are_looked_up()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        // The database's clock is right.
        await Fill(house, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(500));
        (await TrimMessages.Run(house.Db, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(1000), Ct)).ShouldBe("");
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        await db.ExecuteAsync("set enable_seqscan = off");
        foreach (var (table, age, _, which) in TrimMessages.Old)
        {
            var plan = string.Join('\n', await db.QueryAsync<string>($"explain delete from {table} where {age} < now() - interval '400 days' {which.Replace("@Passing", "'{weekly_summary}'", StringComparison.Ordinal)}"));
            plan.ShouldNotContain("Seq Scan", Case.Sensitive, table);
        }
    }

    // Of each 50 rows that are old enough and 5 that are not quite, an hour or more apart.
    private static async Task Fill(House house, DateTime now)
    {
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        const string Ages = "(select n, @now - interval '1 day' * (case when n <= 50 then @days + n * 0.1 else @days - 0.1 * (n - 50) end) as at from generate_series(1, 55) n) each";
        async Task Put(string sql, int days, string kind = "") => await db.ExecuteAsync(sql.Replace("from ages", "from " + Ages, StringComparison.Ordinal), new { now, days, kind });
        await Put("insert into mailbox select 'c', n, 1, at, 'a@x.example', '', '', '', '', '[]' from ages", TrimMessages.MailboxDays);
        await Put("insert into message_steps select 'c', n, 1, at, 'sent' from ages", TrimMessages.HistoryDays);
        await Put("insert into feedback (customer_id, source, event_id, message_id, kind, at, received_at) select 'c', 'smtp', n, n, 'delivered', at, at from ages", TrimMessages.HistoryDays);
        const string Message = "insert into messages (customer_id, message_id, dedupe_key, kind, topic, to_email, state, created_at) select 'c', @kind || n, @kind || n, split_part(@kind, ':', 1), 'x', 'a@x.example', split_part(@kind, ':', 2), at from ages";
        await Put(Message, TrimMessages.HistoryDays, "weekly_summary:sent");
        await Put(Message + " where n <= 50", TrimMessages.HistoryDays, "welcome:sent");
        await Put(Message + " where n <= 50", TrimMessages.HistoryDays, "blocker_notice:queued");
        await Put("insert into at_risk_entries (customer_id, entry_id, entered_at, score, from_status, digest) select 'c', n, at, 30, 'healthy', at::date from ages", TrimMessages.EntryDays);
        await Put("insert into at_risk_entries (customer_id, entry_id, entered_at, score, from_status) select 'waiting', n, at, 30, 'healthy' from ages where n = 50", TrimMessages.EntryDays);
        await Put("insert into message_holds select 'k', n, 'c', 'welcome', at from ages", TrimMessages.HoldDays);
    }
}
