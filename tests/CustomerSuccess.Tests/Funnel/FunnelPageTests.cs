using System.Net;
using System.Net.Http.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using CustomerSuccess.Funnel.Sections;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Web;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>The funnel page says what the data say, and every figure leads to the customers behind it.</summary>
public sealed class FunnelPageTests
{
    private static readonly DateTime Noon = new(2026, 3, 20, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Every_figure_leads_to_as_many_customers_as_it_says()
    {
        await using var house = await Told();
        var client = await DashboardTests.Reader(house);
        var page = await DashboardTests.Page(client, "/funnel");
        var figure = (string name) => DashboardTests.Figure(page, name);
        new[] { "stage visit", "stage signup", "stage api_key", "stage activation", "stage retention" }.Select(figure).ShouldBe(["6", "4", "3", "2", "1"]);
        figure("rate signup").ShouldStartWith("66.67 % of visits");
        figure("rate activation").ShouldStartWith("66.67 % of API keys");
        figure("bots").ShouldBe("1");
        figure("section Docs").ShouldBe("2");
        figure("section Pricing").ShouldBe("1");
        figure("channel search").ShouldBe("2");
        figure("signups search").ShouldBe("1");
        figure("life Key made").ShouldStartWith("3/3");
        figure("life Called").ShouldStartWith("3/3");
        figure("life Called successfully").ShouldStartWith("2/3");
        page.QuerySelector("#stuck-f003")!.TextContent.ShouldContain("401");
        page.QuerySelector("#stuck-f003")!.TextContent.ShouldContain("3 calls since");
        page.QuerySelectorAll("[style], style, script:not([src])").ShouldBeEmpty();

        var links = page.QuerySelectorAll("#funnel a[data-figure]").Where(link => link.GetAttribute("href")!.StartsWith("/funnel/journeys", StringComparison.Ordinal)).ToList();
        links.Count.ShouldBeGreaterThan(9);
        foreach (var link in links.Where(link => !link.GetAttribute("data-figure")!.EndsWith("visit", StringComparison.Ordinal)))
        {
            var list = await DashboardTests.Page(client, link.GetAttribute("href")!);
            list.QuerySelectorAll("tbody tr").Length.ToString().ShouldBe(link.TextContent.Split('/', ' ')[0], link.GetAttribute("href")!);
        }

        (await client.GetAsync("/funnel?days=abc")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/funnel?from=2026-03-01&to=")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await DashboardTests.Page(client, "/funnel/journeys?completed_signup=true&completed_visit=&channel=")).QuerySelectorAll("tbody tr").Length.ShouldBe(4);
        (await DashboardTests.Page(client, "/funnel/journeys?stuck=true")).QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        (await DashboardTests.Page(client, "/customers/f001")).QuerySelector("#journey")!.TextContent.ShouldContain("Search");
    }

    [Fact]
    public async Task An_admin_changes_the_sections_and_past_visits_are_grouped_anew()
    {
        await using var house = await Told();
        await house.Hire(Cast.Alice);
        await using var alice = await Browser.Open(house, Cast.Alice);
        await alice.Go("/settings/funnel");
        await alice.Page.FillAsync("#sections", "Guide: /docs");
        await alice.Page.FillAsync("#repeat_days", "0");
        await alice.Page.EvaluateAsync("document.querySelector('#repeat_days').removeAttribute('min')");
        await alice.Page.ClickAsync("text=Save");
        await alice.Sees("must be a number of days".Replace("must", "Must"));
        await alice.Page.FillAsync("#repeat_days", "1");
        await alice.Page.ClickAsync("text=Save");
        await alice.Sees("Saved.");
        await alice.Go("/funnel");
        await alice.Sees("Guide");
        (await alice.Page.TextContentAsync("[data-figure='section Guide']")).ShouldBe("2");
        (await alice.Page.TextContentAsync("[data-figure='section Other']")).ShouldBe("4");
        (await alice.Page.TextContentAsync("[data-figure='life On 1 days or more']"))!.ShouldStartWith("2/3");
    }

    [Fact]
    public async Task An_open_page_hears_of_a_visit()
    {
        await using var house = await Told();
        var client = await DashboardTests.Reader(house);
        using var stream = new StreamReader(await client.GetStreamAsync("/live/funnel?days=30"));
        (await Item(stream)).QuerySelector("[data-figure='stage visit']")!.TextContent.ShouldBe("6");
        var sender = house.Client();
        sender.DefaultRequestHeaders.Add("x-api-key", await house.Key("ingest"));
        (await sender.PostAsJsonAsync("/api/v1/funnel/page-views", new { visitor_id = "new", url = "https://rsolv.dev/" })).EnsureSuccessStatusCode();
        (await Wait.For(() => Item(stream), item => item.QuerySelector("[data-figure='stage visit']")!.TextContent == "7")).QuerySelector("[data-figure='stage visit']")!.TextContent.ShouldBe("7");
    }

    [Fact]
    public async Task Days_that_late_events_restated_are_marked()
    {
        await using var house = await Told();
        var sender = house.Client();
        sender.DefaultRequestHeaders.Add("x-api-key", await house.Key("admin"));
        var late = house.Clock.GetUtcNow().UtcDateTime.AddDays(-2);
        (await sender.PostAsJsonAsync("/api/v1/events", new { type = "page_view", visitor_id = "late", url = "https://rsolv.dev/", occurred_at = late })).EnsureSuccessStatusCode();
        // What was counted is written at once where somebody looks.
        await sender.GetAsync("/api/v1/ingestion");
        var days = (await Travels.Get(house, "/api/v1/funnel/daily?days=7")).EnumerateArray().Where(day => day.GetProperty("restated_at").ValueKind == System.Text.Json.JsonValueKind.String).ToList();
        days.ShouldHaveSingleItem().GetProperty("period_start").GetString().ShouldBe(DateOnly.FromDateTime(late).Iso());
        var page = await DashboardTests.Page(sender, "/funnel?days=7");
        page.QuerySelector("#daily [data-figure='restated']")!.TextContent.ShouldContain("Late events restated");
        page.QuerySelectorAll("#daily th[scope=row]").Count(row => row.TextContent.Contains("restated by late events", StringComparison.Ordinal)).ShouldBe(2, "one in the table of each chart");
        (await DashboardTests.Page(sender, "/funnel?from=2025-01-01&to=2025-01-31")).QuerySelector("[data-figure='restated']").ShouldBeNull();
        (await DashboardTests.Page(sender, "/")).QuerySelector("[data-figure='restated']")!.TextContent.ShouldContain("Late events restated");
    }

    [Fact]
    public async Task An_empty_house_says_how_to_get_the_first_visit()
    {
        await using var house = await House.Open();
        (await DashboardTests.Page(await DashboardTests.Reader(house), "/funnel")).QuerySelector("main")!.TextContent.ShouldContain("Connect a source");
    }

    [Theory]
    [InlineData("rsolv.dev/", "Home")]
    [InlineData("/", "Home")]
    [InlineData("rsolv.dev/blog/launch", "Blog")]
    [InlineData("rsolv.dev/blogger", "Other")]
    [InlineData("docs.rsolv.dev/", "Docs")]
    [InlineData("/docs/api", "Docs")]
    [InlineData("rsolv.dev/pricing", "Pricing")]
    [InlineData("rsolv.dev/about", "Other")]
    public void A_page_belongs_to_the_first_section_that_holds_it(string page, string section) => FunnelSettings.Usual.SectionOf(page).ShouldBe(section);

    [Theory]
    [InlineData("Blog /blog")]
    [InlineData("Blog: ")]
    [InlineData("Blog: https://rsolv.dev/blog")]
    [InlineData("Blog: /a/b/c")]
    [InlineData("Other: /x")]
    [InlineData("A: /a\nA: /b")]
    public void Sections_that_make_no_sense_are_refused(string text)
    {
        var faults = new List<CustomerSuccess.Events.Fault>();
        FunnelSettings.Parse(text, "3", faults).ShouldBeNull();
        faults[0].Field.ShouldBe("sections");
    }

    private static async Task<House> Told()
    {
        var house = await House.Open();
        house.Clock.Set(new DateTimeOffset(Noon));
        var ids = Enumerable.Range(1, 4).Select(n => "f00" + n).ToArray();
        await house.Write([
            .. ids.Select(id => Story.Created(id)), .. ids.Select(id => Story.Event(id, "signup", Noon.AddDays(-3))), .. ids[..3].Select(id => Story.Event(id, "api_key_created", Noon.AddDays(-2))),
            .. ids[..2].Select(id => Travels.Call(id, Noon.AddDays(-1), 200)), Travels.Call(ids[0], Noon.AddHours(-1), 200),
            .. Enumerable.Range(1, 3).Select(n => Travels.Call(ids[2], Noon.AddHours(-n), 401)),
            Travels.Visit("v1", Noon.AddDays(-4), "https://rsolv.dev/docs/start", "https://www.google.com/", ids[0]), Travels.Visit("v1", Noon.AddDays(-4).AddMinutes(1), "https://rsolv.dev/pricing", "https://rsolv.dev/docs/start", ids[0]),
            Travels.Visit("v2", Noon.AddDays(-4), "https://rsolv.dev/docs", "https://www.google.com/"), Travels.Visit("v3", Noon.AddDays(-1), "https://rsolv.dev/"), Travels.Visit("v3", Noon, "https://rsolv.dev/blog/x"),
            Travels.Visit("v4", Noon, "https://rsolv.dev/blog/x", "https://chatgpt.com/"), Travels.Visit("bot", Noon, bot: true),
        ]);
        await Travels.Follow(house.Db);
        return house;
    }

    private static async Task<IDocument> Item(StreamReader stream)
    {
        var data = new System.Text.StringBuilder();
        while (await stream.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal)) data.Append(line.AsSpan(6)).Append('\n');
            else if (line.Length == 0 && data.Length > 0) break;
        }

        return await new HtmlParser().ParseDocumentAsync(data.ToString());
    }
}
