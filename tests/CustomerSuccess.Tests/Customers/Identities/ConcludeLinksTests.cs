using CustomerSuccess.Customers.Identities;

namespace CustomerSuccess.Tests.Customers.Identities;

/// <summary>Which links follow from what was seen: the rules by example, and what must hold for anything that can be seen.</summary>
public sealed class ConcludeLinksTests
{
    [Fact]
    public void A_visitor_leads_to_the_person_and_the_person_to_the_group_it_was_seen_with()
    {
        var told = Of(["~v:1", "~p:ann"], ("~v:1", "~p:ann", LinkRules.SameMessage), ("~p:ann", "~g:acme", LinkRules.SameMessage));
        told.Links.Select(Text).ShouldBe(["~p:ann → ~g:acme (same_message)", "~v:1 → ~p:ann (same_message)"]);
        told.Conflicts.ShouldBeEmpty();
    }

    [Fact]
    public void What_leads_to_a_customer_comes_before_what_leads_nowhere_yet() =>
        Of(["~p:ann"], ("~p:ann", "~g:acme", LinkRules.SameMessage), ("~p:ann", "c1001", LinkRules.Email)).Links.Select(Text).ShouldBe(["~p:ann → c1001 (email)"]);

    [Fact]
    public void The_first_link_stands_and_what_contradicts_it_is_a_conflict()
    {
        var told = After(["~p:ann"], new() { ["~p:ann"] = new("c1001", default) }, ("~p:ann", "c1002", LinkRules.Email), ("~p:ann", "c1001", LinkRules.Named));
        told.Links.ShouldBeEmpty();
        told.Conflicts.Select(one => one.Target).ShouldBe(["c1002"]);
    }

    [Fact]
    public void Two_ways_to_the_same_customer_are_no_conflict() =>
        After(["~p:ann"], new() { ["~p:ann"] = new("~g:acme", default), ["~g:acme"] = new("c1001", default) }, ("~p:ann", "c1001", LinkRules.Email)).Conflicts.ShouldBeEmpty();

    [Fact]
    public void What_a_person_took_apart_is_left_alone()
    {
        var told = After(["~p:ann"], new() { ["~p:ann"] = new(null, default) }, ("~p:ann", "c1001", LinkRules.Named));
        told.Links.ShouldBeEmpty();
        told.Conflicts.ShouldBeEmpty();
    }

    [Fact]
    public void A_key_that_several_customers_share_decides_nothing_and_is_a_conflict()
    {
        var told = Of(["~p:ann"], ("~p:ann", "c1001", LinkRules.PersonEmail), ("~p:ann", "c1002", LinkRules.PersonEmail));
        told.Links.ShouldBeEmpty();
        told.Conflicts.Count.ShouldBe(2);
    }

    [Fact]
    public void A_group_belongs_to_the_one_customer_of_its_people()
    {
        (string, string, string)[] seen = [("~p:ann", "~g:acme", LinkRules.SameMessage), ("~p:ann", "c1001", LinkRules.Email), ("~p:ben", "~g:acme", LinkRules.SameMessage)];
        Of(["~g:acme"], [], members: [("~p:ann", "~g:acme"), ("~p:ben", "~g:acme")], seen: seen).Links.Select(Text).ShouldBe(["~g:acme → c1001 (members)"]);
        Of(["~g:acme"], [], members: [("~p:ann", "~g:acme"), ("~p:ben", "~g:acme")], seen: [.. seen, ("~p:ben", "c1002", LinkRules.Email)]).Links.ShouldBeEmpty("two customers claim it");
    }

    [Fact]
    public void An_identity_that_gathers_too_many_visitors_is_stopped()
    {
        var visitors = Enumerable.Range(0, 12).Select(n => $"~v:{n:D2}").ToArray();
        var told = Of(visitors, [.. visitors.Select(one => (one, "~p:kiosk", LinkRules.SameMessage))]);
        told.Links.Count.ShouldBe(10);
        told.Hubs.ShouldBe(new Dictionary<string, string> { ["~p:kiosk"] = ConcludeLinks.GathersVisitors });
    }

    [Fact]
    public void An_id_that_every_account_uses_is_nobody()
    {
        var told = Of(["~p:1"], [.. Enumerable.Range(1, 5).Select(n => ("~p:1", $"c{n}", LinkRules.Named))]);
        told.Links.ShouldBeEmpty();
        told.Conflicts.ShouldBeEmpty();
        told.Hubs.Keys.ShouldBe(["~p:1"]);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("Undefined")]
    [InlineData(" [object Object] ")]
    [InlineData("NaN")]
    [InlineData("0")]
    [InlineData("\"null\"")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("   ")]
    [InlineData("{{user_id}}")]
    [InlineData("ours")]
    public void Ids_that_name_nobody_are_never_linked(string id)
    {
        BlockedIds.Has(id, new HashSet<string> { "ours" }).ShouldBeTrue();
        Of(["~v:1", "~p:" + id], ("~v:1", "~p:" + id, LinkRules.SameMessage), ("~p:" + id, "c1001", LinkRules.Named)).Links.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("1001")]
    [InlineData("null@example.org")]
    [InlineData("nullable")]
    [InlineData("0x1f")]
    public void Ids_that_only_look_like_that_are_linked(string id) => BlockedIds.Has(id, new HashSet<string>()).ShouldBeFalse();

    // Whatever is seen, in whatever order the identities are asked about: every way ends, within its bound, at most at one customer;
    // links start where there was none; and asking again with the links made adds nothing.
    [Fact]
    public void Ways_end_links_never_replace_and_a_second_look_finds_nothing_new()
    {
        for (var seed = 1; seed <= 400; seed++)
        {
            var chance = new Random(seed);
            string Any(string kind, int most) => $"~{kind}:{chance.Next(most)}";
            string Identity(bool customers) => chance.Next(customers ? 4 : 3) switch { 0 => Any("v", 5), 1 => Any("p", 5), 2 => Any("g", 3), _ => "c" + chance.Next(3) };
            var seen = Enumerable.Range(0, chance.Next(1, 25)).Select(_ => (From: Identity(false), To: Identity(true)))
                .Where(pair => CustomerSuccess.Customers.Identities.Identity.MayLead(pair.From, pair.To))
                .Select(pair => (pair.From, pair.To, pair.To[0] != '~' ? LinkRules.Named : LinkRules.SameMessage)).Distinct().ToArray();
            var standing = new Dictionary<string, Standing>();
            foreach (var (from, to, _) in seen.Where(_ => chance.Next(4) == 0))
                if (!Chains.Reaches(to, from, standing.GetValueOrDefault)) standing.TryAdd(from, new(chance.Next(4) == 0 ? null : to, default));
            var members = seen.Where(pair => pair.From[1] == 'p' && pair.To[1] == 'g').Select(pair => (pair.From, pair.To)).ToArray();
            var all = seen.SelectMany(pair => new[] { pair.From, pair.To }).Distinct().OrderBy(_ => chance.Next()).ToArray();

            var told = Of(all, new(standing), members, seen);
            var after = new Dictionary<string, Standing>(standing);
            foreach (var link in told.Links) after.TryAdd(link.From, new(link.To, default)).ShouldBeTrue($"seed {seed}: {link.From} was linked already");
            foreach (var one in after.Keys)
            {
                var (hops, at) = (0, one);
                while (after.GetValueOrDefault(at)?.To is { } next)
                {
                    at = next;
                    (++hops).ShouldBeLessThan(20, $"seed {seed}: {one} leads in a circle");
                }

                if (hops <= Chains.MostHops) Chains.End(one, after.GetValueOrDefault)?.Customer.ShouldBe(at);
            }

            foreach (var conflict in told.Conflicts)
                Chains.End(conflict.Target, after.GetValueOrDefault)!.Value.Customer.ShouldNotBe(Chains.End(conflict.Identity, after.GetValueOrDefault)?.Customer, $"seed {seed}");
            Of(all.Reverse(), new(after), members, seen).Links.Where(link => after.ContainsKey(link.From)).ShouldBeEmpty($"seed {seed}");
        }
    }

    private static string Text(Link link) => $"{link.From} → {link.To} ({link.Rule})";

    private static Conclusions Of(string[] asked, params (string From, string To, string Rule)[] seen) => Of(asked, [], [], seen);

    private static Conclusions After(string[] asked, Dictionary<string, Standing> standing, params (string From, string To, string Rule)[] seen) => Of(asked, standing, [], seen);

    private static Conclusions Of(IEnumerable<string> asked, Dictionary<string, Standing> standing, (string Person, string Group)[] members, (string From, string To, string Rule)[] seen) =>
        ConcludeLinks.Of(asked, new LinkFacts(standing,
            seen.ToLookup(one => one.From, one => new Candidate(one.To, one.Rule, new Evidence("test", $"{one.From} {one.To}"))),
            members.ToLookup(one => one.Group, one => (one.Person, Evidence.None)),
            new HashSet<string> { "ours" }, new Dictionary<string, int>(), 10));
}
