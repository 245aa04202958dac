using System.IO.Compression;
using System.Net;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Events.Tracker;

/// <summary>Our script on somebody's pages, in a real browser, across origins.</summary>
public sealed class TrackerTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task The_script_is_small_and_may_be_loaded_from_anywhere()
    {
        var answer = await house.Http.GetAsync("/js/script.js");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/javascript; charset=utf-8");
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        answer.Headers.CacheControl!.ToString().ShouldContain("stale-while-revalidate");
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
        packed.Length.ShouldBeLessThan(2048);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/js/script.js") { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        (await house.Http.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_page_view_says_where_from_and_leaves_nothing_in_the_browser()
    {
        await using var site = await Website.Open(house);
        var page = await Surfer.Open();
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(site.Url + "/pricing?utm_source=news&gclid=abc&msclkid=def&plan=pro#top", new() { Referer = "https://www.google.com/" });
        var view = await site.Event("pageview");
        Website.Path(view).ShouldBe("/pricing?utm_source=news&gclid=abc&msclkid=def&plan=pro");
        view.GetProperty("d").GetString().ShouldBe("shop.example");
        view.GetProperty("r").GetString().ShouldBe("https://www.google.com/");
        view.GetProperty("p").GetRawText().ShouldBe("""{"gclid":"abc","msclkid":"def"}""");
        view.GetProperty("id").GetString()!.Length.ShouldBeInRange(12, 40);
        // One simple request: no preflight, no cookie.
        site.Requests.ShouldBe(["POST text/plain;charset=UTF-8 "]);

        (await page.Context.CookiesAsync()).ShouldBeEmpty();
        (await page.EvaluateAsync<int>("async () => localStorage.length + sessionStorage.length + document.cookie.length + (await indexedDB.databases()).length + (await caches.keys()).length")).ShouldBe(0);
        complaints.Where(text => !text.Contains("favicon", StringComparison.Ordinal)).ShouldBeEmpty("a strict content security policy is enough for it");
    }

    [Fact]
    public async Task Moving_within_an_application_is_a_page_view_with_the_page_before_as_referrer()
    {
        await using var site = await Website.Open(house);
        var page = await Surfer.Open();
        await page.GotoAsync(site.Url + "/a");
        await site.Event("pageview", "/a");
        await page.EvaluateAsync("history.pushState({}, '', '/b?x=1')");
        (await site.Event("pageview", "/b?x=1")).GetProperty("r").GetString().ShouldBe(site.Url + "/a");
        // The same page with another query or fragment, or its state saved.
        await page.EvaluateAsync("history.replaceState({}, '', '/b?x=2'); history.pushState({}, '', '/b#part'); location.hash = 'other'");
        await page.EvaluateAsync("history.replaceState({}, '', '/c')");
        await site.Event("pageview", "/c");
        await page.EvaluateAsync("history.back()");
        (await site.Event("pageview", "/b")).GetProperty("r").GetString().ShouldBe(site.Url + "/c");
        site.Count("pageview").ShouldBe(4);
    }

    [Fact]
    public async Task In_hash_mode_the_fragment_is_the_page()
    {
        await using var site = await Website.Open(house, "data-local data-hash");
        var page = await Surfer.Open();
        await page.GotoAsync(site.Url + "/app#/one");
        (await site.Event("pageview", "/app#/one")).GetProperty("h").GetInt32().ShouldBe(1);
        await page.EvaluateAsync("location.hash = '/two'");
        await site.Event("pageview", "/app#/two");
        await page.EvaluateAsync("history.back()");
        await site.Event(e => site.Got.Count(each => Website.Named(each, "pageview") && Website.Path(each) == "/app#/one") == 2, "second view of #/one");
        site.Count("pageview").ShouldBe(3);
    }

    [Fact]
    public async Task Time_on_page_is_the_time_it_was_visible()
    {
        await using var site = await Website.Open(house);
        // No page of a headless browser is ever hidden by itself, and its clock is the test's.
        var page = await Surfer.Open("window.now = 1000; performance.now = () => window.now; window.shown = 'visible'; Object.defineProperty(document, 'visibilityState', { get: () => window.shown })");
        await page.GotoAsync(site.Url + "/read");
        await site.Event("pageview");
        await page.EvaluateAsync("now = 1900; scrollTo(0, document.documentElement.scrollHeight / 2)");
        await page.EvaluateAsync("shown = 'hidden'; document.dispatchEvent(new Event('visibilitychange'))");
        var first = await site.Event("engagement", "/read");
        first.GetProperty("e").GetInt32().ShouldBe(900);
        first.GetProperty("sd").GetInt32().ShouldBeInRange(40, 80);
        await page.EvaluateAsync("now = 3400; shown = 'visible'; document.dispatchEvent(new Event('visibilitychange'))");
        await page.EvaluateAsync("now = 4000");
        await page.ClickAsync("#inside");
        await site.Event("pageview", "/inside");
        await site.Event(_ => site.Count("engagement") == 2, "second engagement");
        var second = site.Got.Last(e => Website.Named(e, "engagement"));
        second.GetProperty("e").GetInt32().ShouldBe(600, "the time it was hidden does not count");
        Website.Path(second).ShouldBe("/read");
    }

    [Fact]
    public async Task A_click_that_leads_away_is_told_before_the_page_is_gone()
    {
        await using var site = await Website.Open(house, "data-local data-files");
        var page = await Surfer.Open();
        await page.GotoAsync(site.Url + "/");
        await site.Event("pageview");
        await page.ClickAsync("#away b");
        await page.WaitForURLAsync(site.Elsewhere + "/**");
        (await site.Event("Outbound Link: Click", "/")).GetProperty("p").GetProperty("url").GetString().ShouldBe(site.Elsewhere + "/partner?x=1");

        await page.GotoAsync(site.Url + "/");
        await page.ClickAsync("#file");
        (await site.Event("File Download")).GetProperty("p").GetProperty("url").GetString().ShouldBe(site.Url + "/guide.pdf");
        await page.GotoAsync(site.Url + "/");
        await page.ClickAsync("#inside");
        await site.Event("pageview", "/inside");
        site.Count("Outbound Link: Click").ShouldBe(1);
    }

    [Theory]
    [InlineData("data-local", "Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' })", 0)]
    [InlineData("data-local", "Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })", 0)]
    [InlineData("data-local data-dnt=ignore", "Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' })", 1)]
    [InlineData("data-local", "Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => true })", 0)]
    [InlineData("", "", 0)]
    [InlineData("data-local data-manual", "", 0)]
    public async Task Who_said_no_programs_and_our_own_machine_are_not_counted(string attributes, string script, int views)
    {
        await using var site = await Website.Open(house, attributes);
        var page = await Surfer.Open(script);
        await page.GotoAsync(site.Url + "/");
        await page.EvaluateAsync("typeof cs === 'function' && history.pushState({}, '', '/next')");
        if (views > 0) await site.Event("pageview", "/next");
        else await page.WaitForTimeoutAsync(300);
        site.Count("pageview").ShouldBe(views * 2);
    }

    [Fact]
    public async Task Events_and_people_are_told_by_the_page_also_before_the_script_is_there_and_no_account()
    {
        await using var site = await Website.Open(house, "data-local data-manual",
            "window.cs = window.cs || function () { (cs.q = cs.q || []).push(arguments) }; cs('early', { props: { a: 1 } })");
        var page = await Surfer.Open();
        await page.GotoAsync(site.Url + "/");
        (await site.Event("early")).GetProperty("p").GetRawText().ShouldBe("""{"a":1}""");
        await page.EvaluateAsync("cs('trial_started', { plan: 'pro' }); cs.identify('u1', { email: 'ann@example.com' }); cs('pageview')");
        var view = await site.Event("pageview");
        (view.GetProperty("uid").GetString(), view.TryGetProperty("gid", out _)).ShouldBe(("u1", false));
        // What the script can be called with is what the guide says.
        (await page.EvaluateAsync<string>("Object.keys(cs).join()")).ShouldBe("identify");
        Repository.Read("docs/guide/tracker.md").ShouldNotContain("cs('group'");
        (await site.Event("identify")).GetProperty("p").GetProperty("email").GetString().ShouldBe("ann@example.com");
        (await site.Event("trial_started")).TryGetProperty("uid", out _).ShouldBeFalse("nobody was known then");
        (await page.EvaluateAsync<int>("localStorage.length + sessionStorage.length")).ShouldBe(0, "known in memory only");
        await page.ReloadAsync();
        await page.EvaluateAsync("cs('after')");
        (await site.Event("after")).TryGetProperty("uid", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_cannot_be_sent_is_sent_again_under_the_same_id()
    {
        await using var site = await Website.Open(house);
        var page = await Surfer.Open();
        await page.GotoAsync(site.Url + "/");
        await site.Event("pageview");
        await page.Context.SetOfflineAsync(true);
        await page.EvaluateAsync("cs('offline')");
        await page.WaitForTimeoutAsync(400);
        site.Count("offline").ShouldBe(0);
        await page.Context.SetOfflineAsync(false);
        await site.Event("offline");

        site.Answer = 503;
        var before = await page.EvaluateAsync<double>("cs('refused'), Date.now()");
        await page.WaitForTimeoutAsync(300);
        site.Answer = 202;
        var refused = await site.Event("refused");
        await page.WaitForTimeoutAsync(300);
        (site.Count("offline"), site.Count("refused")).ShouldBe((1, 1));
        refused.GetProperty("ts").GetDouble().ShouldBeInRange(before - 1_000, before, "it says when it happened, not when it arrived");
    }

    [Fact]
    public async Task A_page_taken_from_the_browsers_memory_is_a_page_view()
    {
        await using var site = await Website.Open(house);
        var page = await Surfer.Open();
        await page.GotoAsync(site.Url + "/first");
        await site.Event("pageview", "/first");
        await page.EvaluateAsync("window.kept = true; location.href = '/inside'");
        await site.Event("pageview", "/inside");
        await page.EvaluateAsync("history.back()");
        await site.Event(_ => site.Got.Count(e => Website.Named(e, "pageview") && Website.Path(e) == "/first") == 2, "view of the restored page");
        (await page.EvaluateAsync<bool>("window.kept === true")).ShouldBeTrue("the page came from the cache, it was not loaded again");
    }

    [Fact]
    public async Task A_page_loaded_ahead_of_its_visit_is_counted_when_it_is_shown()
    {
        await using var site = await Website.Open(house);
        var page = await Surfer.Open();
        await page.GotoAsync(site.Url + "/menu");
        await site.Event("pageview", "/menu");
        await Wait.Until(() => site.Pages.Contains("/ahead"), "the browser to load it");
        await Task.Delay(500);
        site.Got.Count(e => Website.Path(e) == "/ahead").ShouldBe(0);
        await page.EvaluateAsync("location.href = '/ahead'");
        await site.Event("pageview", "/ahead");
        site.Pages.Count(path => path == "/ahead").ShouldBe(1, "it was the page loaded ahead that was shown");
    }

    [Fact]
    public async Task A_page_in_a_background_tab_is_counted_when_it_is_shown()
    {
        await using var site = await Website.Open(house);
        var page = await Surfer.Open("window.shown = 'hidden'; Object.defineProperty(document, 'visibilityState', { get: () => window.shown })");
        await page.GotoAsync(site.Url + "/tab");
        await page.EvaluateAsync("cs('while_hidden')");
        await page.WaitForTimeoutAsync(300);
        site.Got.ShouldBeEmpty();
        await page.EvaluateAsync("shown = 'visible'; document.dispatchEvent(new Event('visibilitychange'))");
        await site.Event("pageview", "/tab");
        await site.Event("while_hidden");
        site.Got.Count.ShouldBe(2);
    }
}
