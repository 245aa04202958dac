using System.Net.Http.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using CustomerSuccess.Tests.Tracking;

namespace CustomerSuccess.Tests.Web;

/// <summary>The main page says what the data say, and follows them.</summary>
public sealed class DashboardTests
{
    [Fact]
    public async Task The_sample_customers_give_the_figures_of_the_specification()
    {
        await using var house = await House.Open();
        await Import(house);
        var page = await Eventually(house, page => Figure(page, "Total customers") == "2");

        Figure(page, "Active today").ShouldBe("0");
        Figure(page, "At risk").ShouldBe("1");
        Figure(page, "Onboarding rate").ShouldBe("0 %");
        Figure(page, "Success rate").ShouldBe("71 %");
        Figure(page, "Average time to value").ShouldBe("–");
        Figure(page, "days to complete").ShouldBe("–");
        Figure(page, "Overall onboarding").ShouldBe("70 %");
        string[] steps = ["welcome_email_sent", "account_created", "github_action_installed", "first_issue_tagged", "first_pr_generated"];
        steps.Select(step => Figure(page, step)).ShouldBe(["2/2 (100%)", "2/2 (100%)", "2/2 (100%)", "1/2 (50%)", "0/2 (0%)"]);
        string[] statuses = ["champion", "healthy", "needs_attention", "at_risk", "inactive"];
        statuses.Select(status => Figure(page, "health " + status)).ShouldBe(["0", "0", "1", "1", "0"]);
        page.QuerySelector("#needs")!.TextContent.ShouldContain("Blocked: GitHub config");
    }

    [Fact]
    public async Task Every_figure_leads_to_the_customers_behind_it()
    {
        await using var house = await House.Open();
        await Import(house);
        var page = await Eventually(house, page => Figure(page, "Total customers") == "2");
        var client = await Reader(house);
        foreach (var link in page.QuerySelectorAll("#dashboard a[data-figure], #dashboard a:has([data-figure])").Select(link => link.GetAttribute("href")!).Where(href => href.Contains('?')).Distinct())
        {
            var list = await Page(client, link);
            var shown = list.QuerySelectorAll("tbody tr").Length;
            var said = page.QuerySelectorAll($"a[href='{link}']").Select(each => each.GetAttribute("data-figure") is not null ? each : each.QuerySelector("[data-figure]")!)
                .Select(each => each.TextContent.Split('/', ' ')[0]).First();
            if (int.TryParse(said, out var count) && !link.Contains("with=")) shown.ShouldBe(count, link);
        }
    }

    [Fact]
    public async Task An_open_page_hears_of_an_event()
    {
        await using var house = await House.Open();
        await Import(house);
        await Eventually(house, page => Figure(page, "Total customers") == "2");
        var client = await Reader(house);
        using var stream = new StreamReader(await client.GetStreamAsync("/live/dashboard"));
        (await Item(stream)).QuerySelector("[data-figure='Active today']")!.TextContent.ShouldBe("0");

        var sender = house.Client();
        sender.DefaultRequestHeaders.Add("x-api-key", await house.Key("ingest"));
        var sent = await sender.PostAsJsonAsync("/metrics/track", new { customer_id = Cast.Acme.Id, event_type = "onboarding_step_first_pr_generated", metadata = new { step = "first_pr_generated" } });
        sent.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted);
        var item = await Wait.For(() => Item(stream), item => item.QuerySelector("[data-figure='first_pr_generated']")!.TextContent != "0/2 (0%)");
        item.QuerySelector("[data-figure='Onboarding rate']")!.TextContent.ShouldBe("50 %");
        item.QuerySelector("[data-figure='Average time to value']")!.TextContent.ShouldBe("4.0 d");
    }

    [Fact]
    public async Task An_empty_house_says_how_to_get_the_first_customer()
    {
        await using var house = await House.Open();
        var page = await Page(await Reader(house), "/");
        page.QuerySelector("main")!.TextContent.ShouldContain("No customers yet");
        page.QuerySelectorAll("[style], style, script:not([src])").ShouldBeEmpty();
    }

    internal static string Figure(IParentNode page, string name) => page.QuerySelector($"[data-figure='{name}']")?.TextContent.Trim() ?? "";

    internal static async Task<HttpClient> Reader(House house)
    {
        var client = house.Client();
        client.DefaultRequestHeaders.Add("x-api-key", await house.Key("read"));
        return client;
    }

    internal static async Task<IDocument> Page(HttpClient client, string path) => await new HtmlParser().ParseDocumentAsync(await client.GetStringAsync(path));

    private static async Task Import(House house)
    {
        var folder = Directory.CreateTempSubdirectory("cs-look-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "customers.csv"), Samples.Customers);
        await File.WriteAllTextAsync(Path.Combine(folder, "onboarding.csv"), Samples.Onboarding);
        await File.WriteAllTextAsync(Path.Combine(folder, "engagement.csv"), Samples.Engagement);
        var done = await house.Cli("import", folder);
        done.Code.ShouldBe(0, done.Error);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<IDocument> Eventually(House house, Func<IDocument, bool> right)
    {
        var client = await Reader(house);
        return await Wait.For(() => Page(client, "/"), right);
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
