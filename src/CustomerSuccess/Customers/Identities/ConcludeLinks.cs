namespace CustomerSuccess.Customers.Identities;

/// <summary>One thing that speaks for a link.</summary>
public sealed record Candidate(string To, string Rule, Evidence Evidence)
{
    /// <summary>Whether more than pages without a key use the identity's id.</summary>
    public bool Vouched { get; init; } = true;

    /// <summary>What anyone can send decides whose visit it is and nothing else; the rest is a hint for staff.</summary>
    public bool Decides(string identity) =>
        Vouched && !Evidence.IsOpen || Identity.Kind(identity) == IdentityKind.Visitor && Identity.Kind(To) == IdentityKind.Person;

    /// <summary>What a message says outright before what an id happens to equal, before what was seen together.</summary>
    public int Rank => Rule switch
    {
        LinkRules.Named => 0,
        LinkRules.CustomerId => 1,
        LinkRules.ExternalId => 2,
        LinkRules.Email => 3,
        LinkRules.PersonEmail => 4,
        LinkRules.GitHub => 5,
        LinkRules.Alias => 6,
        LinkRules.SameMessage => Identity.Kind(To) == IdentityKind.Person ? 7 : 8,
        _ => 9,
    };
}

/// <summary>Something that speaks against a link that stands, or for two that exclude each other.</summary>
public sealed record Conflict(string Identity, string Target, string Rule, Evidence Evidence);

/// <summary>What is known about a few identities and those around them.</summary>
/// <param name="Standing">How identities stand; who is missing was never linked.</param>
/// <param name="Candidates">What speaks for which link, by identity; in the order in which it was first said.</param>
/// <param name="Members">People seen with a group.</param>
/// <param name="Blocked">Ids that name nobody here, beyond the built-in ones, in small letters.</param>
/// <param name="Visitors">How many visitors are linked to an identity already, by more than pages without a key.</param>
/// <param name="MostVisitors">More than that, and it is no person.</param>
public sealed record LinkFacts(
    IReadOnlyDictionary<string, Standing> Standing, ILookup<string, Candidate> Candidates, ILookup<string, (string Person, Evidence Evidence)> Members,
    IReadOnlySet<string> Blocked, IReadOnlyDictionary<string, int> Visitors, int MostVisitors)
{
    /// <summary>Ids that a person allowed: they are linked however much they gather.</summary>
    public IReadOnlySet<string> Allowed { get; init; } = new HashSet<string>();

    /// <summary>Groups by the customer they stand for, or whose address they carry.</summary>
    public ILookup<string, string> Accounts { get; init; } = Enumerable.Empty<string>().ToLookup(one => one);
}

/// <summary>Hubs: identities that gathered too many visitors, or were named with too many customers, to be one person or account.</summary>
public sealed record Conclusions(IReadOnlyList<Link> Links, IReadOnlyList<Conflict> Conflicts, IReadOnlyDictionary<string, string> Hubs);

/// <summary>
/// Which links follow from what was seen. The first link of an identity stands; what contradicts it is a conflict for a person to
/// judge. What a person took apart is left alone. Pure.
/// </summary>
public static class ConcludeLinks
{
    /// <summary>An id seen with more customers than this is everybody's: a role, a number each account counts from 1.</summary>
    public const int MostCustomers = 4;

    public const string GathersVisitors = "gathers too many visitors", NamesCustomers = "is used by too many customers";

    public static Conclusions Of(IEnumerable<string> identities, LinkFacts facts)
    {
        var made = new Dictionary<string, Standing>(StringComparer.Ordinal);
        var (links, conflicts, hubs) = (new List<Link>(), new List<Conflict>(), new Dictionary<string, string>(StringComparer.Ordinal));
        var more = new Dictionary<string, int>(StringComparer.Ordinal);
        Standing? Standing(string identity) => made.GetValueOrDefault(identity) ?? facts.Standing.GetValueOrDefault(identity);
        string? End(string identity) => Chains.End(identity, Standing)?.Customer;

        // The surest first: where a group leads decides what its people say.
        foreach (var identity in identities.Distinct(StringComparer.Ordinal).OrderByDescending(Identity.Kind).ThenBy(one => one, StringComparer.Ordinal))
        {
            if (!Identity.IsLinkable(identity) || IsBlocked(identity, facts)) continue;
            var candidates = Speaking(identity, facts, Standing).Where(one => one.Decides(identity)).DistinctBy(one => (one.To, one.Rule)).ToList();
            if (!IsAllowed(identity, facts) && candidates.Select(one => End(one.To)).OfType<string>().Distinct(StringComparer.Ordinal).Count() > MostCustomers)
            {
                hubs[identity] = NamesCustomers;
                continue;
            }

            var standing = Standing(identity);
            if (standing is { To: null }) continue;
            if (standing is null && Choose(candidates, End) is { } chosen && !IsAnother(identity, chosen, facts))
            {
                if (Identity.Kind(identity) == IdentityKind.Visitor && Identity.Kind(chosen.To) != IdentityKind.Customer)
                {
                    var gathered = facts.Visitors.GetValueOrDefault(chosen.To) + more.GetValueOrDefault(chosen.To);
                    // Anyone can make up visitors on a page without a key; nobody is blocked for them.
                    if (gathered >= facts.MostVisitors && !chosen.Evidence.IsOpen && !IsAllowed(chosen.To, facts))
                    {
                        hubs[chosen.To] = GathersVisitors;
                        continue;
                    }

                    if (!chosen.Evidence.IsOpen) more[chosen.To] = more.GetValueOrDefault(chosen.To) + 1;
                }

                standing = new Standing(chosen.To, DateTime.MaxValue);
                made[identity] = standing;
                links.Add(new Link(identity, chosen.To, chosen.Rule, chosen.Evidence));
            }

            var end = standing is null ? null : End(identity);
            // Who else works in a group says little against what the group is called.
            conflicts.AddRange(candidates
                .Where(one => one.Rule != LinkRules.Members && one.To != standing?.To && End(one.To) is { } other && other != end)
                .DistinctBy(one => one.To, StringComparer.Ordinal)
                .Select(one => new Conflict(identity, one.To, one.Rule, one.Evidence)));
        }

        return new Conclusions(links, conflicts, hubs);
    }

    /// <summary>Everything that speaks for a link of this identity, the surest first; what cannot be is left out.</summary>
    public static IEnumerable<Candidate> Speaking(string identity, LinkFacts facts, Func<string, Standing?> standing) =>
        facts.Candidates[identity].Concat(OfMembers(identity, facts, standing))
            .Where(one => Identity.MayLead(identity, one.To) && !IsBlocked(one.To, facts) && !Chains.Reaches(one.To, identity, standing))
            .OrderBy(one => one.Rank);

    /// <summary>Whether the id names nobody. A customer's id always names somebody.</summary>
    public static bool IsBlocked(string identity, LinkFacts facts) =>
        Identity.Kind(identity) != IdentityKind.Customer && (facts.Blocked.Contains(identity) || BlockedIds.Has(Identity.Id(identity), facts.Blocked));

    private static bool IsAllowed(string identity, LinkFacts facts) => BlockedIds.Names(identity).Any(facts.Allowed.Contains);

    // A second account of one tool, by nothing but the address somebody wrote on an invoice: whose it is, a person says.
    private static bool IsAnother(string identity, Candidate chosen, LinkFacts facts) =>
        chosen.Rule == LinkRules.Email && Tool(identity) is { } tool
        && facts.Accounts[chosen.To].Any(other => other != identity && string.Equals(Tool(other), tool, StringComparison.OrdinalIgnoreCase));

    // github of ~g:github:acme-dev.
    private static string? Tool(string identity) =>
        Identity.Kind(identity) == IdentityKind.Group && Identity.Id(identity).Split(':') is [{ Length: > 0 } tool, _, ..] ? tool : null;

    // What leads to a customer before what leads nowhere yet. Several customers by one rule: of those named in messages or seen
    // together the first; by a key (an address, a GitHub name) that they share, none.
    private static Candidate? Choose(List<Candidate> candidates, Func<string, string?> end)
    {
        if (candidates.Where(one => end(one.To) is not null).GroupBy(one => one.Rank).FirstOrDefault() is not { } surest) return candidates.FirstOrDefault();
        var first = surest.First();
        var byKey = first.Rule is not (LinkRules.Named or LinkRules.Alias or LinkRules.SameMessage);
        return byKey && surest.Any(one => one.To != first.To) ? null : first;
    }

    // A group belongs to the one customer that its people belong to by themselves.
    private static IEnumerable<Candidate> OfMembers(string group, LinkFacts facts, Func<string, Standing?> standing)
    {
        if (Identity.Kind(group) != IdentityKind.Group) yield break;
        var customers = new Dictionary<string, Evidence>(StringComparer.Ordinal);
        foreach (var (person, evidence) in facts.Members[group])
        {
            if (IsBlocked(person, facts) || evidence.IsOpen || !Vouches(group, evidence)) continue;
            if (!Chains.Reaches(person, group, standing) && Chains.End(person, standing)?.Customer is { } own) customers.TryAdd(own, evidence);
            foreach (var candidate in facts.Candidates[person].Where(one => Identity.Kind(one.To) == IdentityKind.Customer && one.Decides(person))) customers.TryAdd(candidate.To, evidence);
        }

        if (customers.Count == 1) yield return new Candidate(customers.Keys.First(), LinkRules.Members, customers.Values.First());
    }

    // Who works in an account of GitHub or Stripe, only they themselves know.
    private static bool Vouches(string group, Evidence evidence) =>
        Tool(group)?.ToLowerInvariant() is not (("github" or "stripe") and { } tool) || evidence.Source == tool;
}
