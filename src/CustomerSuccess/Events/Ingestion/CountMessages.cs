using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>
/// Counts what came through the doors by source and minute, in memory, and adds it to ingest_counts every few seconds: the
/// ingest path pays a few nanoseconds an event. A kill -9 loses the last seconds of these rates; verdicts are exact.
/// </summary>
public sealed class CountMessages : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(3);

    private readonly NpgsqlDataSource db;
    private readonly Signals signals;
    private readonly TimeProvider clock;
    private readonly ILogger<CountMessages> log;
    private readonly Lock gate = new();
    private Dictionary<Place, Tally> counts = [];
    private Dictionary<(DateOnly Day, string Source), (long Events, DateTime LastAt)> restated = [];

    public CountMessages(NpgsqlDataSource db, Ingest ingest, RejectedMessages rejected, Signals signals, TimeProvider clock, ILogger<CountMessages> log)
    {
        (this.db, this.signals, this.clock, this.log) = (db, signals, clock, log);
        ingest.Committed = Note;
        rejected.Refused = Refused;
    }

    /// <summary>How the commits of this process went.</summary>
    public CommitPace Pace { get; } = new();

    /// <summary>Count a batch that was committed.</summary>
    public void Note(IReadOnlyList<Envelope> events, IReadOnlyList<Receipt> receipts, TimeSpan took)
    {
        Pace.Note(events.Count, took, clock.GetTimestamp());
        lock (gate)
        {
            // A batch is mostly one source's: the place found last is nearly always the next one.
            Place last = default;
            Tally? tally = null;
            for (var n = 0; n < events.Count; n++)
            {
                var e = events[n];
                var place = new Place(e.ReceivedAt.Ticks / TimeSpan.TicksPerMinute, e.Source, Sender(e.Actor));
                if (tally is null || place != last) (last, tally) = (place, At(place));
                var receipt = receipts[n];
                // Unknown customers are counted where they are refused.
                if (receipt.UnknownCustomer) continue;
                tally.Add(receipt.Verdict);
                if (receipt.Verdict != Verdict.Late) continue;
                var day = (e.OccurredAt.Day(), e.Source);
                var before = restated.GetValueOrDefault(day);
                restated[day] = (before.Events + 1, e.ReceivedAt > before.LastAt ? e.ReceivedAt : before.LastAt);
            }
        }
    }

    /// <summary>Add what was counted since the last time.</summary>
    public async Task Flush(CancellationToken ct)
    {
        Dictionary<Place, Tally> taken;
        Dictionary<(DateOnly Day, string Source), (long Events, DateTime LastAt)> days;
        lock (gate)
        {
            if (counts.Count == 0) return;
            (taken, counts) = (counts, []);
            (days, restated) = (restated, []);
        }

        try
        {
            await using var connection = await db.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await Write(connection, transaction, taken, ct);
            if (days.Count > 0) await Write(connection, transaction, days, ct);
            await transaction.CommitAsync(ct);
            signals.Publish(Signals.Sources, "ingestion");
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            log.LogDebug("Counts wait for the database: {Reason}", error.Message);
            lock (gate)
            {
                foreach (var (place, tally) in taken) At(place).Add(tally);
                foreach (var (day, one) in days) restated[day] = restated.TryGetValue(day, out var later) ? (later.Events + one.Events, later.LastAt) : one;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await Flush(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await Flush(limit.Token);
        }
    }

    private static string Sender(string? actor) => actor is not null && actor.StartsWith("source:", StringComparison.Ordinal) ? actor : "";

    private void Refused(string source, DateTime at)
    {
        lock (gate) At(new Place(at.Ticks / TimeSpan.TicksPerMinute, source, "")).Add(Verdict.Rejected);
    }

    private Tally At(Place place)
    {
        if (counts.TryGetValue(place, out var tally)) return tally;
        return counts[place] = new Tally();
    }

    // Written in the order of the key by every process, so that two never wait for each other in a circle.
    private static Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, Dictionary<Place, Tally> taken, CancellationToken ct)
    {
        var rows = taken.OrderBy(row => row.Key.Minute).ThenBy(row => row.Key.Source, StringComparer.Ordinal).ThenBy(row => row.Key.Sender, StringComparer.Ordinal).ToList();
        long[] Of(Verdict verdict) => [.. rows.Select(row => row.Value[verdict])];
        return connection.ExecuteAsync(new CommandDefinition(
            """
            insert into ingest_counts as c (minute, source, sender, accepted, late, duplicate, rejected, quarantined)
            select * from unnest(@minutes, @sources, @senders, @accepted, @late, @duplicate, @rejected, @quarantined)
            on conflict (minute, source, sender) do update set
              accepted = c.accepted + excluded.accepted, late = c.late + excluded.late, duplicate = c.duplicate + excluded.duplicate,
              rejected = c.rejected + excluded.rejected, quarantined = c.quarantined + excluded.quarantined
            """,
            new
            {
                minutes = rows.Select(row => new DateTime(row.Key.Minute * TimeSpan.TicksPerMinute, DateTimeKind.Utc)).ToArray(),
                sources = rows.Select(row => row.Key.Source).ToArray(),
                senders = rows.Select(row => row.Key.Sender).ToArray(),
                accepted = Of(Verdict.Accepted),
                late = Of(Verdict.Late),
                duplicate = Of(Verdict.Duplicate),
                rejected = Of(Verdict.Rejected),
                quarantined = Of(Verdict.Quarantined),
            },
            transaction, cancellationToken: ct));
    }

    private static Task Write(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Dictionary<(DateOnly Day, string Source), (long Events, DateTime LastAt)> days, CancellationToken ct)
    {
        var rows = days.OrderBy(row => row.Key.Day).ThenBy(row => row.Key.Source, StringComparer.Ordinal).ToList();
        return connection.ExecuteAsync(new CommandDefinition(
            """
            insert into restated_days as d (day, source, events, last_at) select * from unnest(@days, @sources, @events, @times)
            on conflict (day, source) do update set events = d.events + excluded.events, last_at = greatest(d.last_at, excluded.last_at)
            """,
            new
            {
                days = rows.Select(row => row.Key.Day).ToArray(),
                sources = rows.Select(row => row.Key.Source).ToArray(),
                events = rows.Select(row => row.Value.Events).ToArray(),
                times = rows.Select(row => row.Value.LastAt).ToArray(),
            },
            transaction, cancellationToken: ct));
    }

    private readonly record struct Place(long Minute, string Source, string Sender);

    private sealed class Tally
    {
        private readonly long[] by = new long[Enum.GetValues<Verdict>().Length];

        public long this[Verdict verdict] => by[(int)verdict];

        public void Add(Verdict verdict) => by[(int)verdict]++;

        public void Add(Tally other)
        {
            for (var n = 0; n < by.Length; n++) by[n] += other.by[n];
        }
    }
}
