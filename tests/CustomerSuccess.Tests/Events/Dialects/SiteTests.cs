using System.Net;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Events.Dialects;
using CustomerSuccess.Events.Visits;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>What each message of Plausible's and Umami's clients becomes.</summary>
public sealed class SiteTests
{
    private static readonly Arrival Noon = new(new DateTime(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc), Agent: "Mozilla/5.0 Firefox/140.0", Visitor: "d_today");

    [Theory]
    [InlineData("""{"n":"pageview","u":"https://acme.example/"}""", "page_view", "{}")]
    [InlineData("""{"name":"pageview","url":"https://acme.example/","domain":"acme.example","props":{"a":"b"}}""", "page_view", """{"a":"b"}""")]
    [InlineData("""{"n":"engagement","u":"https://acme.example/","sd":72,"e":12345}""", "page_leave", """{"seconds":12.3,"scroll":72}""")]
    [InlineData("""{"n":"engagement","u":"https://acme.example/","sd":255,"e":-1}""", "page_leave", "{}")]
    [InlineData("""{"n":"Outbound Link: Click","p":{"url":"https://else.example/"}}""", "outbound_click", """{"url":"https://else.example/"}""")]
    [InlineData("""{"n":"File Download","p":"{\"url\":\"https://acme.example/a.pdf\"}"}""", "file_download", """{"url":"https://acme.example/a.pdf","event_name":"File Download"}""")]
    [InlineData("""{"n":"Purchase","p":{},"$":{"amount":"12.50","currency":"EUR"},"i":false}""", "purchase", """{"revenue":{"amount":"12.50","currency":"EUR"},"interactive":false,"event_name":"Purchase"}""")]
    [InlineData("""{"n":"x","p":"no JSON"}""", "x", "{}")]
    [InlineData("""{"n":"identify","uid":"u","p":{"plan":"pro"}}""", "identify", """{"plan":"pro"}""")]
    [InlineData("""{"n":"identify"}""", "plausible_identify", """{"event_name":"identify"}""")]
    public void Plausibles_events_become_ours(string message, string type, string properties)
    {
        var e = Plausible.Read(JsonElement.Parse(message), Noon).Event.ShouldNotBeNull();
        (e.Type, e.Properties, e.Source, e.VisitorId).ShouldBe((type, properties, "plausible", "d_today"));
    }

    [Fact]
    public void Our_own_script_says_more()
    {
        var e = Plausible.Read(JsonElement.Parse("""{"n":"Trial started","u":"https://acme.example/app#/one","h":1,"r":"https://search.example/","id":"m1","ts":1795172400000,"uid":"u","gid":"acme"}"""), Noon).Event!;
        // The account it names is nobody's word.
        (e.Source, e.Id, e.PersonId, e.GroupId, e.OccurredAt.ToString("s")).ShouldBe(("script", "m1", "u", null, "2026-11-20T11:00:00"));
        e.Visit.ShouldBe(new Visit("https://acme.example/app#/one", "https://search.example/"));
    }

    [Theory]
    [InlineData("""{"type":"event","payload":{"website":"w","url":"/a?utm_source=news","hostname":"acme.example","title":"A","referrer":"https://search.example/"}}""", "page_view", """{"title":"A"}""")]
    [InlineData("""{"type":"event","payload":{"website":"w","url":"/a","hostname":"acme.example","name":"Sign up","data":{"plan":"pro"},"tag":"b"}}""", "sign_up", """{"plan":"pro","tag":"b","event_name":"Sign up"}""")]
    [InlineData("""{"type":"identify","payload":{"website":"w","id":"u","title":"A","data":{"plan":"pro"}}}""", "identify", """{"plan":"pro"}""")]
    public void Umamis_events_become_ours(string message, string type, string properties)
    {
        var e = Umami.Read(JsonElement.Parse(message), Noon, "s1", "https://acme.example").Event.ShouldNotBeNull();
        (e.Type, e.Properties, e.Source, e.VisitorId, e.SessionId).ShouldBe((type, properties, "umami", "d_today", "s1"));
        if (type == "page_view") e.Visit.ShouldBe(new Visit("https://acme.example/a?utm_source=news", "https://search.example/", "news"));
        if (type == "identify") e.PersonId.ShouldBe("u");
    }

    [Theory]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", true)]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36", true)]
    [InlineData("curl/8.5.0", true)]
    [InlineData("python-requests/2.32", true)]
    [InlineData("facebookexternalhit/1.1", true)]
    [InlineData("Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)", true)]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", false)]
    [InlineData("Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", false)]
    [InlineData("Mozilla/5.0 Umami/v22.0.0", false)]
    [InlineData("", false)]
    public void Programs_are_marked(string agent, bool bot)
    {
        var e = Plausible.Read(JsonElement.Parse("""{"n":"pageview"}"""), Noon with { Agent = agent }).Event!;
        e.Properties.ShouldBe(bot ? """{"bot":true}""" : "{}");
    }

    [Fact]
    public void The_libraries_of_servers_are_no_bots_when_they_deliver_a_servers_events() =>
        (Bots.Visits("axios/1.7"), Bots.Visits("python-requests/2.32"), Bots.Visits("analytics-node/3.1.0")).ShouldBe((false, false, false));

    [Fact]
    public void A_visitor_is_the_same_for_a_day_on_one_site_and_nobody_elsewhere()
    {
        var (today, tomorrow, here) = (new byte[32], new byte[] { 1 }, IPAddress.Parse("203.0.113.9"));
        var one = DailyVisitors.Id(today, "acme.example", here, "Firefox");
        one.ShouldMatch("^d_[0-9a-f]{24}$");
        DailyVisitors.Id(today, "acme.example", here, "Firefox").ShouldBe(one);
        new[]
        {
            DailyVisitors.Id(tomorrow, "acme.example", here, "Firefox"), DailyVisitors.Id(today, "shop.example", here, "Firefox"),
            DailyVisitors.Id(today, "acme.example", IPAddress.Parse("203.0.113.10"), "Firefox"), DailyVisitors.Id(today, "acme.example", here, "Chrome"),
        }.ShouldNotContain(one);
    }

    [Fact]
    public void A_visit_lasts_until_half_an_hour_of_silence_and_cannot_be_made_up()
    {
        var (salt, noon) = (new byte[32], Noon.At.AddMinutes(50));
        var first = SiteDoors.Visit(salt, "d_1", "", noon);
        first.sessionId.ShouldNotContain("d_1");
        first.sessionId.ShouldBe(SiteDoors.Visit(salt, "d_1", "", noon.AddHours(2)).sessionId);
        SiteDoors.Visit(salt, "d_1", "", noon.AddMinutes(5)).visitId.ShouldBe(first.visitId);
        var second = SiteDoors.Visit(salt, "d_1", first.cache, noon.AddMinutes(20));
        second.visitId.ShouldBe(first.visitId);
        SiteDoors.Visit(salt, "d_1", second.cache, noon.AddMinutes(45)).visitId.ShouldBe(first.visitId);
        SiteDoors.Visit(salt, "d_1", second.cache, noon.AddMinutes(51)).visitId.ShouldNotBe(first.visitId);
        SiteDoors.Visit(salt, "d_2", second.cache, noon.AddMinutes(21)).visitId.ShouldNotBe(first.visitId);
        foreach (var cache in new[] { "a.b.c", "mine." + second.cache.Split('.')[1] + "." + second.cache.Split('.')[2], "..", "null", second.cache + "0" })
            SiteDoors.Visit(salt, "d_1", cache, noon.AddMinutes(20)).visitId.ShouldNotBe("mine");
    }
}
