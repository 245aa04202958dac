using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Concludes links for identities that have news, behind the events. One process does this at a time.</summary>
public static class ResolveWaiting
{
    /// <summary>How many entries were taken, how many links made and who leads to which customer now.</summary>
    public sealed record Done(int Taken, int Links, IReadOnlyDictionary<string, string> Moved)
    {
        public static Done Nothing { get; } = new(0, 0, new Dictionary<string, string>(StringComparer.Ordinal));
    }

    /// <summary>Do what waits, at most about <paramref name="limit"/> identities. Throws 55P03 where a lock was not to be had at once; nothing has happened then.</summary>
    public static async Task<Done> Run(NpgsqlDataSource db, EventLog events, LinkSettings settings, TimeProvider clock, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // A link waits for events that are being written, and events for the link. An import keeps its customers' locks for long, and
        // must not keep the events of everybody else waiting behind us.
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select set_config('jit', 'off', true) is not null and set_config('lock_timeout', @patience, true) is not null and pg_try_advisory_xact_lock(8, 1)",
            new { patience = $"{settings.Patience.TotalMilliseconds}ms" }, transaction, cancellationToken: ct)))
            return Done.Nothing;
        var (taken, waiting) = await Take(connection, transaction, limit, ct);
        if (taken == 0) return Done.Nothing;

        var identities = await Expand(connection, transaction, waiting, ct);
        var facts = await ReadLinkFacts.Of(connection, transaction, identities, settings.MostVisitors, ct);
        var concluded = ConcludeLinks.Of(identities, facts);
        await Keep(connection, transaction, identities, concluded, clock.Now(), ct);
        await Block(connection, transaction, concluded.Hubs, settings.MostBlocked, clock.Now(), ct);
        var moved = await MakeLinks.Run(connection, transaction, events, concluded.Links, LinkedBy.Product(clock.Now()), ct);
        await transaction.CommitAsync(ct);
        return new Done(taken, concluded.Links.Count, moved);
    }

    private static async Task<(int Taken, string[] Waiting)> Take(NpgsqlConnection connection, NpgsqlTransaction transaction, int limit, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<string[]>(new CommandDefinition(
            "delete from unresolved where id in (select id from unresolved order by id limit @limit for update skip locked) returning identities",
            new { limit }, transaction, cancellationToken: ct))).AsList();
        var all = rows.SelectMany(row => row).Distinct(StringComparer.Ordinal).ToArray();
        if (all.Length > limit)
            await connection.ExecuteAsync(new CommandDefinition("insert into unresolved (identities) values (@rest)", new { rest = all[limit..] }, transaction, cancellationToken: ct));
        return (rows.Count, all[..Math.Min(all.Length, limit)]);
    }

    // A customer stands for everyone who may wait for it, a person for the group it leads to.
    private static async Task<string[]> Expand(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] waiting, CancellationToken ct)
    {
        var customers = waiting.Where(one => Identity.Kind(one) == IdentityKind.Customer).ToArray();
        var identities = waiting.Where(Identity.IsLinkable).ToHashSet(StringComparer.Ordinal);
        if (customers.Length > 0)
            identities.UnionWith(await connection.QueryAsync<string>(new CommandDefinition(
                Sql.Read("Customers/Identities/waiting_of_customers.sql"), new { customers }, transaction, cancellationToken: ct)));
        identities.UnionWith(await connection.QueryAsync<string>(new CommandDefinition(
            "select distinct target from identities where identity = any(@identities) and customer_id is null and left(target, 3) = '~g:'",
            new { identities = identities.ToArray() }, transaction, cancellationToken: ct)));
        return [.. identities.Where(Identity.IsLinkable).Order(StringComparer.Ordinal)];
    }

    // What a person judged stays judged; what contradicts no longer is no conflict any more.
    private static async Task Keep(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string[] identities, Conclusions concluded, DateTime now, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from identity_conflicts where identity = any(@identities) and decision is null
              and not exists (select 1 from unnest(@from, @to) as c(f, t) where c.f = identity and c.t = target)
            """,
            new { identities, from = concluded.Conflicts.Select(one => one.Identity).ToArray(), to = concluded.Conflicts.Select(one => one.Target).ToArray() },
            transaction, cancellationToken: ct));
        if (concluded.Conflicts.Count > 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into identity_conflicts (identity, target, rule, source, evidence, found_at)
                select i, t, r, s, e, @now from unnest(@identities, @targets, @rules, @sources, @evidence) as c(i, t, r, s, e) order by i, t
                on conflict do nothing
                """,
                new
                {
                    now,
                    identities = concluded.Conflicts.Select(one => one.Identity).ToArray(),
                    targets = concluded.Conflicts.Select(one => one.Target).ToArray(),
                    rules = concluded.Conflicts.Select(one => one.Rule).ToArray(),
                    sources = concluded.Conflicts.Select(one => one.Evidence.Source).ToArray(),
                    evidence = concluded.Conflicts.Select(one => one.Evidence.Id).ToArray(),
                },
                transaction, cancellationToken: ct));
        }
    }

    // Beyond so many they are stopped all the same, and found out anew each time; the list is for people, and is full.
    private static Task Block(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyDictionary<string, string> hubs, int most, DateTime now, CancellationToken ct) =>
        hubs.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(new CommandDefinition(
            """
            insert into blocked_ids (id, reason, added_by, added_at)
            select h, r, 'system', @now from unnest(@hubs, @reasons) as n(h, r)
            where (select count(*) from blocked_ids where added_by = 'system') < @most order by h
            on conflict do nothing
            """,
            new { hubs = hubs.Keys.ToArray(), reasons = hubs.Values.ToArray(), now, most }, transaction, cancellationToken: ct));
}
