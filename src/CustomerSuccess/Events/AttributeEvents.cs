using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>What a link between a subject and a customer does to what is derived: adds the subject's past to the customer's, or takes it out again.</summary>
public sealed partial class EventLog
{
    /// <summary>
    /// Locks for a link: no event of these subjects is written until the commit, so that each is either found here or comes in as the
    /// customer's. Taken in the order of every writer: (7, -1), subjects (9), customers (7).
    /// </summary>
    public static Task LockForLink(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> subjects, IEnumerable<string> customers, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            select pg_advisory_xact_lock_shared(7, -1);
            select pg_advisory_xact_lock(9, b) from unnest(@subjects) b;
            select pg_advisory_xact_lock(7, b) from unnest(@customers) b;
            """,
            new { subjects = InOrder(subjects), customers = InOrder(customers) }, transaction, cancellationToken: ct));

    /// <summary>The lock for taking a link back: no writer at all until the commit.</summary>
    public static Task LockAlone(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(7, -1)", null, transaction, cancellationToken: ct));

    /// <summary>
    /// Tell these customers what the subjects did before they were linked to them: the same folds over their stored events, then
    /// replays and decisions. The caller holds <see cref="LockForLink"/> and has written the identities.
    /// </summary>
    public async Task Attribute(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string[] subjects, string[] customers, DateTime now, CancellationToken ct)
    {
        var told = (await connection.QueryAsync<(string Customer, bool Replayed, bool History, bool Unsettled)>(new CommandDefinition(
            projections.FoldLinked, new { subjects, customers }, transaction, cancellationToken: ct))).ToList();
        var unsettled = told.Where(one => one.Unsettled).Select(one => one.Customer).ToArray();
        if (unsettled.Length > 0)
            await connection.ExecuteAsync(new CommandDefinition(projections.Settle, new { customers = unsettled }, transaction, cancellationToken: ct));
        var replayed = told.Where(one => one.Replayed).Select(one => one.Customer).ToArray();
        if (replayed.Length == 0) return;
        await ReplayAll(connection, transaction, replayed, _ => true, ct);
        foreach (var decision in projections.Decisions) await Decide(connection, transaction, decision, replayed, now, ct);
    }

    /// <summary>
    /// Derive these customers again as if what was attributed to them since had never been: their rows from the log, and what was decided
    /// since then is taken back. Decisions they deserve without it are made now, or when they come to deserve them. The caller holds
    /// <see cref="LockAlone"/> and has written the identities.
    /// </summary>
    public async Task Withdraw(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] customers, DateTime since, DateTime now, CancellationToken ct)
    {
        var decided = await connection.QueryAsync<(string Customer, string Id, string Type, DateTime At)>(new CommandDefinition(
            """
            select e.subject, e.id, e.type, e.received_at from events e join unnest(@customers) c on e.subject = c
            where e.source = 'system' and e.type = any(@types) and e.received_at >= @since
            """,
            new { customers, since, types = projections.Decisions.Where(one => !one.Lasting).Select(one => one.Type).ToArray() },
            transaction, cancellationToken: ct));
        // Known as soon as the decision was, so that no past day believes it either.
        var withdrawn = decided.Select(one => new Envelope
        {
            // The id of the decision with this behind its type, the number too.
            Id = $"{one.Type}{EventTypes.WithdrawnSuffix}{one.Id[one.Type.Length..]}",
            Source = "system",
            Type = one.Type + EventTypes.WithdrawnSuffix,
            CustomerId = one.Customer,
            OccurredAt = one.At,
            ReceivedAt = one.At,
            History = true,
            Actor = "system",
        }).ToList();
        if (withdrawn.Count > 0) await Store(connection, transaction, new Rows(withdrawn), null, ct);
        await Rebuild.Derive(connection, transaction, projections, customers, ct);
        foreach (var decision in projections.Decisions.Where(one => !one.Lasting)) await Decide(connection, transaction, decision, customers, now, ct);
    }
}
