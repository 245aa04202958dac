using System.Net;
using System.Net.Http.Json;
using AngleSharp.Dom;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Web;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>The workflow manager's pages say what the data say, and every figure leads to the customers behind it.</summary>
public sealed class BoardTests
{
    private static readonly DateTime Noon = new(2026, 3, 20, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Every_figure_of_the_board_and_of_the_analytics_leads_to_as_many_customers_as_it_says()
    {
        await using var house = await Told();
        var client = await DashboardTests.Reader(house);
        var board = await Wait.For(() => DashboardTests.Page(client, "/onboarding"), page => DashboardTests.Figure(page, "stage setup") == "2");
        new[] { "welcome", "setup", "features", "mastery", "completed" }.Select(stage => DashboardTests.Figure(board, $"stage {stage}")).ShouldBe(["3", "2", "1", "0", "0"]);
        DashboardTests.Figure(board, "stuck setup").ShouldBe("2 stuck");
        var setup = board.QuerySelector("#stage-setup")!;
        // Who is stuck longest comes first, with the reason.
        setup.QuerySelectorAll("li a").Select(link => link.TextContent).ShouldBe(["blocked-one", "silent-one"]);
        setup.TextContent.ShouldContain("Blocked: GitHub config.");
        setup.TextContent.ShouldContain("next is “Install the GitHub Action”");
        board.Body!.TextContent.ShouldNotContain("tested-one");
        board.QuerySelectorAll("[style], style, script:not([src])").ShouldBeEmpty();

        var links = board.QuerySelectorAll("#onboarding a[data-figure]").ToList();
        links.Count.ShouldBeGreaterThan(10);
        foreach (var link in links) await Leads(client, link);

        var analytics = await Wait.For(() => DashboardTests.Page(client, "/onboarding/analytics?from=2026-03-01&to=2026-03-20"), page => DashboardTests.Figure(page, "Began") == "6");
        var figures = analytics.QuerySelectorAll("#region a[data-figure]").ToList();
        figures.Count.ShouldBeGreaterThan(8);
        foreach (var link in figures) await Leads(client, link);
        DashboardTests.Figure(analytics, "recommended blocked").ShouldBe("1 customer");
    }

    [Fact]
    public async Task The_list_is_filtered_and_paged_and_bent_addresses_are_no_errors()
    {
        await using var house = await Told();
        var client = await DashboardTests.Reader(house);
        await Wait.Until(async () => await Rows("") == 6, "everybody on the list");
        (await Rows("?stage=setup")).ShouldBe(2);
        (await Rows("?stuck=blocked")).ShouldBe(1);
        (await Rows("?stuck=no")).ShouldBe(0);
        (await Rows("?task=github_action_installed&stuck=yes")).ShouldBe(2);
        (await Rows("?task=account_created&state=completed")).ShouldBe(3);
        (await Rows("?owner=-")).ShouldBe(6);
        (await Rows("?plan=-&cohort=-&industry=-")).ShouldBe(6);
        (await Rows("?version=1&from=2026-03-01&to=2026-03-01")).ShouldBe(6);
        (await Rows("?from=2026-03-02")).ShouldBe(0);
        foreach (var bent in new[] { "?version=abc", "?from=yesterday&to=%00", "?after=%00~", "?after=~", "?after=2026-03-01T00:00:00Z~zzz", "?after=nonsense", "?stage=%27%3B--", "?state=done", "?stuck=%00", "?task=%00&owner=%00" })
            (await client.GetAsync("/onboarding/customers" + bent)).StatusCode.ShouldBe(HttpStatusCode.OK, bent);

        await house.Write([.. Enumerable.Range(0, 55).Select(n => Story.Created($"many-{n:00}"))]);
        await Wait.Until(async () => (await DashboardTests.Page(client, "/onboarding/customers?stage=welcome")).Body!.TextContent.Contains("58 customers", StringComparison.Ordinal), "all of them on the list");
        var (seen, next) = (new List<string>(), "/onboarding/customers?stage=welcome");
        while (next is not null)
        {
            var page = await DashboardTests.Page(client, next);
            seen.AddRange(page.QuerySelectorAll("tbody tr a").Select(link => link.TextContent));
            next = page.QuerySelectorAll("nav[aria-label=Pages] a").FirstOrDefault(link => link.TextContent.StartsWith("Next", StringComparison.Ordinal))?.GetAttribute("href");
        }

        seen.Count.ShouldBe(58);
        seen.Distinct().Count().ShouldBe(58);

        async Task<int> Rows(string query) => (await DashboardTests.Page(client, "/onboarding/customers" + query)).QuerySelectorAll("tbody tr").Length;
    }

    [Fact]
    public async Task The_analytics_are_asked_for_exported_and_refused_by_name()
    {
        await using var house = await Told();
        const string Path = "/api/customer-success/onboarding/analytics";
        var api = await Machine.With(house, "admin");
        var answer = await Wait.For(async () => (await api.Get($"{Path}?from=2026-03-01")).Json, json => json.GetProperty("customers").GetProperty("started").GetInt32() == 6);
        answer.GetProperty("completion_rate").GetDecimal().ShouldBe(0.00m);
        answer.GetProperty("average_completion_hours").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        answer.GetProperty("automation").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        answer.GetProperty("window").GetProperty("days").GetInt32().ShouldBe(20);
        answer.GetProperty("tasks").GetArrayLength().ShouldBe(16);
        answer.GetProperty("help_use").GetProperty("resources_opened").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        answer.GetProperty("demo").GetBoolean().ShouldBeFalse();
        (await api.Get($"{Path}?days=1")).Json.GetProperty("customers").GetProperty("started").GetInt32().ShouldBe(0);

        (await api.Get($"{Path}?days=abc")).Problem("days").ShouldContain("number of days");
        (await api.Get($"{Path}?days=0")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await api.Get($"{Path}?from=2026-03-09&to=2026-03-01")).Problem("to").ShouldContain("before");
        (await api.Get($"{Path}?from=20260301")).Problem("from").ShouldContain("like 2026");
        (await api.Get($"{Path}?interval=year")).Problem("interval").ShouldContain("week or month");

        (await api.Post($"{Path}/export", new { format = "xml" })).Problem("format").ShouldContain("csv or json");
        using var admin = house.Client();
        admin.DefaultRequestHeaders.Add("x-api-key", await house.Key("admin"));
        var csv = await admin.PostAsJsonAsync($"{Path}/export", new { format = "csv", from = "2026-03-01" });
        csv.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        csv.Content.Headers.ContentDisposition!.FileName.ShouldBe("onboarding_2026-03-01_2026-03-20.csv");
        var text = await csv.Content.ReadAsStringAsync();
        text.ShouldStartWith("section,key,title,metric,value\n");
        text.ShouldContain("\nsummary,,,started,6\n");
        text.ShouldContain("\nsummary,,,average_completion_hours,\n");
        text.ShouldContain("\ntask,account_created,Account created,completed,3\n");
        (await (await admin.PostAsJsonAsync($"{Path}/export", new { format = "json", days = 30 })).Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("customers").GetProperty("started").GetInt32().ShouldBe(6);
        (await (await Machine.With(house, "read")).Post($"{Path}/export", new { format = "csv" })).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_board_follows_an_event_without_a_reload()
    {
        await using var house = await House.Open();
        await house.Write(Story.Created("mover"));
        await house.Hire(Cast.Alice);
        await using var alice = await Browser.Open(house, Cast.Alice);
        await Wait.Until(async () => { await alice.Go("/onboarding"); return await alice.Page.Locator("#stage-welcome a >> text=mover").CountAsync() > 0; }, "the customer on the board");
        await Assertions.Expect(alice.Page.Locator("#live")).ToContainTextAsync("Live");
        await alice.Page.EvaluateAsync("window.stayed = true");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/metrics/track") { Content = JsonContent.Create(new { customer_id = "mover", event_type = "onboarding_step_account_created", metadata = new { } }) };
        request.Headers.Add("x-api-key", await house.Key("ingest"));
        (await house.Http.SendAsync(request)).EnsureSuccessStatusCode();
        await Assertions.Expect(alice.Page.Locator("#stage-setup")).ToContainTextAsync("mover");
        (await alice.Page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue("the page must not have been loaded again");
    }

    [Theory]
    [InlineData(1440, false)]
    [InlineData(390, true)]
    public async Task Somebody_chooses_on_the_list_looks_at_the_preview_does_it_and_takes_it_back(int width, bool dark)
    {
        await using var house = await Told();
        await house.Hire(Cast.Bob);
        await using var bob = await Browser.Open(house, Cast.Bob, width, dark);
        await Wait.Until(async () => { await bob.Go("/onboarding/customers"); return await bob.Page.Locator("tbody tr").CountAsync() == 6; }, "everybody on the list");
        await bob.Page.GetByLabel("Choose all of this page").CheckAsync();
        await Assertions.Expect(bob.Page.Locator("[data-checked]")).ToHaveTextAsync("6");
        await bob.Page.GetByLabel("Choose busy-one").UncheckAsync();
        await Assertions.Expect(bob.Page.Locator("[data-checked]")).ToHaveTextAsync("5");
        await bob.Page.Locator("select[name=Action]").SelectOptionAsync("skip");
        await bob.Page.Locator("select[name=On]").SelectOptionAsync("task:watch_intro");
        await bob.Button("Preview").ClickAsync();
        await bob.Sees("Would change 5 customers. Nothing has happened yet.");
        await bob.NothingToComplain($"preview {width}");
        await bob.Button("Do it for 5 customers").ClickAsync();
        await bob.Sees("Done for 5 customers.");
        await bob.NothingToComplain($"done {width}");
        await bob.Button("Take it back…").ClickAsync();
        await bob.Sees("Would change 5 customers.");
        await bob.Button("Do it for 5 customers").ClickAsync();
        await bob.Sees("Done for 5 customers.");
    }

    // The first number of a figure is how many rows its list has.
    private static async Task Leads(HttpClient client, IElement link)
    {
        var href = link.GetAttribute("href")!;
        if (!href.StartsWith("/onboarding/customers", StringComparison.Ordinal)) return;
        var said = link.TextContent.Trim().Split(' ')[0];
        (await DashboardTests.Page(client, href)).QuerySelectorAll("tbody tr").Length.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(said, href);
    }

    // Six customers in totals: three who did nothing, two stuck in setup, one in features; and a test, which counts nowhere.
    private static async Task<House> Told()
    {
        var house = await House.Open();
        house.Clock.Set(new DateTimeOffset(Noon));
        string[] ids = ["new-one", "new-two", "new-three", "silent-one", "blocked-one", "busy-one"];
        await house.Write([.. ids.Select(id => Story.Created(id)), Story.Created("tested-one"), Story.Event("tested-one", "customer_updated", Story.Start, new { is_test = true }),
            .. ids[3..].Select(id => Story.Event(id, "onboarding_step_account_created", Story.Start.AddHours(2))),
            Story.Event("blocked-one", "onboarding_blocked", Story.Start.AddDays(1), new { blocker_type = "github_config", notes = "waits" }),
            Story.Event("busy-one", "onboarding_step_github_action_installed", Story.Start.AddDays(2))]);
        return house;
    }
}
