using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Reads what links of these identities are concluded from.</summary>
public static class ReadLinkFacts
{
    // An identity that was seen with more others than this, through one kind of door, is judged by the first of them.
    private const int MostPairs = 50, MostMembers = 200;

    private sealed record Pair(string A, string B, string Source, string Id, string Door)
    {
        public Evidence Evidence => new(Source, Id) { PublicKey = Door == "public" };
    }

    private sealed record Key(string How, string Name, string Customer);

    private sealed record Row(string Identity, string? Target, DateTime ChangedAt, string? CustomerId, DateTime LinkedAt, int Changes, string Rule)
    {
        public Standing Standing => new(Target, ChangedAt, CustomerId, LinkedAt, Changes, Rule);
    }

    public static async Task<LinkFacts> Of(NpgsqlConnection connection, NpgsqlTransaction? transaction, string[] identities, int mostVisitors, CancellationToken ct)
    {
        var groups = identities.Where(one => Identity.Kind(one) == IdentityKind.Group).ToArray();
        var members = await Pairs(
            "select a, b, source, id, door from (select *, row_number() over (partition by b, door order by first_at, a) as n from pairs where b = any(@groups) and left(a, 3) = '~p:') p where n <= @most order by b, first_at, a",
            new { groups, most = MostMembers });
        var asked = identities.Concat(members.Select(pair => pair.A)).Distinct(StringComparer.Ordinal).ToArray();
        var pairs = await Pairs(
            "select a, b, source, id, door from (select *, row_number() over (partition by a, door order by first_at, b) as n from pairs where a = any(@asked)) p where n <= @most order by a, first_at, b",
            new { asked, most = MostPairs });
        var vouched = await Vouched(connection, transaction, asked, members, ct);
        var keys = await Keys(connection, transaction, asked, pairs, ct);
        var candidates = ByKey(asked, pairs, keys, vouched)
            .Concat(pairs.Where(pair => !Identity.IsClue(pair.B))
                .Select(pair => (pair.A, new Candidate(pair.B, Rule(pair), pair.Evidence))))
            .ToLookup(each => each.Item1, each => each.Item2, StringComparer.Ordinal);
        var targets = candidates.SelectMany(each => each).Select(one => one.To).Where(to => Identity.Kind(to) != IdentityKind.Customer).Distinct(StringComparer.Ordinal).ToArray();
        var standing = await Standings(connection, transaction, asked.Concat(targets), ct);
        var gathered = await connection.QueryAsync<(string, int)>(new CommandDefinition(
            "select target, count(*)::integer from identities where target = any(@targets) and left(identity, 3) = '~v:' and source <> all(@open) group by target", new { targets, open = Evidence.OpenDoors.ToArray() }, transaction, cancellationToken: ct));
        var blocked = await ReadBlocked.Of(connection, transaction, asked.Concat(targets), ct);
        var mails = pairs.Where(pair => Identity.Kind(pair.A) == IdentityKind.Group).Select(pair => pair.B).ToHashSet(StringComparer.Ordinal);
        var addresses = keys.Where(key => key.How == LinkRules.Email && mails.Contains(Identity.Mail + key.Name)).ToLookup(key => key.Name, key => key.Customer, StringComparer.Ordinal);
        return new LinkFacts(standing, candidates, members.ToLookup(pair => pair.B, pair => (pair.A, pair.Evidence), StringComparer.Ordinal),
            blocked.Blocked, gathered.ToDictionary(StringComparer.Ordinal), mostVisitors)
        {
            Allowed = blocked.Allowed,
            Accounts = await ReadAccounts.Of(connection, transaction, addresses, ct),
        };

        async Task<List<Pair>> Pairs(string sql, object with) =>
            (await connection.QueryAsync<Pair>(new CommandDefinition(sql, with, transaction, cancellationToken: ct))).AsList();
    }

    /// <summary>How these identities stand, and everyone on the way from them up.</summary>
    public static async Task<Dictionary<string, Standing>> Standings(NpgsqlConnection connection, NpgsqlTransaction? transaction, IEnumerable<string> identities, CancellationToken ct)
    {
        var found = new Dictionary<string, Standing>(StringComparer.Ordinal);
        var next = identities.Where(Identity.IsLinkable).Distinct(StringComparer.Ordinal).ToArray();
        for (var hop = 0; hop <= Chains.MostHops && next.Length > 0; hop++)
        {
            var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
                "select identity, target, changed_at, customer_id, linked_at, changes, rule from identities where identity = any(@next)", new { next }, transaction, cancellationToken: ct))).AsList();
            foreach (var row in rows) found[row.Identity] = row.Standing;
            next = [.. rows.Select(row => row.Target).OfType<string>().Where(to => Identity.IsLinkable(to) && !found.ContainsKey(to)).Distinct(StringComparer.Ordinal)];
        }

        return found;
    }

    /// <summary>Everyone whose way leads through one of these.</summary>
    public static async Task<Dictionary<string, Standing>> Below(NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<string> identities, CancellationToken ct)
    {
        var found = new Dictionary<string, Standing>(StringComparer.Ordinal);
        // Nobody leads through a visitor.
        var next = identities.Where(one => Identity.Kind(one) is IdentityKind.Person or IdentityKind.Group).ToArray();
        for (var hop = 0; hop <= Chains.MostHops && next.Length > 0; hop++)
        {
            var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
                "select identity, target, changed_at, customer_id, linked_at, changes, rule from identities where target = any(@next)", new { next }, transaction, cancellationToken: ct))).AsList();
            next = [.. rows.Where(row => found.TryAdd(row.Identity, row.Standing)).Select(row => row.Identity).Where(one => Identity.Kind(one) != IdentityKind.Visitor)];
        }

        return found;
    }

    // Who was seen by more than pages without a key: somebody who holds a key uses the id.
    private static async Task<HashSet<string>> Vouched(NpgsqlConnection connection, NpgsqlTransaction? transaction, string[] asked, List<Pair> members, CancellationToken ct)
    {
        var found = members.Where(pair => !pair.Evidence.IsOpen).Select(pair => pair.B).ToHashSet(StringComparer.Ordinal);
        found.UnionWith(await connection.QueryAsync<string>(new CommandDefinition(
            "select identity from sightings where identity = any(@asked) and not keyless union select a from pairs where a = any(@asked) and door <> 'open'", new { asked }, transaction, cancellationToken: ct)));
        // Few are left: those that stand in other people's messages only.
        var rest = asked.Where(one => !found.Contains(one)).ToArray();
        if (rest.Length > 0)
            found.UnionWith(await connection.QueryAsync<string>(new CommandDefinition("select distinct b from pairs where b = any(@rest) and door <> 'open'", new { rest }, transaction, cancellationToken: ct)));
        return found;
    }

    private static string Rule(Pair pair) =>
        Identity.Kind(pair.B) == IdentityKind.Customer ? LinkRules.Named
        : Identity.Kind(pair.A) == IdentityKind.Person && Identity.Kind(pair.B) == IdentityKind.Person ? LinkRules.Alias : LinkRules.SameMessage;

    private static async Task<List<Key>> Keys(NpgsqlConnection connection, NpgsqlTransaction? transaction, string[] asked, List<Pair> pairs, CancellationToken ct)
    {
        var people = asked.Where(one => Identity.Kind(one) == IdentityKind.Person).Select(Identity.Id).ToArray();
        var groups = asked.Where(one => Identity.Kind(one) == IdentityKind.Group).Select(Identity.Id).ToArray();
        var mails = pairs.Where(pair => pair.B.StartsWith(Identity.Mail, StringComparison.Ordinal)).Select(pair => pair.B[3..]).Distinct(StringComparer.Ordinal).ToArray();
        return (await connection.QueryAsync<(string How, string Key, string Customer)>(new CommandDefinition(
            Sql.Read("Customers/Identities/keys.sql"),
            new
            {
                ids = people.Concat(groups).Concat(pairs.Where(pair => pair.B.StartsWith(Identity.Claimed, StringComparison.Ordinal)).Select(pair => pair.B[3..])).Distinct(StringComparer.Ordinal).ToArray(),
                mails,
                groups,
                // With and without what stands before the first colon: stripe:cus_1 is the external id cus_1 of the kind stripe.
                externals = groups.Concat(groups.Where(group => group.Contains(':')).Select(group => group[(group.IndexOf(':') + 1)..])).Distinct(StringComparer.Ordinal).ToArray(),
                logins = people.Where(id => id.Length <= 100).Concat(groups.Select(GitHub).OfType<string>()).Select(login => login.ToLowerInvariant()).Distinct(StringComparer.Ordinal).ToArray(),
            },
            transaction, cancellationToken: ct))).Select(row => new Key(row.How, row.Key, row.Customer)).ToList();
    }

    private static IEnumerable<(string, Candidate)> ByKey(string[] asked, List<Pair> pairs, List<Key> keys, HashSet<string> vouched)
    {
        var by = keys.ToLookup(key => (key.How, key.Name), key => key.Customer);
        var mails = pairs.Where(pair => pair.B.StartsWith(Identity.Mail, StringComparison.Ordinal)).ToLookup(pair => pair.A, StringComparer.Ordinal);
        var claims = pairs.Where(pair => pair.B.StartsWith(Identity.Claimed, StringComparison.Ordinal)).ToLookup(pair => pair.A, StringComparer.Ordinal);
        foreach (var identity in asked)
        {
            var id = Identity.Id(identity);
            IEnumerable<(string Rule, string Name, Evidence Evidence)> ways = Identity.Kind(identity) switch
            {
                IdentityKind.Person =>
                [
                    (LinkRules.CustomerId, id, Evidence.None), (LinkRules.GitHub, id.ToLowerInvariant(), Evidence.None),
                    .. mails[identity].SelectMany(pair => new[] { LinkRules.Email, LinkRules.PersonEmail }.Select(rule => (rule, pair.B[3..], pair.Evidence))),
                ],
                IdentityKind.Group =>
                [
                    (LinkRules.CustomerId, id, Evidence.None), (LinkRules.ExternalId, id, Evidence.None),
                    .. GitHub(id) is { } login ? [(LinkRules.GitHub, login.ToLowerInvariant(), Evidence.None)] : Array.Empty<(string, string, Evidence)>(),
                    // What Stripe knows of its customer: the address on the invoice, and the id that somebody wrote into the metadata.
                    .. mails[identity].Select(pair => (LinkRules.Email, pair.B[3..], pair.Evidence)),
                    .. claims[identity].Select(pair => (LinkRules.CustomerId, pair.B[3..], pair.Evidence)),
                ],
                _ => [],
            };
            foreach (var (rule, name, evidence) in ways)
            {
                foreach (var customer in by[(rule, name)]) yield return (identity, new Candidate(customer, rule, evidence) { Vouched = vouched.Contains(identity) });
            }
        }
    }

    // Whose GitHub account a webhook's group is.
    private static string? GitHub(string group) => group.StartsWith("github:", StringComparison.OrdinalIgnoreCase) && group.Length > 7 ? group[7..] : null;
}
