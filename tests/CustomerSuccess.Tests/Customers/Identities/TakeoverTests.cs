using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Tests.Events;
using Dapper;

namespace CustomerSuccess.Tests.Customers.Identities;

/// <summary>Who may say who belongs to whom: neither a customer's own key nor a page that anyone can imitate takes another customer's people.</summary>
public sealed class TakeoverTests : IAsyncLifetime
{
    private readonly House house = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await house.InitializeAsync();
        await house.Write(Story.Created("acme"), Story.Created("victim"));
    }

    [Fact]
    public async Task The_key_of_a_customer_links_nobody_and_its_events_count_all_the_same()
    {
        var made = await house.Cli("key", "create", "--name", "own", "--scope", "ingest", "--customer", "acme", "--json");
        using var acme = house.Client();
        acme.DefaultRequestHeaders.Add("x-api-key", made.Json.GetProperty("key").GetString()!);
        object[] claims =
        [
            new { customer_id = "acme", type = "opened", person_id = "bob@victim.example", visitor_id = "v1" },
            new { customer_id = "acme", type = "identify", person_id = "bob", properties = new { email = "hello@acme.example" } },
            new { customer_id = "acme", type = "alias", person_id = "mine", properties = new { previous_id = "bob" } },
        ];
        foreach (var claim in claims) (await acme.PostAsJsonAsync("/api/v1/events", claim, Ct)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await acme.PostAsJsonAsync("/metrics/track", new { customer_id = "acme", event_type = "opened", person_id = "bob" }, Ct)).IsSuccessStatusCode.ShouldBeTrue();
        (await acme.PostAsJsonAsync("/v1/batch", new { batch = new object[] { new { type = "identify", messageId = "s1", userId = "bob", traits = new { email = "hello@acme.example" } }, new { type = "alias", messageId = "s2", userId = "mine", previousId = "bob" } } }, Ct)).IsSuccessStatusCode.ShouldBeTrue();
        await house.Write(Seen("opened", "bob"), Seen("opened", "bob@victim.example"), Seen("opened", "mine"));
        await Settled();

        (await Rows("select identity || ' ' || target from identities where left(identity, 3) <> '~g:' order by 1")).ShouldBeEmpty();
        (await Rows("select a || ' ' || b from pairs where a like '~p:bob%' and b not like '~e:bob%'")).ShouldBeEmpty();
        (await Rows("select distinct split_part(actor, ':', 1) from events where actor is not null and source <> 'system'")).ShouldBe(["customer-key"]);
        (await Rows("select count(*)::text from attributed where customer_id = 'acme' and type = 'opened'")).ShouldBe(["2"]);
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_page_without_a_key_says_whose_visit_it_is_and_nothing_else_and_staff_see_the_rest_as_a_hint()
    {
        Envelope Page(string type, string person, string? group = null, object? properties = null) =>
            Seen(type, person, properties) with { Source = "script", VisitorId = "visit-" + person, GroupId = group };
        await house.Write(
            Page("identify", "bob", properties: new { email = "hello@acme.example" }), Page("opened", "victim"), Page("opened", "eve", group: "acme"),
            Page("alias", "bob", properties: new { previous_id = "carl" }), Seen("opened", "carl"), Seen("opened", "dora") with { GroupId = "org" }, Page("opened", "bob", group: "org"),
            Seen("opened", "dora", new { }) with { GroupId = "github:org", Source = "script" });
        await Settled();
        (await Rows("select identity || ' ' || target from identities order by 1")).ShouldBe(["~p:dora ~g:org", "~v:carl ~p:bob", "~v:visit-bob ~p:bob", "~v:visit-eve ~p:eve", "~v:visit-victim ~p:victim"]);
        using var staff = house.Client();
        staff.DefaultRequestHeaders.Add("x-api-key", await house.Key("admin"));
        var unmatched = (await staff.GetFromJsonAsync<JsonElement>("/api/v1/identities?status=unmatched", Ct)).GetProperty("identities").EnumerateArray().ToList();
        unmatched.Single(one => one.GetProperty("identity").GetString() == "~p:bob").GetProperty("suggestion").GetProperty("customer_id").GetString().ShouldBe("acme");
        (await Rows("select target from identity_conflicts")).ShouldBeEmpty();

        // With a key the same is believed, although the page was first.
        await house.Write(Seen("identify", "bob", new { email = "hello@acme.example" }), Seen("opened", "victim"));
        await Settled();
        (await Rows("select identity || ' ' || target from identities where identity in ('~p:bob', '~p:victim') order by 1")).ShouldBe(["~p:bob acme", "~p:victim victim"]);
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task First_is_what_came_in_first_whatever_its_sender_says_of_the_time()
    {
        await house.Write(Seen("opened", "ann") with { GroupId = "one" });
        await house.Write(Seen("opened", "ann") with { GroupId = "two", OccurredAt = Story.Start.AddYears(-1), ReceivedAt = Story.Start.AddDays(1) }, Seen("opened", "ann") with { GroupId = "zero" });
        (await Rows("select b from pairs where a = '~p:ann' order by first_at")).ShouldBe(["~g:one", "~g:zero", "~g:two"]);
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Who_works_in_an_account_of_GitHub_only_GitHub_says()
    {
        await house.Write(Seen("identify", "ann", new { email = "hello@acme.example" }));
        await Settled();
        await house.Write(Seen("opened", "ann") with { GroupId = "github:org" });
        await Settled();
        (await Rows("select target from identities where identity = '~g:github:org'")).ShouldBeEmpty();
        await house.Write(Seen("pr_merged", "ann") with { GroupId = "github:org", Source = "github" });
        await Settled();
        (await Rows("select target from identities where identity = '~g:github:org'")).ShouldBe(["acme"]);
    }

    private static int seen;

    private static Envelope Seen(string type, string person, object? properties = null) =>
        Story.Event("nobody", type, Story.Start.AddMinutes(Interlocked.Increment(ref seen)), properties, $"take{seen}") with { CustomerId = null, Source = "segment", PersonId = person };

    private async Task<List<string>> Rows(string sql)
    {
        await using var c = await house.Db.OpenConnectionAsync(Ct);
        return (await c.QueryAsync<string>(sql)).AsList();
    }

    // Nothing waits for the resolver any more; what it takes and what it makes of it is one transaction.
    private Task Settled() => Wait.Until(async () => (await Rows("select 'waits' from unresolved limit 1")).Count == 0, "the resolver to get done");

    public ValueTask DisposeAsync() => house.DisposeAsync();
}
