using System.Threading.Channels;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>The answer could not be given in time or the database is away; the web says 503 with Retry-After, senders keep the events and come again.</summary>
public sealed class IngestUnavailable(string reason) : TimeoutException(reason);

/// <summary>
/// The door for events from outside: one writer a process, one transaction for whatever is waiting, answers after COMMIT.
/// It does not linger to fill a batch; a batch is what arrived while the last one was being written.
/// </summary>
public sealed class Ingest(NpgsqlDataSource db, EventLog events, Signals signals, TimeProvider clock, ILogger<Ingest> log, IngestMetrics? metrics = null) : BackgroundService
{
    private const int MostWaiting = 5_000;

    // What waits for a slow database must fit into memory whatever the calls carry: 5,000 calls of 4 MB would not.
    private const long MostCharacters = 64 * 1024 * 1024;
    private const int MostTogether = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private const int FirstPlans = 1_000;

    private long written;
    private long planAgainAt = FirstPlans;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly SeenCustomers seen = new(clock);

    private long characters;

    /// <summary>Of the payloads of what is set aside.</summary>
    internal Ingestion.PayloadAllowance Kept { get; } = new(clock);

    /// <summary>Called on the writer after every commit: what was in it, what became of each, how long it took.</summary>
    public Action<IReadOnlyList<Envelope>, IReadOnlyList<Receipt>, TimeSpan>? Committed { get; set; }

    /// <summary>How many calls wait, and for how long the first of them.</summary>
    public (int Calls, TimeSpan Oldest) Behind =>
        (queue.Reader.Count, queue.Reader.TryPeek(out var first) ? clock.GetElapsedTime(first.Since) : TimeSpan.Zero);

    /// <summary>Why senders had better go elsewhere for a while; null where all is well.</summary>
    public string? Busy => queue.Reader.Count is var calls && (calls > MostWaiting / 2 || Interlocked.Read(ref characters) > MostCharacters / 2) ? $"{calls} calls wait for the database" : null;

    /// <summary>Store these together; one receipt each, in order. Throws <see cref="IngestUnavailable"/> when full, away or too slow.</summary>
    public async Task<IReadOnlyList<Receipt>> Accept(IReadOnlyList<Envelope> batch, CancellationToken ct)
    {
        var waiting = new Waiting(batch, clock.GetTimestamp());
        if (Interlocked.Read(ref characters) > MostCharacters || !queue.Writer.TryWrite(waiting))
        {
            metrics?.TurnedAway(IngestMetrics.Full);
            throw new IngestUnavailable("too many events are waiting");
        }

        Interlocked.Add(ref characters, waiting.Characters);
        try
        {
            return await waiting.Answer.Task.WaitAsync(Patience, clock, ct);
        }
        catch (TimeoutException error) when (error is not IngestUnavailable)
        {
            waiting.GivenUp = true;
            metrics?.TurnedAway(IngestMetrics.Slow);
            throw new IngestUnavailable("the database did not answer in time");
        }
    }

    /// <summary>Writes until the process stops; on the way out it finishes what is waiting.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        stoppingToken.Register(() => queue.Writer.TryComplete());
        metrics?.Watch(() => Behind);
        NpgsqlConnection? connection = null;
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var together = Take();
            if (together.Count == 0) continue;
            try
            {
                connection ??= await Open();
                await Commit(connection, together);
            }
            catch (Exception error)
            {
                // Whatever it is: one writer serves everybody, and goes on.
                if (error is NpgsqlException or TimeoutException or InvalidOperationException or OperationCanceledException)
                    log.LogWarning("Events refused for now, the database is away: {Reason}", error.Message);
                else log.LogError(error, "Events refused: this should not happen");
                metrics?.TurnedAway(IngestMetrics.Away, together.Count);
                foreach (var one in together) one.Answer.TrySetException(new IngestUnavailable("the database is away"));
                if (connection is not null) await connection.DisposeAsync();
                connection = null;
            }
        }

        if (connection is not null) await connection.DisposeAsync();
    }

    private async Task<NpgsqlConnection> Open()
    {
        using var limit = new CancellationTokenSource(Patience);
        (written, planAgainAt) = (0, FirstPlans);
        var connection = await db.OpenConnectionAsync(limit.Token);
        await Prepare(connection, limit.Token);
        return connection;
    }

    /// <summary>One plan for every call, and real tables by their keys: planned for a table that was small it would read it whole once it is large.</summary>
    internal static async Task Prepare(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var settings = new NpgsqlCommand("set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_mergejoin = off; set jit = off", connection);
        await settings.ExecuteNonQueryAsync(ct);
    }

    private List<Waiting> Take()
    {
        var together = new List<Waiting>();
        var count = 0;
        while (count < MostTogether && queue.Reader.TryRead(out var next))
        {
            Interlocked.Add(ref characters, -next.Characters);
            // Nobody waits for it any more: its sender was told 503 and comes again.
            if (next.GivenUp) continue;
            together.Add(next);
            count += next.Events.Count;
        }

        return together;
    }

    // What the database refuses is halved until the one event it refuses stands alone and is set aside.
    private async Task Commit(NpgsqlConnection connection, List<Waiting> together)
    {
        try
        {
            var all = together.SelectMany(one => one.Events).ToList();
            var receipts = await Write(connection, all);
            var from = 0;
            foreach (var one in together)
            {
                one.Answer.TrySetResult([.. receipts.Skip(from).Take(one.Events.Count)]);
                from += one.Events.Count;
            }
        }
        catch (PostgresException error) when (Refused(error))
        {
            if (together.Count > 1)
            {
                await Commit(connection, together[..(together.Count / 2)]);
                await Commit(connection, together[(together.Count / 2)..]);
            }
            else
            {
                together[0].Answer.TrySetResult(await Alone(connection, together[0].Events));
            }
        }
    }

    private async Task<IReadOnlyList<Receipt>> Alone(NpgsqlConnection connection, IReadOnlyList<Envelope> batch)
    {
        try
        {
            return await Write(connection, batch);
        }
        catch (PostgresException error) when (Refused(error))
        {
            if (batch.Count > 1)
                return [.. await Alone(connection, [.. batch.Take(batch.Count / 2)]), .. await Alone(connection, [.. batch.Skip(batch.Count / 2)])];
            var e = batch[0];
            var payload = Kept.Take() ? Ingestion.KeptMessage.Write(e) : null;
            var reason = payload is null ? error.MessageText + Ingestion.PayloadAllowance.NotKept : error.MessageText;
            log.LogError("Event {Id} set aside: {Reason}", e.Id, reason);
            await RecordReceipts.Store(connection, null, [new(e.Id, e.Source, e.Subject, Verdict.Quarantined, reason, payload, e.ReceivedAt)], CancellationToken.None);
            IReadOnlyList<Receipt> receipts = [new Receipt(e.Id, Verdict.Quarantined, reason)];
            Committed?.Invoke(batch, receipts, TimeSpan.Zero);
            metrics?.Committed(receipts, null);
            return receipts;
        }
    }

    private async Task<IReadOnlyList<Receipt>> Write(NpgsqlConnection connection, IReadOnlyList<Envelope> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            // A frozen database must not hold the door for longer than a sender waits.
            using var limit = new CancellationTokenSource(Patience);
            var began = clock.GetTimestamp();
            try
            {
                // Where one round trip does it all, the statement's own end is the commit.
                await using var transaction = events.Alone(batch) ? null : await connection.BeginTransactionAsync(limit.Token);
                var receipts = await events.Write(connection, transaction, batch, seen, limit.Token);
                if (transaction is not null) await transaction.CommitAsync(limit.Token);
                seen.Add(batch, receipts);
                Committed?.Invoke(batch, receipts, clock.GetElapsedTime(began));
                metrics?.Committed(receipts, clock.GetElapsedTime(began));
                await PlanAgain(connection, batch.Count, limit.Token);
                if (receipts.Any(receipt => receipt.Stored)) signals.Publish(Signals.Events);
                return receipts;
            }
            catch (PostgresException error) when (attempt < 4 && error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                log.LogInformation("Written again after {State}", error.SqlState);
            }
        }
    }

    // The statement is planned once a connection, for tables as large as they were then: on a new database it would read
    // counted_urls whole at every commit until the first ANALYZE. So it is planned again whenever twice as much was written.
    private async Task PlanAgain(NpgsqlConnection connection, int more, CancellationToken ct)
    {
        if ((written += more) < planAgainAt) return;
        planAgainAt = written * 2;
        await using var discard = new NpgsqlCommand("discard plans", connection);
        try
        {
            await discard.ExecuteNonQueryAsync(ct);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException)
        {
            // What was committed is committed; the next commit will find out whether the connection is gone.
            log.LogDebug("Plans kept: {Reason}", error.Message);
        }
    }

    // Class 22 and 23, and what is too large for a limit of the server (54): the data, not the moment.
    private static bool Refused(PostgresException error) => error.SqlState[..2] is "22" or "23" or "54";

    private sealed class Waiting(IReadOnlyList<Envelope> events, long since)
    {
        public IReadOnlyList<Envelope> Events => events;

        public long Since => since;

        public long Characters { get; } = events.Sum(e => (long)e.Properties.Length);

        public TaskCompletionSource<IReadOnlyList<Receipt>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool GivenUp;
    }
}
