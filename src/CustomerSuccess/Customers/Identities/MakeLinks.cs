using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>In whose name links are made and undone, and when.</summary>
public sealed record LinkedBy(string Actor, string Source, DateTime At)
{
    public static LinkedBy Product(DateTime at) => new("system", "system", at);
}

/// <summary>
/// Makes links and takes them back, in the caller's transaction, which holds <see cref="LockLinks"/>. A link is an event of the identity;
/// what the identity did is then the customer's, as if it had been known when it came in. Events stay as they are.
/// </summary>
public static class MakeLinks
{
    /// <summary>One at a time, so that where identities lead stands still while it is looked at.</summary>
    public static Task LockLinks(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition("select pg_advisory_xact_lock(8, 1)", null, transaction, cancellationToken: ct));

    /// <summary>Identities that are linked to nothing become linked. Returns who leads to which customer now, and did not before.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> Run(
        NpgsqlConnection connection, NpgsqlTransaction transaction, EventLog events, IReadOnlyList<Link> links, LinkedBy by, CancellationToken ct)
    {
        if (links.Count == 0) return new Dictionary<string, string>(StringComparer.Ordinal);
        var known = await ReadLinkFacts.Standings(connection, transaction, links.SelectMany(link => new[] { link.From, link.To }), ct);
        var changes = links.ToDictionary(link => link.From, link => known.GetValueOrDefault(link.From)?.Changes + 1 ?? 1, StringComparer.Ordinal);
        foreach (var link in links) known[link.From] = new Standing(link.To, by.At, Changes: changes[link.From], Rule: link.Rule);
        var leading = links.Where(link => End(link.From) is not null).Select(link => link.From).ToArray();
        var below = await ReadLinkFacts.Below(connection, transaction, leading, ct);
        foreach (var (identity, standing) in below) known.TryAdd(identity, standing);
        var moved = leading.Concat(below.Keys).Distinct(StringComparer.Ordinal)
            .Select(identity => (Identity: identity, End: End(identity))).Where(one => one.End is not null)
            .ToDictionary(one => one.Identity, one => one.End!.Value, StringComparer.Ordinal);
        var customers = moved.Values.Select(end => end.Customer).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (moved.Count > 0) await EventLog.LockForLink(connection, transaction, moved.Keys, customers, ct);

        await events.Write(connection, transaction,
            [.. links.Select(link => Event(EventTypes.IdentityLinked, link.From, changes[link.From], by, new
            {
                identity = link.From,
                target = link.To,
                customer_id = End(link.From)?.Customer,
                rule = link.Rule,
                evidence = new { source = link.Evidence.Source, id = link.Evidence.Id },
                n = changes[link.From],
            }))],
            ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into identities (identity, target, customer_id, linked_at, rule, source, evidence, actor, changed_at, changes)
            select i, t, null, @at, r, s, e, @actor, @at, n from unnest(@identities, @targets, @rules, @sources, @evidence, @changes) as l(i, t, r, s, e, n) order by i
            on conflict (identity) do update set target = excluded.target, customer_id = null, linked_at = excluded.linked_at, rule = excluded.rule, source = excluded.source,
              evidence = excluded.evidence, actor = excluded.actor, changed_at = excluded.changed_at, changes = excluded.changes
            """,
            new
            {
                at = by.At,
                actor = by.Actor,
                identities = links.Select(link => link.From).ToArray(),
                targets = links.Select(link => link.To).ToArray(),
                rules = links.Select(link => link.Rule).ToArray(),
                sources = links.Select(link => link.Evidence.Source).ToArray(),
                evidence = links.Select(link => link.Evidence.Id).ToArray(),
                changes = links.Select(link => changes[link.From]).ToArray(),
            },
            transaction, cancellationToken: ct));
        if (moved.Count > 0)
        {
            await Settle(connection, transaction, moved.Select(one => (one.Key, (string?)one.Value.Customer, one.Value.Since)).ToList(), ct);
            await events.Attribute(connection, transaction, [.. moved.Keys], customers, by.At, ct);
            await AskAround(connection, transaction, [.. moved.Keys], ct);
        }

        return moved.ToDictionary(one => one.Key, one => one.Value.Customer, StringComparer.Ordinal);

        (string Customer, DateTime Since)? End(string identity) => Chains.End(identity, known.GetValueOrDefault);
    }

    /// <summary>
    /// Take one link back: everyone who led through it leads nowhere again, and the customer is as if they never had. False where there is
    /// no link. Nothing links the identity again but a person.
    /// </summary>
    public static async Task<bool> Undo(
        NpgsqlConnection connection, NpgsqlTransaction transaction, EventLog events, string identity, LinkedBy by, CancellationToken ct)
    {
        var known = await ReadLinkFacts.Standings(connection, transaction, [identity], ct);
        if (known.GetValueOrDefault(identity) is not { To: { } target } link) return false;
        if (link.Customer is not null) await EventLog.LockAlone(connection, transaction, ct);
        // While it still stands: whoever watches the customer hears of it.
        await events.Write(connection, transaction,
            [Event(EventTypes.IdentityUnlinked, identity, link.Changes + 1, by, new
            {
                identity,
                target,
                customer_id = link.Customer,
                since = link.Customer is null ? null : link.LinkedAt.Day().Iso(),
                n = link.Changes + 1,
            })],
            ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update identities set target = null, customer_id = null, linked_at = @At, rule = '', source = '', evidence = '', actor = @Actor, changed_at = @At, changes = changes + 1
            where identity = @identity
            """,
            new { identity, by.At, by.Actor }, transaction, cancellationToken: ct));
        if (link.Customer is not { } customer) return true;
        var below = await ReadLinkFacts.Below(connection, transaction, [identity], ct);
        await Settle(connection, transaction, [(identity, null, by.At), .. below.Select(one => (one.Key, (string?)null, one.Value.ChangedAt))], ct);
        await events.Withdraw(connection, transaction, [customer], link.LinkedAt, by.At, ct);
        return true;
    }

    private static Task Settle(NpgsqlConnection connection, NpgsqlTransaction transaction, List<(string Identity, string? Customer, DateTime Since)> ends, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            update identities i set customer_id = l.customer, linked_at = l.since from unnest(@identities, @customers::text[], @since) as l(identity, customer, since) where i.identity = l.identity;
            update sightings set matched = @matched where identity = any(@identities);
            """,
            new
            {
                identities = ends.Select(end => end.Identity).ToArray(),
                customers = ends.Select(end => end.Customer).ToArray(),
                since = ends.Select(end => end.Since).ToArray(),
                matched = ends[0].Customer is not null,
            },
            transaction, cancellationToken: ct));

    // Whoever was seen with them may be concluded about now: a group by its people, a visitor claimed by two.
    private static Task AskAround(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] moved, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            insert into unresolved (identities)
            select array_agg(distinct identity order by identity) from (
              select p.b as identity from pairs p left join identities i on i.identity = p.b where p.a = any(@moved) and left(p.b, 3) = '~g:' and i.identity is null
              union all
              select p.a from pairs p join identities i on i.identity = p.a join identities t on t.identity = p.b
              where p.b = any(@moved) and i.target <> p.b and i.customer_id is distinct from t.customer_id
            ) news
            having count(*) > 0
            """,
            new { moved }, transaction, cancellationToken: ct));

    private static Envelope Event(string type, string identity, int n, LinkedBy by, object properties)
    {
        var (kind, id) = (Identity.Kind(identity), Identity.Id(identity));
        return new()
        {
            // Unique beside the subject; short enough for those who hand ids on.
            Id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"link:{n}:{(identity.Length > 100 ? identity[..100] : identity)}"),
            Source = by.Source,
            Type = type,
            OccurredAt = by.At,
            ReceivedAt = by.At,
            GroupId = kind == IdentityKind.Group ? id : null,
            PersonId = kind == IdentityKind.Person ? id : null,
            VisitorId = kind == IdentityKind.Visitor ? id : null,
            Actor = by.Actor,
            Properties = JsonSerializer.Serialize(properties),
        };
    }
}
