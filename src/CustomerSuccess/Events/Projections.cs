using System.Collections.Concurrent;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>
/// Derived by adding up: CTEs over the relation <c>new</c> (the events of this call) that use only sums, least/greatest and
/// insert-if-absent, group first and write in key order. <c>rebuild</c> runs the same text over the whole log.
/// </summary>
/// <param name="Tables">What it writes; rebuild empties these for a customer first.</param>
/// <param name="Sql">The CTEs, separated by commas.</param>
/// <param name="Unsettled">A CTE that names customers whose totals must be taken again (a count went down), if any.</param>
/// <param name="Settle">Run for those customers afterwards; <c>@customers</c>.</param>
/// <param name="On">When it runs: some count what came in and do not care whose it is.</param>
/// <param name="Takes">Which events it can do anything with (null: all); a call without any is stored without it.</param>
public sealed record Fold(
    IReadOnlyList<string> Tables, string Sql, string? Unsettled = null, string? Settle = null, FoldOn On = FoldOn.Both, Func<Envelope, bool>? Takes = null);

/// <summary>Arrival: events that are stored now. Move: events that are in the log and count for another customer than before (a link, its end, rebuild).</summary>
public enum FoldOn
{
    Both,
    Arrival,
    Move,
}

/// <summary>
/// Derived behind the events: a fold only notes what came in, and a worker of the room takes it from there, so that neither
/// its work nor its failure is the sender's. Rebuild has it catch up, and compares and repairs what is not kept by customer.
/// </summary>
/// <param name="CatchUp">Work off what is noted, in this transaction, while the worker is kept away by the lock (7, -1).</param>
/// <param name="Whole">Derive again what is not kept by customer, or with check only compare it.</param>
public sealed record Trail(
    Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> CatchUp,
    Func<NpgsqlDataSource, bool, CancellationToken, Task<IReadOnlyList<Rebuild.Difference>>> Whole);

/// <summary>
/// Derived by going through all events of the touched customers in order: a select over the relation <c>log</c> that
/// replaces the customers' rows. Runs under the customer lock, which is what makes two writers agree.
/// </summary>
/// <param name="Table">The table whose rows it replaces.</param>
/// <param name="Key">The columns of its key, the customer first.</param>
/// <param name="Columns">All columns, in the order of the select.</param>
/// <param name="Sql">CTEs, the last one called <c>state</c>.</param>
/// <param name="Handles">Whether an event of this type can change the rows.</param>
/// <param name="After">Run after it for the same customers; <c>@customers</c>.</param>
/// <param name="Needed">
/// Asked first where events come in: of (customer_id, type, at) in $1, $2, $3 the customers whose rows these can change. Null: all.
/// </param>
public sealed record Replay(
    string Table, string[] Key, string[] Columns, string Sql, Func<string, bool> Handles, string? After = null, string? Needed = null)
{
    /// <summary>The live form: all events of <c>@customers</c>, whatever happened when.</summary>
    public string Statement { get; } = Of(Table, Key, Columns, $"with {Log("@customers")},\n{Sql}");

    /// <summary>The same for those of $1 who need it.</summary>
    internal string? WhereNeeded { get; } = Needed is null ? null : Of(Table, Key, Columns, $"""
        with needed as materialized ({Needed}),
        {Log("array(select customer_id from needed)")},
        {Sql}
        """);

    // The record hides the class that reads SQL files by its own member.
    private static string Log(string customers) => Platform.Sql.Read("Events/replayed.sql").TrimEnd().Replace("/*customers*/", customers, StringComparison.Ordinal);

    private static string Of(string table, string[] key, string[] columns, string state) => $"""
        {state}
        insert into {table} ({string.Join(", ", columns)})
        select {string.Join(", ", columns)} from state order by {string.Join(", ", key)}
        on conflict ({string.Join(", ", key)}) do update set
        {string.Join(",\n", columns.Except(key, StringComparer.Ordinal).Select(column => $"{column} = excluded.{column}"))}
        """;

    /// <summary>The statement and what runs after it, one command each, with the customers as $1.</summary>
    internal IReadOnlyList<string> Commands => field ??= [.. new[] { Statement }.Concat(After?.Split(";\n") ?? []).Select(text => text.Replace("@customers", "$1", StringComparison.Ordinal))];
}

/// <summary>
/// Decided once and written as an event under a deterministic id, so that neither a second process nor a kill makes it
/// twice. The query returns (customer_id, occurred_at, n, properties) of what is due among <c>@customers</c>: n is 1, or one more for each
/// time that it was taken back with a link. Rebuild never runs it.
/// </summary>
public sealed record Decision(string Type, string Sql, Func<string, bool> Handles)
{
    /// <summary>Stands also where a link that came before it is undone.</summary>
    public bool Lasting { get; init; }

    internal string Command { get; } = Sql.Replace("@customers", "$1", StringComparison.Ordinal);
}

/// <summary>
/// A table that is about no customer, with what it should hold according to the log: one select (key, stored, derived, as text) of the
/// rows that differ, in one snapshot, and a statement that mends them.
/// </summary>
public sealed record Whole(string Table, string Differences, string Mend);

/// <summary>Everything the rooms derive from events, in the order they are written.</summary>
public sealed record Projections(IReadOnlyList<Fold> Folds, IReadOnlyList<Replay> Replays, IReadOnlyList<Decision> Decisions, IReadOnlyList<Whole>? Wholes = null)
{
    // Where some are about no customer, whoever they are linked to is looked up.
    private const ulong Others = 1ul << 63;

    private readonly ConcurrentDictionary<ulong, string> inserts = [];

    public IReadOnlyList<Trail> Trails { get; init; } = [];

    /// <summary>Types that take the customer lock: replayed ones, and those that count a URL once.</summary>
    public bool Locks(string type) =>
        Replays.Any(replay => replay.Handles(type))
        || type is EventTypes.IssueTagged or EventTypes.IssueResolution or EventTypes.PrGenerated or EventTypes.PrMerged or EventTypes.PrRejected;

    /// <summary>
    /// Stores what is new among the incoming rows and folds it in, as one statement, with only those folds that have something
    /// to do: setting up the others would cost a small call more than storing it.
    /// </summary>
    public string InsertFor(IReadOnlyList<Envelope> events)
    {
        var which = 0ul;
        for (var n = 0; n < Folds.Count; n++)
        {
            if (Folds[n] is { On: not FoldOn.Move } fold && (fold.Takes is null || events.Any(fold.Takes))) which |= 1ul << n;
        }

        if (events.Any(e => e.CustomerId is null)) which |= Others;
        return inserts.GetOrAdd(which, Insert);
    }

    private string Insert(ulong which)
    {
        var arriving = Folds.Where((_, n) => (which >> n & 1) == 1).ToList();
        return Sql.Read("Events/insert.sql")
            .Replace("/*new*/", (which & Others) != 0 ? Sql.Read("Events/as_seen.sql").TrimEnd() : "new as not materialized (select * from stored)", StringComparison.Ordinal)
            .Replace("/*folds*/", string.Concat(arriving.Select(fold => ",\n" + fold.Sql)), StringComparison.Ordinal)
            .Replace("/*unsettled*/", string.Concat(arriving.Where(fold => fold.Unsettled is not null)
                .Select(fold => $"\nunion all select 2, customer_id, null, null from {fold.Unsettled}")), StringComparison.Ordinal);
    }

    /// <summary>The same folds over everything that is in the log about <c>@customers</c>.</summary>
    public string Refold { get; } = $"""
        with new as (select * from attributed where customer_id = any(@customers)){Moved(Folds)}
        select 1
        """;

    /// <summary>What follows from events that are in the log already, as CTEs behind a relation <c>new</c>.</summary>
    public static string Moved(IEnumerable<Fold> folds) => string.Concat(folds.Where(fold => fold.On != FoldOn.Arrival).Select(fold => ",\n" + fold.Sql));

    /// <summary>
    /// The same over what <c>@subjects</c> did before they were linked to <c>@customers</c>: one row per customer that has some of it,
    /// whether any of it is replayed, and whether its totals must be taken again.
    /// </summary>
    public string FoldLinked { get; } = $"""
        with new as (select * from attributed where customer_id = any(@customers) and subject = any(@subjects)){Moved(Folds)},
        unsettled as (select customer_id from new where false{string.Concat(Folds.Where(fold => fold.On != FoldOn.Arrival && fold.Unsettled is not null)
            .Select(fold => $"\nunion all select customer_id from {fold.Unsettled}"))})
        select customer_id, bool_or(replayed) as replayed, bool_and(history) as history, customer_id in (select customer_id from unsettled) as unsettled
        from new group by customer_id order by customer_id
        """;

    public string Settle { get; } = string.Join(";\n", Folds.Where(fold => fold.Settle is not null).Select(fold => fold.Settle));
}
