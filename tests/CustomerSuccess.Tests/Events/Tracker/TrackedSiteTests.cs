using CustomerSuccess.Events.Sources;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Web;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Events.Tracker;

/// <summary>From somebody's page with our script, over the network, to the log and to the page that waits for it.</summary>
public sealed class TrackedSiteTests : IAsyncLifetime
{
    private readonly House house = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record Row(string Type, string Source, string? VisitorId, string? PersonId, string? GroupId, string? Url, string? Referrer, string? UtmSource, string Properties, string? Actor);

    public ValueTask InitializeAsync() => house.InitializeAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task A_visit_is_in_the_log_as_it_happened_and_the_waiting_page_turns_green()
    {
        await house.Hire(Cast.Alice);
        await using var alice = await Browser.Open(house, Cast.Alice);
        await alice.Go("/settings/sources/new?client=script");
        await alice.Field("Domain").FillAsync("shop.example");
        await alice.Button("Make the source").ClickAsync();
        await alice.Sees("Waiting for the first event…");
        await alice.Sees($"src=\"{house.Url}/js/script.js\"");
        var id = new Uri(alice.Page.Url).Segments[^1];

        await using var site = await Website.Open(house, own: true);
        var page = await Surfer.Open();
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        await page.GotoAsync(site.Url + "/pricing?utm_source=news&gclid=abc#top", new() { Referer = "https://www.google.com/" });
        await Rows("page_view", 1);
        await alice.Sees("It works");
        await alice.Sees("page_view");

        await page.EvaluateAsync("cs('Trial Started', { plan: 'pro' }); cs.identify('user-42', { email: 'ann@example.com' })");
        await Rows("trial_started", 1);
        await page.EvaluateAsync("history.pushState({}, '', '/docs')");
        await Rows("page_view", 2);
        await page.WaitForTimeoutAsync(600);
        await page.ClickAsync("#away");
        await Rows("outbound_click", 1);
        await Rows("page_leave", 1);

        var views = await Rows("page_view", 2);
        var first = views.Single(row => row.Url!.Contains("/pricing", StringComparison.Ordinal));
        (first.Source, first.UtmSource, first.Referrer, first.Actor).ShouldBe(("script", "news", "https://www.google.com/", "source:" + id));
        first.Url!.ShouldNotContain("#");
        first.Properties.ShouldContain("\"gclid\": \"abc\"");
        first.Properties.ShouldNotContain("bot");
        first.VisitorId.ShouldNotBeNull();
        var second = views.Single(row => row.Url!.Contains("/docs", StringComparison.Ordinal));
        (second.VisitorId, second.PersonId, second.GroupId).ShouldBe((first.VisitorId, "user-42", null));
        (await Rows("trial_started", 1))[0].Properties.ShouldContain("\"plan\": \"pro\"");
        (await Rows("identify", 1))[0].Properties.ShouldContain("ann@example.com");
        complaints.Where(text => !text.Contains("favicon", StringComparison.Ordinal)).ShouldBeEmpty();
        (await page.Context.CookiesAsync()).ShouldBeEmpty("neither the site's origin nor the product's has set one");
    }

    [Fact]
    public async Task A_blocked_site_is_refused_and_a_crawler_is_marked()
    {
        var known = house.Services.GetRequiredService<KnownSources>();
        await using var site = await Website.Open(house, own: true);
        var crawler = await Surfer.Open(agent: "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/142.0.0.0 Safari/537.36");
        await crawler.GotoAsync(site.Url + "/crawled");
        (await Rows("page_view", 1, "/crawled"))[0].Properties.ShouldContain("\"bot\": true");

        var source = (await known.ByDomain("shop.example", "script")).ShouldNotBeNull();
        (await house.Services.GetRequiredService<RevokeSource>().Run(source.SourceId, "cli", Ct)).ShouldBeTrue();
        var page = await Surfer.Open();
        var answer = await page.RunAndWaitForResponseAsync(async () => { await page.GotoAsync(site.Url + "/blocked"); }, response => response.Url.EndsWith("/api/event", StringComparison.Ordinal));
        answer.Status.ShouldBe(403);
        await page.WaitForTimeoutAsync(300);
        (await Rows("page_view", 0, "/blocked")).ShouldBeEmpty();
    }

    private async Task<List<Row>> Rows(string type, int many, string path = "")
    {
        var found = await Wait.For(Read, rows => rows.Count >= many);
        found.Count.ShouldBeGreaterThanOrEqualTo(many, type);
        return found;

        async Task<List<Row>> Read()
        {
            await using var c = await house.Db.OpenConnectionAsync(Ct);
            return (await c.QueryAsync<Row>(
                "select type, source, visitor_id, person_id, group_id, url, referrer, utm_source, properties::text, actor from events where type = @type and coalesce(url, '') like '%' || @path || '%' order by received_at", new { type, path })).AsList();
        }
    }
}
