using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Feedback.Clicks;

/// <summary>
/// Says of each click whether a person made it, a minute after it was told: by then what gives a machine away (the other links, the
/// delivery) was told, too. Only a person's click becomes an event. Any number of processes do this; the row decides who did.
/// </summary>
public sealed class JudgeClicks(NpgsqlDataSource db, EventLog log, Signals signals, TimeProvider clock, ILogger<JudgeClicks> logger) : BackgroundService
{
    public static readonly TimeSpan After = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);
    private const int MostMails = 200;

    /// <summary>Of one mail at once; and so many others that were made at the same time are looked at.</summary>
    internal const int MostClicks = 500, MostBeside = 2000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await Once(stoppingToken) == MostMails)
                {
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Clicks wait: {Reason}", error.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Between, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>How many mails had clicks to judge.</summary>
    internal async Task<int> Once(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var mails = (await connection.QueryAsync<(string Customer, string Message)>(new CommandDefinition(
            """
            select customer_id, message_id from feedback where kind = 'clicked' and verdict = '' and received_at <= @before
            group by customer_id, message_id order by min(received_at) limit @MostMails
            """, new { before = clock.Now() - After, MostMails }, cancellationToken: ct))).AsList();
        foreach (var (customer, message) in mails) await Judge(connection, customer, message, ct);
        if (mails.Count > 0) signals.Publish(Signals.Events);
        return mails.Count;
    }

    private sealed record Row(string Source, string EventId, DateTime At, string Url, string Agent, string Address, string Method)
    {
        public Click Click => new(EventId, At, Url, Agent, Address, Method);
    }

    private async Task Judge(NpgsqlConnection connection, string customer, string message, CancellationToken ct)
    {
        var now = clock.Now();
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select source, event_id, at, url, agent, address, method from feedback
            where customer_id = @customer and message_id = @message and kind = 'clicked' and verdict = '' and received_at <= @before order by at, event_id limit @MostClicks;
            select min(at) from feedback where customer_id = @customer and message_id = @message and kind = 'delivered';
            select kind, audience from messages where customer_id = @customer and message_id = @message
            """, new { customer, message, before = now - After, MostClicks }, transaction, cancellationToken: ct));
        var rows = (await read.ReadAsync<Row>()).AsList();
        var delivered = await read.ReadSingleAsync<DateTime?>();
        var mail = await read.ReadSingleOrDefaultAsync<(string Kind, string Audience)>();
        await read.DisposeAsync();
        if (rows.Count == 0) return;
        // Those made at the same time, judged or not: they give each other away.
        var all = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select source, event_id, at, url, agent, '' as address, method from feedback
            where customer_id = @customer and message_id = @message and kind = 'clicked' and at between @from and @until order by at, event_id limit @MostBeside
            """, new { customer, message, from = rows[0].At - JudgeClick.AtOnce, until = rows[^1].At + JudgeClick.AtOnce, MostBeside }, transaction, cancellationToken: ct))).Select(row => row.Click).ToList();
        foreach (var row in rows)
        {
            var (verdict, why) = JudgeClick.Of(row.Click, all, delivered);
            if (await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
                "update feedback set verdict = @verdict, why = @why, address = '' where customer_id = @customer and source = @Source and event_id = @EventId and verdict = '' returning 1",
                new { verdict, why, customer, row.Source, row.EventId }, transaction, cancellationToken: ct)) is null)
            {
                continue;
            }

            await AddStep.Run(connection, transaction, customer, message, now, Told.Clicked, row.Source, verdict == JudgeClick.Human ? "by a person" : $"by a machine: {why}", new { row.At, row.Url, verdict }, ct);
            if (verdict == JudgeClick.Human && mail.Audience == Outbox.NewMessage.ToCustomer && customer.Length > 0)
            {
                await log.Write(connection, transaction, [By.Provider(row.Source).Event(MessageEvents.Clicked, customer, new { message_id = message, kind = mail.Kind, url = row.Url }, now, $"feedback:{row.EventId}")], ct);
            }
        }

        await transaction.CommitAsync(ct);
        signals.Publish(Signals.Messages, customer);
    }
}
