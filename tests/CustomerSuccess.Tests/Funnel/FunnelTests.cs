using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Events;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>The figures of the funnel, through the front door.</summary>
public sealed class FunnelTests
{
    private static readonly DateTime Noon = new(2026, 3, 20, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task The_golden_funnel_has_the_rates_of_the_specification()
    {
        await using var house = await Open();
        await house.Write([.. Enumerable.Range(1, 45).Select(n => Story.Created(Id(n)))]);
        var client = house.Client();
        client.DefaultRequestHeaders.Add("x-api-key", await house.Key("ingest"));
        var visits = Enumerable.Range(0, 1234).Select(n => (object)new { type = "page_view", visitor_id = "v" + n % 567, url = "https://rsolv.dev/", occurred_at = Noon.AddDays(-(n % 29)) });
        var reached = Enumerable.Range(1, 45).Select(n => (object)new { type = "signup", customer_id = Id(n), occurred_at = Noon.AddDays(-10) })
            .Concat(Enumerable.Range(1, 32).Select(n => (object)new { type = "api_key_created", customer_id = Id(n), occurred_at = Noon.AddDays(-9) }))
            .Concat(Enumerable.Range(1, 20).Select(n => (object)new { type = "api_call", customer_id = Id(n), occurred_at = Noon.AddDays(-8), properties = new { status = 200 } }))
            .Concat(Enumerable.Range(1, 32).Select(n => (object)new { type = "api_call", customer_id = Id(n), occurred_at = Noon.AddDays(-8), properties = new { status = 401 } }))
            .Concat(Enumerable.Range(1, 12).Select(n => (object)new { type = "api_call", customer_id = Id(n), occurred_at = Noon.AddDays(-7) }));
        foreach (var some in visits.Concat(reached).Chunk(500)) (await client.PostAsJsonAsync("/api/v1/events", some)).EnsureSuccessStatusCode();

        var summary = await Travels.Get(house, "/api/v1/funnel/summary?days=30");
        summary.ToString().ShouldBe(
            """{"from":"2026-02-19","to":"2026-03-20","website_visits":1234,"unique_visitors":567,"signups":45,"api_keys_created":32,"activated_users":20,"retained_users":12,"visit_to_signup_rate":3.65,"signup_to_api_key_rate":71.11,"api_key_to_activation_rate":62.50,"activation_to_retention_rate":60.00,"bots":0}""");
        // The same days asked for as a window that ended, and a later one in which nothing happened.
        house.Clock.Advance(TimeSpan.FromDays(40));
        (await Travels.Get(house, "/api/v1/funnel/summary?from=2026-02-19&to=2026-03-20")).ToString().ShouldBe(summary.ToString());
        var later = await Travels.Get(house, "/api/v1/funnel/summary");
        later.GetProperty("visit_to_signup_rate").ValueKind.ShouldBe(JsonValueKind.Null);
        later.GetProperty("unique_visitors").GetInt64().ShouldBe(0);

        var line = await house.Cli("funnel", "summary", "--from", "2026-02-19", "--to", "2026-03-20", "--json");
        line.Json.GetProperty("api_key_to_activation_rate").GetRawText().ShouldBe("62.50");
        (await house.Cli("funnel", "summary", "--from", "2026-02-19", "--to", "2026-03-20")).Out.ShouldContain("71.11");
        await NothingDiffers(house);
    }

    [Fact]
    public async Task Every_day_has_a_row_and_the_days_sum_up()
    {
        await using var house = await Open();
        await house.Write([
            Story.Created("acme"), Travels.Visit("v1", Noon.AddDays(-3)), Travels.Visit("v1", Noon.AddDays(-3).AddHours(2)), Travels.Visit("v2", Noon.AddDays(-3)), Travels.Visit("v1", Noon.AddDays(-1)),
            Travels.Visit("crawler", Noon.AddDays(-1), bot: true), Story.Event("acme", "signup", Noon.AddDays(-1)), Story.Event("acme", "api_key_created", Noon),
        ]);
        var days = (await Travels.Get(house, "/api/v1/funnel/daily?from=2026-03-16&to=2026-03-20")).EnumerateArray().ToList();
        days.Select(day => day.GetProperty("period_start").GetString()).ShouldBe(["2026-03-16", "2026-03-17", "2026-03-18", "2026-03-19", "2026-03-20"]);
        Numbers(days, "website_visits").ShouldBe([0, 3, 0, 1, 0]);
        Numbers(days, "unique_visitors").ShouldBe([0, 2, 0, 1, 0]);
        Numbers(days, "bots").ShouldBe([0, 0, 0, 1, 0]);
        Numbers(days, "signups").ShouldBe([0, 0, 0, 1, 0]);
        Numbers(days, "api_keys_created").ShouldBe([0, 0, 0, 0, 1]);
        days[3].GetProperty("visit_to_signup_rate").GetRawText().ShouldBe("100.00");
        days[2].GetProperty("visit_to_signup_rate").ValueKind.ShouldBe(JsonValueKind.Null);
        (await Travels.Get(house, "/api/v1/funnel/summary?from=2026-03-16&to=2026-03-20")).GetProperty("unique_visitors").GetInt64().ShouldBe(2);
        (await house.Cli("funnel", "daily", "--days", "5", "--json")).Json.GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task A_window_that_makes_no_sense_is_refused_by_name()
    {
        await using var house = await Open();
        var client = house.Client();
        client.DefaultRequestHeaders.Add("x-api-key", await house.Key("read"));
        foreach (var (path, field) in new[]
        {
            ("summary?days=0", "days"), ("summary?days=thirty", "days"), ("summary?days=3&from=2026-03-01", "days"), ("summary?from=2026-03-20&to=2026-03-01", "to"), ("daily?to=2026-03-01", "from"),
            ("daily?from=20-03-2026&to=2026-03-21", "from"), ("journeys?reached=everything", "reached"), ("journeys?limit=0", "limit"), ("journeys?completed_signup=yes", "completed_signup"),
        })
        {
            var answer = await client.GetAsync("/api/v1/funnel/" + path);
            answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest, path);
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue(path);
        }
    }

    [Fact]
    public async Task The_first_touch_is_the_earliest_and_no_later_visit_overwrites_it()
    {
        await using var house = await Open();
        await house.Write([
            Story.Created("acme"), Story.Event("acme", "signup", Noon),
            Travels.Visit("v1", Noon.AddDays(-2), "https://rsolv.dev/pricing", "https://www.google.com/search", "acme"),
            Travels.Visit("v1", Noon.AddDays(1), "https://rsolv.dev/docs", "https://github.com/", "acme"),
        ]);
        var journey = await Only(house);
        Touch(journey, "first_touch").ShouldBe(("https://rsolv.dev/pricing", "search"));
        Touch(journey, "last_touch").ShouldBe(("https://rsolv.dev/pricing", "search"));

        // An earlier one arrives late: a direct visit counts, too. One between it and the sign-up becomes the last.
        await house.Write(Travels.Visit("v0", Noon.AddDays(-5), "https://rsolv.dev/", null, "acme"), Travels.Visit("v2", Noon.AddHours(-1), "https://rsolv.dev/blog/x", "https://chatgpt.com/", "acme"));
        journey = await Only(house);
        Touch(journey, "first_touch").ShouldBe(("https://rsolv.dev/", "direct"));
        Touch(journey, "last_touch").ShouldBe(("https://rsolv.dev/blog/x", "ai"));
        journey.GetProperty("seconds_visit_to_signup").GetInt64().ShouldBe(5 * 86_400);

        // The sign-up turns out to be earlier: the last touch is the last before that.
        await house.Write(Story.Event("acme", "signup", Noon.AddDays(-1)));
        Touch(await Only(house), "last_touch").ShouldBe(("https://rsolv.dev/pricing", "search"));

        // At the same instant the lower id is the first, whichever came first.
        await house.Write(Travels.Visit("v0", Noon.AddDays(-9), "https://rsolv.dev/b", null, "acme", "b"));
        await house.Write(Travels.Visit("v0", Noon.AddDays(-9), "https://rsolv.dev/a", null, "acme", "a"), Travels.Visit("v0", Noon.AddDays(-9), "https://rsolv.dev/c", null, "acme", "c"));
        Touch(await Only(house), "first_touch").ShouldBe(("https://rsolv.dev/a", "direct"));
        await NothingDiffers(house);
    }

    [Fact]
    public async Task Activation_is_the_first_successful_call_and_retention_the_second()
    {
        await using var house = await Open();
        await house.Write([
            Story.Created("acme"), Travels.Call("acme", Noon.AddHours(-5), 401), Travels.Call("acme", Noon.AddHours(-4), 500), Travels.Call("acme", Noon.AddHours(-3), 200, "one"), Travels.Call("acme", Noon.AddHours(-2), 429),
        ]);
        var journey = await Only(house);
        journey.GetProperty("activated_at").GetDateTime().ShouldBe(Noon.AddHours(-3));
        journey.GetProperty("retained_at").ValueKind.ShouldBe(JsonValueKind.Null);
        // The same call again is no second one; one without a status is successful; an earlier one moves both.
        await house.Write(Travels.Call("acme", Noon.AddHours(-3), 200, "one"));
        (await Only(house)).GetProperty("retained_at").ValueKind.ShouldBe(JsonValueKind.Null);
        await house.Write(Travels.Call("acme", Noon.AddHours(-1)));
        (await Only(house)).GetProperty("retained_at").GetDateTime().ShouldBe(Noon.AddHours(-1));
        await house.Write(Travels.Call("acme", Noon.AddHours(-6), "201"));
        journey = await Only(house);
        (journey.GetProperty("activated_at").GetDateTime(), journey.GetProperty("retained_at").GetDateTime()).ShouldBe((Noon.AddHours(-6), Noon.AddHours(-3)));
        journey.GetProperty("seconds_activation_to_retention").GetInt64().ShouldBe(3 * 3600);
        await NothingDiffers(house);
    }

    [Fact]
    public async Task Bots_and_test_customers_are_left_out_and_the_mark_may_come_later()
    {
        await using var house = await Open();
        await house.Write([
            Story.Created("acme"), Story.Created("smoke"), Travels.Visit("v1", Noon), Travels.Visit("bot", Noon, bot: true),
            Travels.Visit("v9", Noon, customer: "smoke"), Travels.Visit("v9", Noon.AddDays(-1), customer: "smoke"), Story.Event("smoke", "signup", Noon), Story.Event("acme", "signup", Noon),
        ]);
        var before = await Travels.Get(house, "/api/v1/funnel/summary");
        (before.GetProperty("website_visits").GetInt64(), before.GetProperty("unique_visitors").GetInt64(), before.GetProperty("signups").GetInt64(), before.GetProperty("bots").GetInt64()).ShouldBe((3, 2, 2, 1));
        await house.Write(Story.Event("smoke", "customer_updated", Noon, new { is_test = true }) with { Source = "ui" });
        var after = await Travels.Get(house, "/api/v1/funnel/summary");
        (after.GetProperty("website_visits").GetInt64(), after.GetProperty("unique_visitors").GetInt64(), after.GetProperty("signups").GetInt64(), after.GetProperty("bots").GetInt64()).ShouldBe((1, 1, 1, 1));
        (await Travels.Get(house, "/api/v1/funnel/journeys")).GetProperty("journeys").EnumerateArray().Select(each => each.GetProperty("customer_id").GetString()).ShouldBe(["acme"]);
    }

    [Fact]
    public async Task A_person_with_two_browsers_is_one_visitor_once_that_is_known()
    {
        await using var house = await Open();
        await house.Write([Travels.Visit("phone", Noon), Travels.Visit("laptop", Noon), Travels.Visit("laptop", Noon.AddDays(-1)), Travels.Visit("other", Noon), Travels.Visit("x", Noon) with { VisitorId = null, PersonId = "ann" }]);
        (await Travels.Get(house, "/api/v1/funnel/summary")).GetProperty("unique_visitors").GetInt64().ShouldBe(4);
        await using var c = await house.Db.OpenConnectionAsync();
        await c.ExecuteAsync("insert into identities values ('~v:phone', '~p:ann', null, now()), ('~v:laptop', '~p:ann', null, now()), ('~v:other', '~p:bob', null, now())");
        (await Travels.Get(house, "/api/v1/funnel/summary")).GetProperty("unique_visitors").GetInt64().ShouldBe(2);
        var days = (await Travels.Get(house, "/api/v1/funnel/daily?days=2")).EnumerateArray().ToList();
        Numbers(days, "unique_visitors").ShouldBe([1, 2]);
        house.Clock.Advance(TimeSpan.FromDays(9));
        (await Travels.Get(house, "/api/v1/funnel/summary?from=2026-03-19&to=2026-03-20")).GetProperty("unique_visitors").GetInt64().ShouldBe(2);
    }

    [Fact]
    public async Task A_test_customer_with_two_browsers_comes_off_once()
    {
        await using var house = await Open();
        await house.Write([
            Story.Created("smoke"), Travels.Visit("phone", Noon, customer: "smoke"), Travels.Visit("laptop", Noon, customer: "smoke"), Travels.Visit("laptop", Noon.AddDays(-1), customer: "smoke"),
            Travels.Visit("real", Noon), Travels.Visit("real", Noon.AddDays(-1)), Story.Event("smoke", "customer_updated", Noon, new { is_test = true }) with { Source = "ui" },
        ]);
        await using var c = await house.Db.OpenConnectionAsync();
        await c.ExecuteAsync("insert into identities values ('~v:phone', '~p:u1', null, now()), ('~v:laptop', '~p:u1', null, now())");
        (await Travels.Get(house, "/api/v1/funnel/summary")).GetProperty("unique_visitors").GetInt64().ShouldBe(1);
        Numbers((await Travels.Get(house, "/api/v1/funnel/daily?days=2")).EnumerateArray(), "unique_visitors").ShouldBe([1, 1]);
        house.Clock.Advance(TimeSpan.FromDays(9));
        (await Travels.Get(house, "/api/v1/funnel/summary?from=2026-03-19&to=2026-03-20")).GetProperty("unique_visitors").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_person_who_is_another_one_by_now_counts_as_that_one()
    {
        await using var house = await Open();
        await house.Write([
            Travels.Visit("v1", Noon), Travels.Visit("v2", Noon), Travels.Visit("v3", Noon), Travels.Visit("other", Noon),
            Travels.Visit("x", Noon) with { VisitorId = null, PersonId = "p0" }, Travels.Visit("x", Noon) with { VisitorId = null, PersonId = "p2" },
        ]);
        await using var c = await house.Db.OpenConnectionAsync();
        await c.ExecuteAsync(
            """
            insert into identities values ('~v:v1', '~p:p1', null, now()), ('~p:p1', '~p:p2', null, now()), ('~v:v2', '~p:p2', null, now()),
              ('~v:v3', '~p:p0', null, now()), ('~p:p0', '~p:p1', null, now()), ('~v:other', '~p:q', null, now())
            """);
        (await Travels.Get(house, "/api/v1/funnel/summary")).GetProperty("unique_visitors").GetInt64().ShouldBe(2);
        Numbers((await Travels.Get(house, "/api/v1/funnel/daily?days=1")).EnumerateArray(), "unique_visitors").ShouldBe([2]);
    }

    [Fact]
    public async Task What_a_visitor_did_before_the_link_is_part_of_the_customers_journey_and_leaves_it_with_the_link()
    {
        await using var house = await Open();
        await house.Write(Story.Created("acme"), Travels.Visit("v1", Noon.AddDays(-4), "https://rsolv.dev/blog", "https://news.ycombinator.com/"), Travels.Visit("v1", Noon.AddDays(-3), "https://rsolv.dev/pricing"), Story.Event("acme", "signup", Noon));
        (await Only(house)).GetProperty("first_touch").ValueKind.ShouldBe(JsonValueKind.Null);

        await house.Services.GetRequiredService<Links>().Ensure("~v:v1", "acme", LinkRules.Named, Evidence.None, TestContext.Current.CancellationToken);
        var journey = await Only(house);
        Touch(journey, "first_touch").ShouldBe(("https://rsolv.dev/blog", "social"));
        Touch(journey, "last_touch").ShouldBe(("https://rsolv.dev/pricing", "direct"));
        // What comes now is the customer's at once.
        await house.Write(Travels.Visit("v1", Noon.AddHours(-1), "https://rsolv.dev/docs"));
        Touch(await Only(house), "last_touch").ShouldBe(("https://rsolv.dev/docs", "direct"));
        (await Travels.Get(house, "/api/v1/funnel/summary")).GetProperty("website_visits").GetInt64().ShouldBe(3);
        await NothingDiffers(house);

        (await house.Services.GetRequiredService<Links>().Do((c, t) =>
            MakeLinks.Undo(c, t, house.Services.GetRequiredService<EventLog>(), "~v:v1", LinkedBy.Product(Noon), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await Only(house)).GetProperty("first_touch").ValueKind.ShouldBe(JsonValueKind.Null);
        (await Travels.Get(house, "/api/v1/funnel/summary")).GetProperty("website_visits").GetInt64().ShouldBe(3);
        await NothingDiffers(house);
    }

    [Fact]
    public async Task Journeys_are_listed_by_the_stages_completed_a_page_at_a_time()
    {
        await using var house = await Open();
        var ids = Enumerable.Range(1, 7).Select(Id).ToArray();
        await house.Write([.. ids.Select(id => Story.Created(id)), .. ids.Select((id, n) => Story.Event(id, "signup", Noon.AddDays(-n - 1))),
            .. ids[..5].Select((id, n) => Travels.Call(id, Noon.AddHours(-n))), .. ids[..2].Select(id => Travels.Call(id, Noon.AddMinutes(1)))]);
        var first = await Travels.Get(house, "/api/v1/funnel/journeys?completed_activation=true&completed_retention=false&limit=2");
        Ids(first).ShouldBe(["f003", "f004"]);
        var second = await Travels.Get(house, "/api/v1/funnel/journeys?completed_activation=true&completed_retention=false&limit=2&after=" + Uri.EscapeDataString(first.GetProperty("next").GetString()!));
        Ids(second).ShouldBe(["f005"]);
        second.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
        Ids(await Travels.Get(house, "/api/v1/funnel/journeys?completed_signup=true&completed_activation=false")).ShouldBe(["f006", "f007"]);
        Ids(await Travels.Get(house, "/api/v1/funnel/journeys?reached=signup&from=2026-03-17&to=2026-03-18")).ShouldBe(["f002", "f003"]);
        (await house.Cli("funnel", "journeys", "--completed-activation", "true", "--completed-retention", "false", "--json")).Json.GetArrayLength().ShouldBe(3);

        static IEnumerable<string> Ids(JsonElement answer) => answer.GetProperty("journeys").EnumerateArray().Select(each => each.GetProperty("customer_id").GetString()!);
    }

    private static async Task<House> Open()
    {
        var house = await House.Open();
        house.Clock.Set(new DateTimeOffset(Noon));
        return house;
    }

    private static string Id(int n) => "f" + n.ToString("000", CultureInfo.InvariantCulture);

    private static IEnumerable<long> Numbers(IEnumerable<JsonElement> rows, string name) => rows.Select(row => row.GetProperty(name).GetInt64());

    private static async Task<JsonElement> Only(House house) => (await Travels.Get(house, "/api/v1/funnel/journeys")).GetProperty("journeys").EnumerateArray().Single();

    private static (string Url, string Channel) Touch(JsonElement journey, string which) =>
        journey.GetProperty(which) is { ValueKind: JsonValueKind.Object } touch ? (touch.GetProperty("url").GetString()!, touch.GetProperty("channel").GetString()!) : ("", "");

    private static async Task NothingDiffers(House house)
    {
        var check = await house.Cli("rebuild", "--check");
        check.Code.ShouldBe(0, check.Out);
    }
}
