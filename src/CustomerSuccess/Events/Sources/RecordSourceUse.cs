using System.Collections.Concurrent;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Sources;

/// <summary>Every two seconds, writes down which sources sent and how much: behind the answers, and one update however many events.</summary>
public sealed class RecordSourceUse(NpgsqlDataSource db, Signals signals, TimeProvider clock, ILogger<RecordSourceUse> log) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private ConcurrentDictionary<string, (long Events, DateTime At)> used = new(StringComparer.Ordinal);

    /// <summary>Remember that a source sent so many events that were stored.</summary>
    public void Note(string sourceId, int events)
    {
        if (events == 0 || sourceId.Length == 0) return;
        var now = clock.Now();
        used.AddOrUpdate(sourceId, (events, now), (_, before) => (before.Events + events, now));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await Run(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await Run(limit.Token);
        }
    }

    /// <summary>What cannot be written now is written with the next.</summary>
    public async Task Run(CancellationToken ct)
    {
        if (used.IsEmpty) return;
        var taken = Interlocked.Exchange(ref used, new(StringComparer.Ordinal));
        try
        {
            await using var connection = await db.OpenConnectionAsync(ct);
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update sources s set first_event_at = coalesce(s.first_event_at, u.at), last_event_at = greatest(s.last_event_at, u.at), events = s.events + u.n
                from unnest(@ids, @times, @counts) as u(id, at, n) where s.source_id = u.id
                """,
                new { ids = taken.Keys.ToArray(), times = taken.Values.Select(one => one.At).ToArray(), counts = taken.Values.Select(one => one.Events).ToArray() }, cancellationToken: ct));
            signals.Publish(Signals.Sources, string.Join(',', taken.Keys));
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            foreach (var (id, one) in taken) used.AddOrUpdate(id, one, (_, later) => (later.Events + one.Events, later.At));
            log.LogDebug("Source use not recorded: {Reason}", error.Message);
        }
    }
}
