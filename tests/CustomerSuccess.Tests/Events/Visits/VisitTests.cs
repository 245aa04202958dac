using CustomerSuccess.Events;
using CustomerSuccess.Events.Visits;

namespace CustomerSuccess.Tests.Events.Visits;

/// <summary>Where a visit came from, and whether anybody was there.</summary>
public sealed class VisitTests
{
    private static string[] Agents(string file) =>
        Repository.Read($"tests/CustomerSuccess.Tests/Events/Visits/{file}").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void More_than_a_hundred_programs_are_known_as_such()
    {
        var bots = Agents("bots.txt");
        bots.Length.ShouldBeGreaterThan(130);
        bots.Where(agent => !Bots.Is(agent)).ShouldBeEmpty();
        new[] { null, "", "  ", new string('x', 600) }.ShouldAllBe(agent => Bots.Is(agent));
    }

    [Fact]
    public void People_with_browsers_of_every_kind_are_people() => Agents("people.txt").Where(Bots.Is).ShouldBeEmpty();

    [Fact]
    public void At_the_doors_of_servers_the_same_list_tells_crawlers_from_the_libraries_that_deliver()
    {
        foreach (var crawler in new[] { "facebookexternalhit/1.1", "WhatsApp/2.24", "YandexMetrika/2.0", "GPTBot/1.2", "Site24x7 monitoring", "nuclei" }) Bots.Visits(crawler).ShouldBeTrue(crawler);
        foreach (var library in new[] { "axios/1.7", "python-requests/2.32", "analytics-node/3.1.0", "Go-http-client/2.0", "okhttp/4.12.0", "curl/8.5", "" })
        {
            Bots.Visits(library).ShouldBeFalse(library);
            Bots.Browses(library).ShouldBe(library.Length > 0, library);
        }

        // One list: whoever is a crawler there is one on a page, too.
        Bots.All.Regex.ToString().ShouldStartWith(Bots.Crawlers.Regex.ToString());
    }

    [Fact]
    public void A_text_made_to_be_slow_is_judged_all_the_same()
    {
        Bots.All.Regex.MatchTimeout.ShouldBeLessThan(TimeSpan.FromSeconds(1), "what takes longer to read is made to");
        foreach (var nasty in new[] { new string('a', 512), new string('1', 512), string.Concat(Enumerable.Repeat("a.1 ", 128)), "Mozilla/5.0 (" + string.Concat(Enumerable.Repeat(" a1/1.1", 70)) })
            Bots.Is(nasty);
    }

    [Theory]
    [InlineData("https://www.google.com/", "search", "Google")]
    [InlineData("https://www.google.co.uk/search?q=x", "search", "Google")]
    [InlineData("http://google.de", "search", "Google")]
    [InlineData("https://duckduckgo.com/", "search", "DuckDuckGo")]
    [InlineData("android-app://com.google.android.googlequicksearchbox/", "search", "Google")]
    [InlineData("https://mail.google.com/mail/u/0/", "email", "Gmail")]
    [InlineData("android-app://com.google.android.gm/", "email", "Gmail")]
    [InlineData("https://outlook.live.com/", "email", "Outlook")]
    [InlineData("https://gemini.google.com/app", "ai", "Gemini")]
    [InlineData("https://chatgpt.com/", "ai", "ChatGPT")]
    [InlineData("https://chat.openai.com/c/1", "ai", "ChatGPT")]
    [InlineData("https://claude.ai/chat", "ai", "Claude")]
    [InlineData("https://www.perplexity.ai/search/x", "ai", "Perplexity")]
    [InlineData("https://copilot.microsoft.com/", "ai", "Copilot")]
    [InlineData("https://l.facebook.com/l.php?u=x", "social", "Facebook")]
    [InlineData("https://t.co/abc", "social", "X")]
    [InlineData("https://news.ycombinator.com/item?id=1", "social", "Hacker News")]
    [InlineData("https://old.reddit.com/r/x", "social", "Reddit")]
    [InlineData("https://github.com/acme/app", "site", "GitHub")]
    [InlineData("https://docs.google.com/document/d/1", "site", "Google Workspace")]
    [InlineData("https://someones.blog.example/post", "site", "someones.blog.example")]
    [InlineData("https://notgoogle.com/", "site", "notgoogle.com")]
    [InlineData("https://google.evil.example/", "site", "google.evil.example")]
    [InlineData("https://chatgpt.com.evil.example/", "site", "chatgpt.com.evil.example")]
    [InlineData("https://www.shop.example/a", "internal", "shop.example")]
    [InlineData("https://blog.shop.example/a", "internal", "shop.example")]
    [InlineData("shop.example/a", "internal", "shop.example")]
    [InlineData("", "direct", "Direct")]
    [InlineData(null, "direct", "Direct")]
    [InlineData("about:blank", "direct", "Direct")]
    [InlineData("not a url at all", "direct", "Direct")]
    public void A_referrer_has_a_class_and_a_name(string? referrer, string kind, string name) =>
        ReferrerClass.Of(referrer, "https://shop.example/pricing").ShouldBe(new Referral(kind, name));

    [Fact]
    public void Neighbours_on_a_shared_host_are_strangers()
    {
        ReferrerClass.Of("https://a.github.io/", "https://b.github.io/").Class.ShouldBe("site");
        ReferrerClass.Of("https://www.a.co.uk/", "https://b.co.uk/").Class.ShouldBe("site");
        ReferrerClass.Of("https://docs.a.co.uk/", "https://www.a.co.uk/").Class.ShouldBe("internal");
        ReferrerClass.Of("http://10.0.0.1/", "http://11.0.0.1/").Class.ShouldBe("site");
    }

    [Theory]
    [InlineData(null, null, null, "", "direct")]
    [InlineData(null, null, "https://www.bing.com/", "", "search")]
    [InlineData(null, null, "https://www.bing.com/", "msclkid", "paid_search")]
    [InlineData(null, null, null, "gclid", "paid_search")]
    [InlineData(null, null, "https://l.facebook.com/", "fbclid", "social")]
    [InlineData(null, null, "https://www.tiktok.com/", "ttclid", "paid_social")]
    [InlineData("google", "cpc", "https://www.google.com/", "gclid", "paid_search")]
    [InlineData("facebook", "paid-social", null, "fbclid", "paid_social")]
    [InlineData("fb", "cpc", null, "", "paid_social")]
    [InlineData("someone", "cpc", null, "", "paid_other")]
    [InlineData("newsletter", null, null, "", "email")]
    [InlineData("weekly", "email", "https://mail.google.com/", "", "email")]
    [InlineData("chatgpt.com", null, null, "", "ai")]
    [InlineData(null, null, "https://claude.ai/", "", "ai")]
    [InlineData("linkedin", "social", null, "", "social")]
    [InlineData("reddit", null, null, "", "social")]
    [InlineData("hackernews", null, null, "", "social")]
    [InlineData("partner-x", "affiliate", null, "", "affiliate")]
    [InlineData("adroll", "display", null, "", "display")]
    [InlineData("conference", null, "https://other.example/", "", "campaign")]
    [InlineData("so", null, null, "", "campaign")]
    [InlineData("android", null, null, "", "campaign")]
    [InlineData(null, null, "https://other.example/", "", "referral")]
    [InlineData(null, null, "https://blog.shop.example/", "", "internal")]
    public void A_visit_has_a_channel(string? source, string? medium, string? referrer, string click, string channel)
    {
        var visit = new Visit("https://shop.example/", referrer, source, medium);
        Channel.Of(visit, click.Length == 0 ? null : [click]).ShouldBe(channel);
        Channel.All.ShouldContain(channel);
    }
}
