using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Who is seen and belongs to nobody, what contradicts, what is blocked, what was linked lately, and who belongs to a customer.</summary>
public static class ListIdentities
{
    public const int Rows = 25;

    public static IReadOnlyList<string> Statuses { get; } = ["unmatched", "conflict", "blocked", "linked"];

    /// <summary>What speaks for a link, and where it would lead.</summary>
    public sealed record Suggestion(string Target, string CustomerId, string Organization, string Rule, Evidence Evidence);

    /// <summary>
    /// Kind is visitor, person or group; tool the source it was first seen through. Target is what it is linked to, CustomerId where that
    /// leads; UnlinkedBy a person who took it apart. Suggestion: what speaks for another link (in conflicts, what contradicts).
    /// </summary>
    public sealed record Item(
        string Identity, string Kind, string Id, string? Tool, long Events, DateTime? FirstSeen, DateTime? LastSeen, string? Target, string? CustomerId, string? Organization,
        string? Rule, Evidence? Evidence, DateTime? LinkedAt, string? LinkedBy, string? Reason, Suggestion? Suggestion);

    public sealed record Answer(IReadOnlyList<Item> Identities, string? Next);

    private sealed record Row
    {
        public string Identity { get; init; } = "";
        public string? Tool { get; init; }
        public long Events { get; init; }
        public DateTime? FirstAt { get; init; }
        public DateTime? LastAt { get; init; }
        public string? Target { get; init; }
        public string? CustomerId { get; init; }
        public string? Organization { get; init; }
        public string? Rule { get; init; }
        public string? Source { get; init; }
        public string? Evidence { get; init; }
        public DateTime? ChangedAt { get; init; }
        public string? Actor { get; init; }
        public string? Reason { get; init; }
        public int Weight { get; init; }
        public string? Other { get; init; }
        public string? OtherRule { get; init; }
        public string? OtherSource { get; init; }
        public string? OtherEvidence { get; init; }
        public DateTime? FoundAt { get; init; }
        public string? OtherCustomer { get; init; }
        public string? OtherOrganization { get; init; }
        public bool PublicKey { get; init; }
        public bool OtherPublicKey { get; init; }

        public Item Shown(Suggestion? suggestion = null) => new(
            Identity, Identities.Identity.Word(Identities.Identity.Kind(Identity)), Identities.Identity.Id(Identity), Tool, Events, FirstAt, LastAt, Target, CustomerId, Organization,
            string.IsNullOrEmpty(Rule) ? null : Rule, string.IsNullOrEmpty(Evidence) ? null : new Evidence(Source ?? "", Evidence) { PublicKey = PublicKey }, ChangedAt, string.IsNullOrEmpty(Actor) ? null : Actor, Reason,
            suggestion ?? (Other is null || OtherCustomer is null ? null : new Suggestion(Other, OtherCustomer, OtherOrganization ?? OtherCustomer, OtherRule!, new Evidence(OtherSource!, OtherEvidence!) { PublicKey = OtherPublicKey })));
    }

    private const string Standing =
        "i.target, i.customer_id, c.organization, i.rule, i.source, i.evidence, i.changed_at, i.actor";

    /// <summary>
    /// With `customer`: who is linked to it. Else by `status`: unmatched (the busiest first, with what speaks for a link), conflict, blocked, or
    /// linked (also what was taken apart; the latest first). `search` finds ids that begin with it, whatever their status. `next` is the value
    /// of `before` for the next page.
    /// </summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem>> Handle(
        string? customer, string? status, string? search, string? before, NpgsqlDataSource db, LinkSettings settings, CancellationToken ct)
    {
        if (status is not null && !Statuses.Contains(status, StringComparer.Ordinal)) return EventAnswers.Invalid([new Fault("status", $"must be one of {string.Join(", ", Statuses)}")]);
        if (search is { Length: > 200 }) return EventAnswers.Invalid([new Fault("search", "is longer than 200 characters")]);
        return TypedResults.Ok(await Run(db, settings, customer, status ?? "unmatched", search, before, ct));
    }

    public static async Task<Answer> Run(NpgsqlDataSource db, LinkSettings settings, string? customer, string status, string? search, string? before, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (customer is { Length: > 0 }) return new(await OfCustomer(connection, customer, ct), null);
        if (search is { Length: > 0 }) return await Found(connection, settings, search.Trim(), ct);
        return status switch
        {
            "conflict" => await Conflicts(connection, before, ct),
            "blocked" => await Blocked(connection, ct),
            "linked" => await Linked(connection, before, ct),
            _ => await Unmatched(connection, settings, before, ct),
        };
    }

    /// <summary>Who is linked to a customer, at most 200, people first.</summary>
    public static async Task<IReadOnlyList<Item>> OfCustomer(NpgsqlConnection connection, string customer, CancellationToken ct) =>
        [.. (await Read(connection, $"""
            select i.identity, s.source as tool, coalesce(s.events, 0) as events, s.first_at, s.last_at, {Standing}
            from identities i left join sightings s on s.identity = i.identity left join customers c on c.customer_id = i.customer_id
            where i.customer_id = @customer order by left(i.identity, 3) = '~v:', i.identity limit 200
            """, new { customer }, ct)).Select(row => row.Shown())];

    private static async Task<Answer> Unmatched(NpgsqlConnection connection, LinkSettings settings, string? before, CancellationToken ct)
    {
        var (weight, last) = Place(before) is var (a, b) && int.TryParse(a, CultureInfo.InvariantCulture, out var known) ? (known, b) : (int.MaxValue, "");
        var found = new List<Row>();
        while (found.Count <= Rows)
        {
            // More than fit, because ids that name nobody are among the busiest; they are listed as blocked.
            var rows = await Read(connection, $"""
                select s.identity, s.source as tool, s.events, s.first_at, s.last_at, s.weight, {Standing}
                from (
                  (select * from sightings where not matched and weight = @weight and identity > @last order by identity limit {Rows * 2})
                  union all
                  (select * from sightings where not matched and weight < @weight order by weight desc, identity limit {Rows * 2})
                  order by weight desc, identity limit {Rows * 2}
                ) s
                left join identities i on i.identity = s.identity left join customers c on c.customer_id = i.customer_id
                order by s.weight desc, s.identity
                """, new { weight, last }, ct);
            var blocked = (await ReadBlocked.Of(connection, null, rows.Select(row => row.Identity), ct)).Blocked;
            found.AddRange(rows.Where(row => !blocked.Contains(row.Identity) && !BlockedIds.Has(Identities.Identity.Id(row.Identity), blocked)));
            if (rows.Count < Rows * 2) break;
            (weight, last) = (rows[^1].Weight, rows[^1].Identity);
        }

        var page = found.Take(Rows).ToList();
        var next = found.Count > Rows ? string.Create(CultureInfo.InvariantCulture, $"{page[^1].Weight}|{page[^1].Identity}") : null;
        return new(await WithSuggestions(connection, settings, [.. page.OrderByDescending(row => row.Events)], ct), next);
    }

    private static async Task<Answer> Found(NpgsqlConnection connection, LinkSettings settings, string search, CancellationToken ct)
    {
        // Three conditions and not one list: each is then a range of the index.
        var begins = search.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%";
        var rows = await Read(connection, $"""
            with found as materialized (
              select identity from sightings where identity like @visitor or identity like @person or identity like @group
              union select identity from identities where identity like @visitor or identity like @person or identity like @group
              limit 200
            )
            select f.identity, s.source as tool, coalesce(s.events, 0) as events, s.first_at, s.last_at, {Standing}
            from found f left join sightings s on s.identity = f.identity left join identities i on i.identity = f.identity left join customers c on c.customer_id = i.customer_id
            order by coalesce(s.events, 0) desc, f.identity limit 50
            """, new { visitor = "~v:" + begins, person = "~p:" + begins, group = "~g:" + begins }, ct);
        return new(await WithSuggestions(connection, settings, rows, ct), null);
    }

    private static async Task<Answer> Conflicts(NpgsqlConnection connection, string? before, CancellationToken ct)
    {
        var (at, last) = Moment(before);
        var rows = await Read(connection, $"""
            select f.identity, s.source as tool, coalesce(s.events, 0) as events, s.first_at, s.last_at, {Standing}, f.found_at,
              f.target as other, f.rule as other_rule, f.source as other_source, f.evidence as other_evidence, o.customer_id as other_customer, o.organization as other_organization
            from identity_conflicts f left join identities i on i.identity = f.identity left join customers c on c.customer_id = i.customer_id
            left join sightings s on s.identity = f.identity
            left join identities t on t.identity = f.target left join customers o on o.customer_id = coalesce(t.customer_id, f.target)
            where f.decision is null and (f.found_at, f.identity) < (@at, @last) order by f.found_at desc, f.identity desc, f.target limit {Rows + 1}
            """, new { at, last }, ct);
        return Page(rows, row => row.FoundAt);
    }

    private static async Task<Answer> Linked(NpgsqlConnection connection, string? before, CancellationToken ct)
    {
        var (at, last) = Moment(before);
        var rows = await Read(connection, $"""
            select i.identity, s.source as tool, coalesce(s.events, 0) as events, s.first_at, s.last_at, {Standing}
            from (select * from identities where (changed_at, identity) < (@at, @last) order by changed_at desc, identity desc limit {Rows + 1}) i
            left join sightings s on s.identity = i.identity left join customers c on c.customer_id = i.customer_id
            order by i.changed_at desc, i.identity desc
            """, new { at, last }, ct);
        return Page(rows, row => row.ChangedAt);
    }

    private static async Task<Answer> Blocked(NpgsqlConnection connection, CancellationToken ct)
    {
        var own = (await connection.QueryAsync<(string Id, string Reason, string By, DateTime At)>(new CommandDefinition(
            "select id, reason, added_by, added_at from blocked_ids where allowed_at is null order by added_at desc limit 500", cancellationToken: ct))).AsList();
        string[] builtIn = [.. BlockedIds.BuiltIn.SelectMany(id => new[] { id, id.ToUpperInvariant(), CultureInfo.InvariantCulture.TextInfo.ToTitleCase(id) }),
            "[object Object]", "NaN", "distinctId", "anonymousId", "userId", "00000000-0000-0000-0000-000000000000"];
        var asked = own.Select(one => one.Id).Where(Identities.Identity.IsLinkable)
            .Concat(builtIn.Concat(own.Select(one => one.Id)).SelectMany(id => new[] { "~p:" + id, "~g:" + id, "~v:" + id })).Distinct(StringComparer.Ordinal).ToArray();
        var seen = await Read(connection, "select identity, source as tool, events, first_at, last_at from sightings where identity = any(@asked)", new { asked }, ct);
        var rows = seen.Select(row => row with
        {
            Reason = own.FirstOrDefault(one => one.Id == row.Identity || one.Id == Identities.Identity.Id(row.Identity).ToLowerInvariant()) is { Id: not null } mine ? mine.Reason : "names nobody",
            Actor = own.FirstOrDefault(one => one.Id == row.Identity || one.Id == Identities.Identity.Id(row.Identity).ToLowerInvariant()).By,
        });
        var silent = own.Where(one => !seen.Any(row => one.Id == row.Identity || one.Id == Identities.Identity.Id(row.Identity).ToLowerInvariant()))
            .Select(one => new Row { Identity = Identities.Identity.IsLinkable(one.Id) ? one.Id : "~p:" + one.Id, Reason = one.Reason, Actor = one.By });
        return new([.. rows.Concat(silent).OrderByDescending(row => row.Events).ThenBy(row => row.Identity, StringComparer.Ordinal).Select(row => row.Shown())], null);
    }

    // What speaks for a link and was not followed: taken apart by a person, or several customers share the key.
    private static async Task<IReadOnlyList<Item>> WithSuggestions(NpgsqlConnection connection, LinkSettings settings, List<Row> rows, CancellationToken ct)
    {
        var open = rows.Where(row => row.CustomerId is null).Select(row => row.Identity).ToArray();
        if (open.Length == 0) return [.. rows.Select(row => row.Shown())];
        var facts = await ReadLinkFacts.Of(connection, null, open, settings.MostVisitors, ct);
        var best = open.ToDictionary(one => one, one => ConcludeLinks.Speaking(one, facts, facts.Standing.GetValueOrDefault)
            .Select(candidate => (candidate, End: Chains.End(candidate.To, facts.Standing.GetValueOrDefault)?.Customer)).FirstOrDefault(each => each.End is not null), StringComparer.Ordinal);
        var customers = best.Values.Select(one => one.End).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var names = (await connection.QueryAsync<(string Id, string Organization)>(new CommandDefinition(
            "select customer_id, organization from customers where customer_id = any(@customers)", new { customers }, cancellationToken: ct))).ToDictionary(StringComparer.Ordinal);
        return [.. rows.Select(row => row.Shown(best.GetValueOrDefault(row.Identity) is { candidate: { } one, End: { } end }
            ? new Suggestion(one.To, end, names.GetValueOrDefault(end) ?? end, one.Rule, one.Evidence) : null))];
    }

    private static Answer Page(List<Row> rows, Func<Row, DateTime?> at)
    {
        var page = rows.Take(Rows).ToList();
        return new([.. page.Select(row => row.Shown())], rows.Count > Rows ? $"{at(page[^1])!.Value:O}|{page[^1].Identity}" : null);
    }

    private static (string, string)? Place(string? before) => before?.IndexOf('|') is > 0 and var bar ? (before[..bar], before[(bar + 1)..]) : null;

    private static (DateTime At, string Last) Moment(string? before) =>
        Place(before) is var (at, last) && DateTime.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) ? (time.ToUniversalTime(), last) : (new DateTime(9000, 1, 1, 0, 0, 0, DateTimeKind.Utc), "");

    private static async Task<List<Row>> Read(NpgsqlConnection connection, string sql, object with, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(sql, with, cancellationToken: ct))).AsList();
        // Which of the messages they rest on came with a key that everybody can read.
        var evidence = rows.SelectMany(row => new[] { row.Evidence, row.OtherEvidence }).Where(id => !string.IsNullOrEmpty(id)).Distinct(StringComparer.Ordinal).ToArray();
        if (evidence.Length == 0) return rows;
        var open = (await connection.QueryAsync<(string, string, string)>(new CommandDefinition(
            "select distinct a, source, id from pairs where a = any(@identities) and id = any(@evidence) and door = 'public'",
            new { identities = rows.Select(row => row.Identity).ToArray(), evidence }, cancellationToken: ct))).ToHashSet();
        return rows.ConvertAll(row => row with
        {
            PublicKey = open.Contains((row.Identity, row.Source ?? "", row.Evidence ?? "")),
            OtherPublicKey = open.Contains((row.Identity, row.OtherSource ?? "", row.OtherEvidence ?? "")),
        });
    }
}
