using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Events;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Dapper;

namespace CustomerSuccess.Tests.Customers.Identities;

/// <summary>Who belongs to whom through the front door: lists, preview, links, their undo, conflicts, blocked ids, and whose visit a new customer was.</summary>
public sealed class IdentityApiTests : IAsyncLifetime
{
    private readonly House house = new();
    private HttpClient staff = null!;

    public async ValueTask InitializeAsync()
    {
        await house.InitializeAsync();
        staff = house.Client();
        staff.DefaultRequestHeaders.Add("x-api-key", await house.Key("admin"));
        await house.Write(Story.Created("acme"), Story.Created("northwind"));
    }

    [Fact]
    public async Task A_link_is_previewed_made_and_undone()
    {
        await house.Write([.. Enumerable.Range(0, 3).Select(n => Seen("pr_merged", n)), Seen("page_view", 4) with { Visit = new("https://rsolv.dev/docs") }]);
        var preview = await Get("/api/v1/identities/preview?identity=~p:u/1&customer=acme");
        preview.GetProperty("events").GetInt64().ShouldBe(4);
        preview.GetProperty("days").GetInt32().ShouldBe(4);
        preview.GetProperty("before").GetProperty("totals").GetProperty("prs_merged").GetInt64().ShouldBe(0);
        preview.GetProperty("after").GetProperty("totals").GetProperty("prs_merged").GetInt64().ShouldBe(3);
        preview.GetProperty("after").GetProperty("score").GetInt32().ShouldBeGreaterThan(preview.GetProperty("before").GetProperty("score").GetInt32());
        preview.GetProperty("after").GetProperty("first_touch").GetProperty("url").GetString().ShouldBe("https://rsolv.dev/docs");
        (await Merged("acme")).ShouldBe(0, "a preview changes nothing");
        (await Ids("status=unmatched")).ShouldBe(["~p:u/1"]);

        (await Post("links", new { identity = "~p:u/1", target = "acme" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Merged("acme")).ShouldBe(3);
        (await Ids("status=unmatched")).ShouldBeEmpty();
        (await Ids("customer=acme")).ShouldBe(["~p:u/1"]);
        (await Ids("search=u/")).ShouldBe(["~p:u/1"]);
        (await Post("links", new { identity = "~p:u/1", target = "northwind" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await Post("links", new { identity = "~p:u/1", target = "northwind", move = true })).StatusCode.ShouldBe(HttpStatusCode.OK);
        ((await Merged("acme")), (await Merged("northwind"))).ShouldBe((0, 3));

        (await staff.DeleteAsync("/api/v1/identities/links/" + Uri.EscapeDataString("~p:u/1"))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Merged("northwind")).ShouldBe(0);
        (await staff.DeleteAsync("/api/v1/identities/links/" + Uri.EscapeDataString("~p:u/1"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var listed = (await Get("/api/v1/identities?status=linked")).GetProperty("identities")[0];
        (listed.GetProperty("identity").GetString(), listed.GetProperty("target").ValueKind).ShouldBe(("~p:u/1", JsonValueKind.Null));
        await using var c = await house.Db.OpenConnectionAsync();
        (await c.QueryAsync<string>("select action || ' ' || target from audit where action like 'identity.%' order by seq")).ShouldBe(["identity.linked customer:acme", "identity.linked customer:northwind", "identity.unlinked customer:northwind"]);
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_be_linked_is_refused()
    {
        foreach (var (identity, target) in new[] { ("acme", "northwind"), ("~p:u1", "nobody"), ("~p:u1", "~v:v1"), ("~p:u1", "~p:u1") })
            (await Post("links", new { identity, target })).StatusCode.ShouldBe(HttpStatusCode.BadRequest, $"{identity} to {target}");
    }

    [Fact]
    public async Task A_conflict_is_listed_with_both_sides_and_judged_once()
    {
        await house.Write(Seen("identify", 0, new { email = "hello@acme.example" }));
        await Until("status=linked", "~p:u/1");
        await house.Write(Seen("opened", 1) with { GroupId = "northwind" });
        await Until("status=conflict", "~p:u/1");
        var conflict = (await Get("/api/v1/identities?status=conflict")).GetProperty("identities")[0];
        conflict.GetProperty("customer_id").GetString().ShouldBe("acme");
        conflict.GetProperty("suggestion").GetProperty("customer_id").GetString().ShouldBe("northwind");
        conflict.GetProperty("suggestion").GetProperty("evidence").GetProperty("id").GetString().ShouldNotBeNullOrEmpty();
        (await Post("conflicts", new { identity = "~p:u/1", target = "~g:northwind", decision = "moved" })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Ids("customer=northwind")).ShouldBe(["~g:northwind", "~p:u/1"]);
        (await Ids("status=conflict")).ShouldBeEmpty();
        (await Post("conflicts", new { identity = "~p:u/1", target = "~g:northwind", decision = "kept" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_id_can_be_blocked_and_is_counted()
    {
        (await Post("blocked", new { id = "Demo-User" })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await house.Write(Story.Created("demo-user"), Seen("opened", 0) with { PersonId = "demo-user" }, Seen("opened", 1) with { PersonId = "null" });
        await Until("status=blocked", "~p:null");
        (await Ids("status=blocked")).ShouldBe(["~p:demo-user", "~p:null"], ignoreOrder: true);
        (await Ids("status=unmatched")).ShouldBeEmpty();
        (await staff.DeleteAsync("/api/v1/identities/blocked/demo-user")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Until("customer=demo-user", "~p:demo-user");
    }

    [Fact]
    public async Task What_came_with_a_public_key_is_shown_as_such()
    {
        await house.Write(Seen("identify", 0, new { email = "hello@acme.example" }) with { Actor = "source:s1" });
        await Until("status=linked", "~p:u/1");
        // The same from a server, and about somebody else: each message is what it was.
        await house.Write(Seen("identify", 1, new { email = "hello@northwind.example" }) with { Actor = "key:k1" });
        await Until("status=conflict", "~p:u/1");
        var conflict = (await Get("/api/v1/identities?status=conflict")).GetProperty("identities")[0];
        conflict.GetProperty("evidence").GetProperty("public_key").GetBoolean().ShouldBeTrue();
        conflict.GetProperty("suggestion").GetProperty("evidence").GetProperty("public_key").GetBoolean().ShouldBeFalse();
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(0);
        var carol = await house.As(Cast.Carol);
        (await carol.Page("/identities?status=linked")).ShouldContain("(public key)");
        (await carol.Page("/customers/acme")).ShouldContain("(public key)");
    }

    [Fact]
    public async Task What_a_person_allows_is_not_blocked_again_by_itself()
    {
        string[] customers = ["c1", "c2", "c3", "c4", "c5"];
        await house.Write([.. customers.Select(id => Story.Created(id)), .. customers.Select(id => Story.Event(id, "opened", Story.Start, id: "role-" + id) with { PersonId = "admin" })]);
        await Until("status=blocked", "~p:admin");
        (await staff.DeleteAsync("/api/v1/identities/blocked/~p:admin")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Until("customer=c1", "~p:admin");
        await house.Write(Story.Created("c6"), Story.Event("c6", "opened", Story.Start) with { PersonId = "admin" });
        await Until("status=conflict", "~p:admin");
        (await Ids("status=blocked")).ShouldBeEmpty();
        (await staff.DeleteAsync("/api/v1/identities/blocked/~p:admin")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        // Who blocks it by hand means it; and may think again, on the page.
        (await Post("blocked", new { id = "~p:admin" })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Ids("status=blocked")).ShouldBe(["~p:admin"]);
        await house.Hire(Cast.Alice);
        var alice = await house.As(Cast.Alice);
        await alice.Form("/identities?status=blocked", "/identities/blocked/remove", ("Id", "~p:admin"));
        (await Ids("status=blocked")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sign_up_brings_its_visit_along()
    {
        await house.Write(Seen("page_view", 0) with { PersonId = null, VisitorId = "landing", Visit = new("https://rsolv.dev/", "https://news.ycombinator.com/") });
        var made = await staff.PostAsJsonAsync("/api/v1/customers/provision", new { email = "ann@new.example", organization = "New", visitor_id = "landing", person_id = "u-9" });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("customer").GetProperty("id").GetString()!;
        await Until($"customer={id}", "~v:landing");
        (await Ids($"customer={id}")).ShouldBe(["~p:u-9", "~v:landing"]);
        (await staff.PostAsJsonAsync("/api/v1/customers", new { email = "x@x.example", organization = "X", visitor_id = "" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_unmatched_are_paged_the_busiest_first()
    {
        await house.Write([.. Enumerable.Range(0, 60).SelectMany(n => Enumerable.Range(0, 1 + n % 7).Select(k => Seen("opened", k) with { PersonId = null, GroupId = $"g{n:D2}" }))]);
        var (all, before) = (new List<JsonElement>(), "");
        do
        {
            var page = await Get($"/api/v1/identities?status=unmatched{before}");
            all.AddRange(page.GetProperty("identities").EnumerateArray());
            before = page.GetProperty("next").GetString() is { } next ? "&before=" + Uri.EscapeDataString(next) : null;
        }
        while (before is not null);
        all.Select(one => one.GetProperty("identity").GetString()).Distinct().Count().ShouldBe(60);
        all.Select(one => one.GetProperty("events").GetInt64()).ShouldBe(all.Select(one => one.GetProperty("events").GetInt64()).OrderDescending());
    }

    private static int seen;

    private static Envelope Seen(string type, int day, object? properties = null) =>
        Story.Event("nobody", type, new DateTime(2025, 5, 1, 9, 0, 0, DateTimeKind.Utc).AddDays(-day), properties, $"seen{Interlocked.Increment(ref seen)}") with { CustomerId = null, Source = "segment", PersonId = "u/1" };

    private async Task<JsonElement> Get(string path) => JsonDocument.Parse(await staff.GetStringAsync(path)).RootElement;

    private Task<HttpResponseMessage> Post(string what, object body) => staff.PostAsJsonAsync($"/api/v1/identities/{what}", body);

    private async Task<List<string>> Ids(string query) => [.. (await Get($"/api/v1/identities?{query}")).GetProperty("identities").EnumerateArray().Select(one => one.GetProperty("identity").GetString()!)];

    // The resolver works behind the events.
    private Task Until(string query, string identity) => Wait.Until(async () => (await Ids(query)).Contains(identity), $"{identity} in {query}");

    private async Task<long> Merged(string customer)
    {
        await using var c = await house.Db.OpenConnectionAsync();
        return await c.ExecuteScalarAsync<long?>("select sum(prs_merged)::bigint from activity where customer_id = @customer", new { customer }) ?? 0;
    }

    public async ValueTask DisposeAsync()
    {
        staff?.Dispose();
        await house.DisposeAsync();
    }
}
