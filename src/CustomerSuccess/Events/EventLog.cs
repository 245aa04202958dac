using CustomerSuccess.Platform;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace CustomerSuccess.Events;

/// <summary>Writes events and everything derived from them in the caller's transaction.</summary>
public sealed partial class EventLog(Projections projections)
{
    // Buckets of the customer lock (7) and of the subject lock (9). Shared key (7, -1) is held by every writer and taken alone
    // by rebuild; the subject lock is shared by writers and taken alone by whoever links the subject to a customer.
    private const int Buckets = 256;

    // JIT would compile this statement for longer than it runs.
    private const string Prologue = "select set_config('synchronous_commit', 'on', true), set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true), pg_advisory_xact_lock_shared(7, -1)";

    // Replaying a few customers takes a quarter of the time it takes to plan it for just these; many deserve a plan of their own.
    private const string PrologueOfFew = Prologue + ", set_config('plan_cache_mode', 'force_generic_plan', true)";
    private const int Few = 100;

    /// <summary>Taken out only by the test that proves that the customer lock is needed.</summary>
    internal bool TakesCustomerLock { get; init; } = true;

    /// <summary>
    /// Store what is new, derive what follows, decide what is due. One receipt per event, in order. Throws what the
    /// database throws; the transaction is then the caller's to roll back.
    /// </summary>
    public async Task<IReadOnlyList<Receipt>> Write(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Envelope> events, CancellationToken ct)
    {
        if (events.Count == 0) return [];
        var first = FirstOfEachKey(events);
        var stored = await Store(connection, transaction, first, ct);
        var receipts = new Receipt[events.Count];
        var again = new List<(int Place, Envelope Event)>();
        for (var n = 0; n < events.Count; n++)
        {
            var e = events[n];
            var outcome = stored[(e.Subject, e.Source, e.Id)];
            receipts[n] = outcome switch
            {
                Outcome.UnknownCustomer => new Receipt(e.Id, Verdict.Rejected, $"customer '{e.CustomerId}' does not exist") { UnknownCustomer = true },
                Outcome.Stored when !e.History && e.OccurredAt.Day() < e.ReceivedAt.Day() =>
                    new Receipt(e.Id, Verdict.Late, $"restates {e.OccurredAt.Day().Iso()}"),
                Outcome.Stored => new Receipt(e.Id, Verdict.Accepted),
                _ => new Receipt(e.Id, Verdict.Duplicate, "already stored"),
            };
            if (outcome == Outcome.Duplicate) again.Add((n, e));
            // A second message with the same key in this call is a duplicate of the first.
            else if (outcome == Outcome.Stored) stored[(e.Subject, e.Source, e.Id)] = Outcome.Duplicate;
        }

        if (again.Count > 0) await RecordReceipts.Duplicates(connection, transaction, again, receipts, ct);
        return receipts;
    }

    /// <summary>
    /// Take the locks of these customers at once, in the order in which every writer takes them. For a transaction that
    /// writes many times: taken call by call, its locks would cross those of others.
    /// </summary>
    public static Task Lock(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> customers, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(7, b) from unnest(@buckets) b", new { buckets = InOrder(customers) }, transaction, cancellationToken: ct));

    /// <summary>Derive the replayed tables of these customers again; the caller holds their locks.</summary>
    internal async Task ReplayAll(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] customers, Func<Replay, bool> which, CancellationToken ct)
    {
        foreach (var replay in projections.Replays.Where(which))
        {
            await connection.ExecuteAsync(new CommandDefinition(replay.Statement, new { customers }, transaction, cancellationToken: ct));
            if (replay.After is { } after)
                await connection.ExecuteAsync(new CommandDefinition(after, new { customers }, transaction, cancellationToken: ct));
        }
    }

    private static List<Envelope> FirstOfEachKey(IReadOnlyList<Envelope> events)
    {
        var seen = new HashSet<(string, string, string)>(events.Count);
        var first = new List<Envelope>(events.Count);
        foreach (var e in events)
        {
            if (seen.Add((e.Subject, e.Source, e.Id))) first.Add(e);
        }

        return first;
    }

    private async Task<Dictionary<(string, string, string), Outcome>> Store(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<Envelope> events, CancellationToken ct)
    {
        var outcomes = new Dictionary<(string, string, string), Outcome>(events.Count);
        var unsettled = new List<string>();
        var linked = await Linked(connection, transaction, events, ct);
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(events.Count <= Few ? PrologueOfFew : Prologue));
            if (TakesCustomerLock && LockBuckets(events, linked) is { Length: > 0 } buckets)
            {
                var locks = new NpgsqlBatchCommand("select pg_advisory_xact_lock(7, b) from unnest($1::int[]) b");
                locks.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = buckets });
                batch.BatchCommands.Add(locks);
            }

            // Whoever keeps the log in memory looks for what is received lately; this comes under the times of then.
            if (events.Exists(e => e.History)) batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into past_changes (at) values (clock_timestamp()) returning id"));
            batch.BatchCommands.Add(InsertCommand(events));
            await using var reader = await batch.ExecuteReaderAsync(ct);
            for (var left = batch.BatchCommands.Count; left > 1; left--) await reader.NextResultAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                if (reader.GetInt32(0) is var n and >= 0)
                {
                    var e = events[n];
                    outcomes[(e.Subject, e.Source, e.Id)] =
                        reader.GetBoolean(1) ? Outcome.Stored : reader.GetBoolean(2) ? Outcome.UnknownCustomer : Outcome.Duplicate;
                }
                else
                {
                    unsettled.Add(reader.GetString(3));
                }
            }
        }

        if (unsettled.Count > 0)
        {
            var customers = unsettled.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            await connection.ExecuteAsync(new CommandDefinition(projections.Settle, new { customers }, transaction, cancellationToken: ct));
        }

        var stored = events.Where(e => outcomes[(e.Subject, e.Source, e.Id)] == Outcome.Stored)
            .Select(e => e.CustomerId is null && linked.TryGetValue(e.Subject, out var customer) ? e with { CustomerId = customer } : e)
            .Where(e => e.CustomerId is not null).ToList();
        await Replay(connection, transaction, stored, ct);
        await Decide(connection, transaction, stored, ct);
        return outcomes;
    }

    // The customers of visitors, people and groups. Nobody links them while their lock is shared here, so that an event is either
    // counted for the customer as it comes in or found by whoever links.
    private async Task<Dictionary<string, string>> Linked(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Envelope> events, CancellationToken ct)
    {
        var others = events.Where(e => e.CustomerId is null).ToList();
        if (others.Count == 0) return [];
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock_shared(7, -1); select pg_advisory_xact_lock_shared(9, b) from unnest(@buckets) b",
            new { buckets = InOrder(others.Select(e => e.Subject)) }, transaction, cancellationToken: ct));
        var acting = others.Where(e => projections.Locks(e.Type)).Select(e => e.Subject).Distinct(StringComparer.Ordinal).ToArray();
        if (acting.Length == 0) return [];
        return (await connection.QueryAsync<(string Identity, string Customer)>(new CommandDefinition(
            "select identity, customer_id from identities where identity = any(@acting) and customer_id is not null", new { acting }, transaction, cancellationToken: ct)))
            .ToDictionary(one => one.Identity, one => one.Customer, StringComparer.Ordinal);
    }

    private async Task Replay(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Envelope> stored, CancellationToken ct)
    {
        foreach (var replay in projections.Replays)
        {
            var customers = Customers(stored, replay.Handles);
            if (customers.Length > 0) await ReplayAll(connection, transaction, customers, other => ReferenceEquals(other, replay), ct);
        }
    }

    private async Task Decide(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Envelope> stored, CancellationToken ct)
    {
        var received = stored.ToLookup(e => e.CustomerId!, StringComparer.Ordinal);
        foreach (var decision in projections.Decisions)
        {
            await Decide(connection, transaction, decision, Customers(stored, decision.Handles),
                customer => received[customer].All(e => e.History) ? null : received[customer].Max(e => e.ReceivedAt), ct);
        }
    }

    // What is due for these customers because of what was received then; null: because of history.
    private async Task Decide(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Decision decision, string[] customers, Func<string, DateTime?> received, CancellationToken ct)
    {
        if (customers.Length == 0) return;
        var due = await connection.QueryAsync<(string CustomerId, DateTime OccurredAt)>(
            new CommandDefinition(decision.Sql, new { customers }, transaction, cancellationToken: ct));
        var decided = due.Select(one => new Envelope
        {
            Id = $"{decision.Type}:{one.CustomerId}",
            Source = "system",
            Type = decision.Type,
            CustomerId = one.CustomerId,
            OccurredAt = one.OccurredAt,
            History = received(one.CustomerId) is null,
            ReceivedAt = received(one.CustomerId) ?? one.OccurredAt,
            Actor = "system",
        }).ToList();
        if (decided.Count > 0) await Store(connection, transaction, decided, ct);
    }

    private int[] LockBuckets(List<Envelope> events, Dictionary<string, string> linked) =>
        InOrder(events.Where(e => projections.Locks(e.Type)).Select(e => e.CustomerId ?? linked.GetValueOrDefault(e.Subject)).OfType<string>());

    private static int[] InOrder(IEnumerable<string> customers) => [.. customers.Select(Bucket).Distinct().Order()];

    private static string[] Customers(List<Envelope> events, Func<string, bool> handles) =>
        [.. events.Where(e => handles(e.Type)).Select(e => e.CustomerId!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>FNV-1a, so that every process puts a customer into the same bucket.</summary>
    internal static int Bucket(string customer)
    {
        var hash = 2166136261u;
        foreach (var c in customer) hash = (hash ^ c) * 16777619u;
        return (int)(hash % Buckets);
    }

    private NpgsqlBatchCommand InsertCommand(List<Envelope> events)
    {
        var command = new NpgsqlBatchCommand(projections.Insert);
        void Add<T>(NpgsqlDbType type, Func<Envelope, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. events.Select(value)] });
        // In the order of insert.sql.
        command.Parameters.Add(new NpgsqlParameter<int[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer, TypedValue = [.. Enumerable.Range(0, events.Count)] });
        Add(NpgsqlDbType.Text, e => e.Subject);
        Add(NpgsqlDbType.Text, e => e.Source);
        Add(NpgsqlDbType.Text, e => e.Id);
        Add(NpgsqlDbType.Text, e => e.Type);
        Add(NpgsqlDbType.TimestampTz, e => e.OccurredAt);
        Add(NpgsqlDbType.TimestampTz, e => e.ClaimedAt);
        Add(NpgsqlDbType.TimestampTz, e => e.SentAt);
        Add(NpgsqlDbType.TimestampTz, e => e.ReceivedAt);
        Add(NpgsqlDbType.Text, e => e.CustomerId);
        Add(NpgsqlDbType.Text, e => e.GroupId);
        Add(NpgsqlDbType.Text, e => e.PersonId);
        Add(NpgsqlDbType.Text, e => e.VisitorId);
        Add(NpgsqlDbType.Text, e => e.SessionId);
        Add(NpgsqlDbType.Text, e => e.Visit.Url);
        Add(NpgsqlDbType.Text, e => e.Visit.Referrer);
        Add(NpgsqlDbType.Text, e => e.Visit.Source);
        Add(NpgsqlDbType.Text, e => e.Visit.Medium);
        Add(NpgsqlDbType.Text, e => e.Visit.Campaign);
        Add(NpgsqlDbType.Text, e => e.Visit.Term);
        Add(NpgsqlDbType.Text, e => e.Visit.Content);
        Add(NpgsqlDbType.Jsonb, e => e.Properties);
        Add(NpgsqlDbType.Boolean, e => e.History);
        Add(NpgsqlDbType.Text, e => e.Actor);
        return command;
    }

    private enum Outcome
    {
        Stored,
        Duplicate,
        UnknownCustomer,
    }
}
