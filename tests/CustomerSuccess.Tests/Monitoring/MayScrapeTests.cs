using System.Net;
using CustomerSuccess.Monitoring;
using CustomerSuccess.Platform;
using Microsoft.Extensions.Configuration;

namespace CustomerSuccess.Tests.Monitoring;

public sealed class MayScrapeTests
{
    private const string Token = "a-token-of-the-tests";

    [Fact]
    public async Task Without_a_setting_only_programs_of_this_machine_that_ask_directly_may_read()
    {
        await using var house = await House.Open();
        (await Ask(house)).ShouldBe(HttpStatusCode.OK);
        foreach (var header in (string[])["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"]) (await Ask(house, (header, "203.0.113.9"))).ShouldBe(HttpStatusCode.Forbidden, header);
        (await Ask(house, ("Host", "metrics.attacker.example"))).ShouldBe(HttpStatusCode.Forbidden);
        (await Ask(house, ("Host", "localhost"))).ShouldBe(HttpStatusCode.OK);
        using var refused = await Scrape.Get(house, "text/plain", ("Via", "1.1 proxy"));
        (await refused.Content.ReadAsStringAsync()).ShouldContain("CS_METRICS_TOKEN");
    }

    [Theory]
    [InlineData("CS_PROXIES", "127.0.0.1")]
    [InlineData("CS_PUBLIC_URL", "https://success.example.com")]
    public async Task Where_a_proxy_stands_in_front_a_request_from_here_may_come_from_anywhere(string name, string value)
    {
        await using var house = await House.Open(null, (name, value));
        (await Ask(house)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task With_a_token_the_token_is_asked_for_wherever_the_request_comes_from()
    {
        await using var house = await House.Open(null, ("CS_METRICS_TOKEN", Token));
        using var none = await Scrape.Get(house, "text/plain");
        none.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        none.Headers.WwwAuthenticate.ToString().ShouldStartWith("Bearer");
        (await none.Content.ReadAsStringAsync()).ShouldContain("CS_METRICS_TOKEN");
        (await Ask(house, ("Authorization", "Bearer " + Token + "x"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await Ask(house, ("Authorization", "Basic " + Token))).ShouldBe(HttpStatusCode.Unauthorized);
        (await Ask(house, ("Authorization", "Bearer " + Token))).ShouldBe(HttpStatusCode.OK);
        (await Ask(house, ("Authorization", "bearer " + Token), ("X-Forwarded-For", "203.0.113.9"))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_of_their_own_serves_the_metrics_and_nothing_else()
    {
        var port = House.FreePort();
        await using var house = await House.Open(null, ("CS_METRICS_LISTEN", $"127.0.0.1:{port}"));
        using var own = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        (await own.GetStringAsync("/metrics")).ShouldContain("process_cpu_seconds_total");
        foreach (var path in (string[])["/", "/healthz", "/sign-in", "/metrics/track", "/api/v1/customers"])
            (await own.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        using var posted = await own.PostAsync("/metrics", null);
        posted.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var elsewhere = await Scrape.Get(house, "text/plain");
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await elsewhere.Content.ReadAsStringAsync()).ShouldContain("CS_METRICS_LISTEN");
        (await own.GetStringAsync("/metrics")).ShouldNotContain("route=\"unmatched\"");
    }

    [Theory]
    [InlineData("CS_METRICS_TOKEN", "short", "at least 16")]
    [InlineData("CS_METRICS_TOKEN", "a token with blanks in it", "without blanks")]
    [InlineData("CS_METRICS_LISTEN", "localhost", "no address and port")]
    [InlineData("CS_METRICS_LISTEN", "127.0.0.1", "no address and port")]
    [InlineData("CS_METRICS_AGE", "0", "CS_METRICS_AGE")]
    public void Settings_that_make_no_sense_are_refused_at_start(string name, string value, string says)
    {
        var trouble = Should.Throw<Trouble>(() => MetricsSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build()));
        trouble.Text.ShouldContain(says);
        trouble.Fix.ShouldNotBeEmpty();
    }

    private static async Task<HttpStatusCode> Ask(House house, params (string Name, string Value)[] headers)
    {
        using var answer = await Scrape.Get(house, "text/plain", headers);
        return answer.StatusCode;
    }
}
