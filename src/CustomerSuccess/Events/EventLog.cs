using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>Writes events and everything derived from them in the caller's transaction. Without a clock nothing counts as stored long after it was received.</summary>
public sealed partial class EventLog(Projections projections, TimeProvider? clock = null)
{
    /// <summary>What is stored longer than this after it was received is a change to the past: nobody looks for it among what came lately.</summary>
    public static readonly TimeSpan Prompt = TimeSpan.FromSeconds(90);

    private const string ChangesThePast = "insert into past_changes (at) values (clock_timestamp()) returning id";

    // Buckets of the customer lock (7) and of the subject lock (9). Shared key (7, -1) is held by every writer and taken alone
    // by rebuild; the subject lock is shared by writers and taken alone by whoever links the subject to a customer.
    private const int Buckets = 256;

    // JIT would compile this statement for longer than it runs.
    private const string Prologue = "select set_config('synchronous_commit', 'on', true), set_config('jit', 'off', true), pg_advisory_xact_lock_shared(7, -1)";

    // Replaying a few customers takes a quarter of the time it takes to plan it for just these; many deserve a plan of their own.
    private const string PrologueOfFew = Prologue + ", set_config('plan_cache_mode', 'force_generic_plan', true)";
    private const int Few = 100;

    /// <summary>Taken out only by the test that proves that the customer lock is needed.</summary>
    internal bool TakesCustomerLock { get; init; } = true;

    /// <summary>
    /// Store what is new, derive what follows, decide what is due. One receipt per event, in order. Throws what the
    /// database throws; the transaction is then the caller's to roll back.
    /// </summary>
    public Task<IReadOnlyList<Receipt>> Write(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Envelope> events, CancellationToken ct) =>
        Write(connection, transaction, events, null, ct);

    /// <summary>Whether everything that follows from these is done by the statement that stores them, so that they need no transaction around it.</summary>
    internal bool Alone(IReadOnlyList<Envelope> events) => events.All(e => !projections.Locks(e.Type) && e.Type != EventTypes.EngagementRecorded);

    /// <param name="connection">Used for one call at a time.</param>
    /// <param name="transaction">Null only for events that are <see cref="Alone"/>: they are then committed at once.</param>
    /// <param name="events">In any order; a second message with the same key is a duplicate of the first.</param>
    /// <param name="seen">Customers that were there a moment ago and need not be looked up.</param>
    /// <param name="ct">Ends the wait, not what the database has begun.</param>
    internal async Task<IReadOnlyList<Receipt>> Write(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<Envelope> events, SeenCustomers? seen, CancellationToken ct)
    {
        if (events.Count == 0) return [];
        var rows = new Rows(events);
        await Store(connection, transaction, rows, seen, ct);
        var receipts = new Receipt[events.Count];
        List<(int Place, Envelope Event)>? again = null;
        for (var n = 0; n < events.Count; n++)
        {
            var e = events[n];
            receipts[n] = rows.Take(n) switch
            {
                Outcome.UnknownCustomer => new Receipt(e.Id, Verdict.Rejected, $"customer '{e.CustomerId}' does not exist") { UnknownCustomer = true },
                Outcome.Stored when !e.History && e.OccurredAt.Day() < e.ReceivedAt.Day() =>
                    new Receipt(e.Id, Verdict.Late, $"restates {e.OccurredAt.Day().Iso()}"),
                Outcome.Stored => new Receipt(e.Id, Verdict.Accepted),
                _ => new Receipt(e.Id, Verdict.Duplicate, RecordReceipts.Known),
            };
            if (receipts[n].Verdict == Verdict.Duplicate) (again ??= []).Add((n, e));
        }

        if (again is not null) await RecordReceipts.Duplicates(connection, transaction, again, receipts, ct);
        return receipts;
    }

    /// <summary>
    /// Take the locks of these customers at once, in the order in which every writer takes them. For a transaction that
    /// writes many times: taken call by call, its locks would cross those of others.
    /// </summary>
    public static Task Lock(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> customers, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock_shared(7, -1); select pg_advisory_xact_lock(7, b) from unnest(@buckets) b", new { buckets = InOrder(customers) }, transaction, cancellationToken: ct));

    /// <summary>For a transaction that goes on for minutes, before it is committed: what it received at its start comes late.</summary>
    public async Task Late(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTime received, CancellationToken ct)
    {
        if (LongSince(received)) await connection.ExecuteAsync(new CommandDefinition(ChangesThePast, null, transaction, cancellationToken: ct));
    }

    private bool LongSince(DateTime received) => clock is not null && clock.Now() - received > Prompt;

    /// <summary>Derive the replayed tables of these customers again; the caller holds their locks.</summary>
    internal async Task ReplayAll(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] customers, Func<Replay, bool> which, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in projections.Replays.Where(which).SelectMany(replay => replay.Commands)) batch.BatchCommands.Add(Of(command, customers));
        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(ct);
    }

    // One round trip: locks, the statement that stores and folds, then what is replayed and what is due for the customers named.
    // Replays go along before it is known what is new: one more for a message sent again does no harm.
    private async Task Store(NpgsqlConnection connection, NpgsqlTransaction? transaction, Rows rows, SeenCustomers? seen, CancellationToken ct)
    {
        var (events, linked) = (rows.Events, await Linked(connection, transaction, rows, ct));
        var unsettled = new List<string>();
        var due = new List<(Decision Decision, string CustomerId, DateTime OccurredAt, int N, string Properties)>();
        await using (var batch = new NpgsqlBatch(connection, transaction))
        {
            batch.BatchCommands.Add(new(events.Count <= Few ? PrologueOfFew : Prologue));
            if (linked is null && rows.Others() is { Count: > 0 } others) batch.BatchCommands.Add(SubjectLocks(others));
            var locking = events.Where(e => projections.Locks(e.Type)).Select(e => (e.Type, Customer: CustomerOf(e, linked), At: e.OccurredAt)).Where(one => one.Customer is not null).ToList();
            if (TakesCustomerLock && locking.Count > 0) batch.BatchCommands.Add(Of("select pg_advisory_xact_lock(7, b) from unnest($1::int[]) b", InOrder(locking.Select(one => one.Customer!))));
            // Whoever keeps the log in memory looks for what is received lately; this comes under the times of then.
            if (events.Any(e => e.History || LongSince(e.ReceivedAt))) batch.BatchCommands.Add(new(ChangesThePast));
            var before = batch.BatchCommands.Count;
            batch.BatchCommands.Add(rows.Command(projections.InsertFor(events), seen));
            string[] Customers(Func<string, bool> handles) => [.. locking.Where(one => handles(one.Type)).Select(one => one.Customer!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            foreach (var replay in projections.Replays)
            {
                if (Customers(replay.Handles) is not { Length: > 0 } customers) continue;
                batch.BatchCommands.Add(replay.WhereNeeded is { } statement ? OfNeeded(statement, locking.Where(one => replay.Handles(one.Type))) : Of(replay.Commands[0], customers));
                foreach (var after in replay.Commands.Skip(1)) batch.BatchCommands.Add(Of(after, customers));
            }

            var decisions = new Queue<Decision>();
            foreach (var decision in projections.Decisions)
            {
                if (Customers(decision.Handles) is not { Length: > 0 } customers) continue;
                batch.BatchCommands.Add(Of(decision.Command, customers));
                decisions.Enqueue(decision);
            }

            await using var reader = await batch.ExecuteReaderAsync(ct);
            for (; before > 0; before--) await reader.NextResultAsync(ct);
            while (await reader.ReadAsync(ct)) rows.Read(reader, unsettled);
            while (decisions.TryDequeue(out var decision) && await reader.NextResultAsync(ct))
            {
                while (await reader.ReadAsync(ct)) due.Add((decision, reader.GetString(0), reader.GetDateTime(1), reader.GetInt32(2), reader.GetString(3)));
            }

            // To the end: an error of a later command shows itself only there.
            while (await reader.NextResultAsync(ct)) { }
        }

        if (unsettled.Count > 0)
        {
            var customers = unsettled.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
            await connection.ExecuteAsync(new CommandDefinition(projections.Settle, new { customers }, transaction, cancellationToken: ct));
        }

        if (due.Count == 0) return;
        var received = events.ToLookup(e => CustomerOf(e, linked), StringComparer.Ordinal);
        await Store(connection, transaction, new Rows([.. due.Select(one => Decided(one.Decision, one.CustomerId, one.OccurredAt, one.N, one.Properties,
            received[one.CustomerId].All(e => e.History) ? null : received[one.CustomerId].Max(e => e.ReceivedAt)))]), seen, ct);
    }

    // What is due for these customers because of what was received then.
    private async Task Decide(NpgsqlConnection connection, NpgsqlTransaction transaction, Decision decision, string[] customers, DateTime received, CancellationToken ct)
    {
        var due = await connection.QueryAsync<(string CustomerId, DateTime OccurredAt, int N, string Properties)>(
            new CommandDefinition(decision.Sql, new { customers }, transaction, cancellationToken: ct));
        var decided = due.Select(one => Decided(decision, one.CustomerId, one.OccurredAt, one.N, one.Properties, received)).ToList();
        if (decided.Count > 0) await Store(connection, transaction, new Rows(decided), null, ct);
    }

    // Received null: because of history.
    private static Envelope Decided(Decision decision, string customer, DateTime at, int n, string properties, DateTime? received) => new()
    {
        Id = n == 1 ? $"{decision.Type}:{customer}" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{decision.Type}:{customer}:{n}"),
        Source = "system",
        Type = decision.Type,
        CustomerId = customer,
        OccurredAt = at,
        History = received is null,
        ReceivedAt = received ?? at,
        Actor = "system",
        Properties = properties,
    };

    // The customers of visitors, people and groups whose events take the customer lock; null where there are none. Nobody links
    // them while their lock is shared here, so that an event is either counted for the customer as it comes in or found by whoever links.
    private async Task<Dictionary<string, string>?> Linked(NpgsqlConnection connection, NpgsqlTransaction? transaction, Rows rows, CancellationToken ct)
    {
        var acting = rows.Events.Where(e => e.CustomerId is null && projections.Locks(e.Type)).Select(e => e.Subject).Distinct(StringComparer.Ordinal).ToArray();
        if (acting.Length == 0) return null;
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new("select pg_advisory_xact_lock_shared(7, -1)"));
        batch.BatchCommands.Add(SubjectLocks(rows.Others()));
        batch.BatchCommands.Add(Of("select identity, customer_id from identities where identity = any($1) and customer_id is not null", acting));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        for (var locks = 0; locks < 2; locks++) await reader.NextResultAsync(ct);
        var linked = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) linked.Add(reader.GetString(0), reader.GetString(1));
        return linked;
    }

    private static string? CustomerOf(Envelope e, Dictionary<string, string>? linked) => e.CustomerId ?? linked?.GetValueOrDefault(e.Subject);

    private static NpgsqlBatchCommand SubjectLocks(IReadOnlyList<string> subjects) => Of("select pg_advisory_xact_lock_shared(9, b) from unnest($1::int[]) b", InOrder(subjects));

    // Customer, type and the earliest time of each, as Replay.Needed asks for them.
    private static NpgsqlBatchCommand OfNeeded(string text, IEnumerable<(string Type, string? Customer, DateTime At)> told)
    {
        var each = told.GroupBy(one => (one.Customer, one.Type), one => one.At).ToList();
        var command = Of(text, each.ConvertAll(one => one.Key.Customer!).ToArray());
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = each.ConvertAll(one => one.Key.Type).ToArray() });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = each.ConvertAll(one => one.Min()).ToArray() });
        return command;
    }

    private static NpgsqlBatchCommand Of<T>(string text, T[] parameter) => new(text) { Parameters = { new NpgsqlParameter<T[]> { TypedValue = parameter } } };

    private static int[] InOrder(IEnumerable<string> customers) => [.. customers.Select(Bucket).Distinct().Order()];

    /// <summary>FNV-1a, so that every process puts a customer into the same bucket.</summary>
    internal static int Bucket(string customer)
    {
        var hash = 2166136261u;
        foreach (var c in customer) hash = (hash ^ c) * 16777619u;
        return (int)(hash % Buckets);
    }
}
