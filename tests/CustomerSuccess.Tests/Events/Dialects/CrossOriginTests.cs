using System.Net;
using System.Text;
using CustomerSuccess.Tests.Access;
using Npgsql;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>What browsers on other sites ask before they send, and that nothing that passes by is taken for a no.</summary>
public sealed class CrossOriginTests
{
    private static readonly string[] Paths =
    [
        "/v1/t", "/v1/track", "/v1/batch", "/v1/b", "/v1/projects/wk_x/settings", "/sourceConfig/?writeKey=x", "/beacon/v1/batch", "/batch/", "/e/", "/i/v0/e/", "/s/", "/capture/", "/flags/?v=2", "/decide/?v=3",
        "/array/wk_x/config", "/array/wk_x/config.js", "/i/v1/analytics/events", "/flags/definitions", "/api/event", "/api/send", "/api/batch", "/api/s/track", "/api/s/s2s/track", "/track", "/import",
    ];

    [Fact]
    public async Task A_preflight_is_answered_whatever_it_asks()
    {
        await using var house = await House.Open();
        foreach (var path in Paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, path)
            {
                Headers = { { "Origin", "https://shop.example" }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "content-type,x-of-tomorrow" } },
            };
            var answer = await house.Http.SendAsync(request);
            ((int)answer.StatusCode).ShouldBe(204, path);
            One(answer, "Access-Control-Allow-Origin").ShouldBe("https://shop.example");
            One(answer, "Access-Control-Allow-Credentials").ShouldBe("true");
            One(answer, "Access-Control-Max-Age").ShouldBe("7200");
            One(answer, "Vary").ShouldBe("Origin");
            var headers = One(answer, "Access-Control-Allow-Headers");
            foreach (var name in new[] { "authorization", "content-type", "x-retry-count", "x-write-key", "x-umami-cache", "anonymousid", "sentat", "x-ip-policy", "x-enable-debug", "x-of-tomorrow" })
                headers.ShouldContain(name);
        }

        // Nobody else's pages are answered elsewhere.
        using var other = new HttpRequestMessage(HttpMethod.Options, "/api/v1/events") { Headers = { { "Origin", "https://shop.example" }, { "Access-Control-Request-Method", "POST" } } };
        (await house.Http.SendAsync(other)).Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Fact]
    public async Task A_beacon_with_the_cookie_of_a_colleague_is_taken_and_does_nothing_in_their_name()
    {
        await using var house = await House.Open();
        var key = await Clients.WriteKey(house, "segment");
        var alice = await house.As(Cast.Alice);
        foreach (var site in new[] { "cross-site", "same-site" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/t")
            {
                Headers = { { "Origin", "https://shop.example" }, { "Sec-Fetch-Site", site } },
                Content = new StringContent($$"""{"type":"track","event":"x","userId":"u","writeKey":"{{key}}"}""", Encoding.UTF8, "text/plain"),
            };
            var answer = await alice.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            One(answer, "Access-Control-Allow-Origin").ShouldBe("https://shop.example");
            One(answer, "Cross-Origin-Resource-Policy").ShouldBe("cross-origin");
        }

        // A session is no key.
        (await alice.PostAsync("/v1/t", new StringContent("""{"type":"track","event":"x","userId":"u"}"""))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_page_can_read_that_its_key_is_wrong_and_another_site_is_told_nothing()
    {
        await using var house = await House.Open();
        var key = await Clients.WriteKey(house, "posthog", "--origin", "https://app.example.com");
        var right = await Send(key, "https://app.example.com");
        (right.StatusCode, right.Headers.Contains("Access-Control-Allow-Origin")).ShouldBe((HttpStatusCode.OK, true));
        var foreign = await Send(key, "https://evil.example");
        (foreign.StatusCode, foreign.Headers.Contains("Access-Control-Allow-Origin")).ShouldBe((HttpStatusCode.Forbidden, false));
        var server = await Send(key, null);
        server.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var wrong = await Send("wk_aaaaaaaaaaaaaaaaaaaaaaaa", "https://app.example.com");
        (wrong.StatusCode, wrong.Headers.Contains("Access-Control-Allow-Origin")).ShouldBe((HttpStatusCode.Unauthorized, true));

        async Task<HttpResponseMessage> Send(string with, string? origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/e/") { Content = new StringContent($$"""{"api_key":"{{with}}","event":"x","distinct_id":"u"}""") };
            if (origin is not null) request.Headers.Add("Origin", origin);
            return await house.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task Without_the_database_every_door_says_come_again()
    {
        await using var house = await House.Open();
        var (known, unknown) = (await Clients.WriteKey(house, "segment"), "wk_aaaaaaaaaaaaaaaaaaaaaaaa");
        // Known to this process before the database goes.
        (await Post(house, "/v1/track", """{"event":"x","userId":"u"}""", known)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var (server, name) = (await TestServer.Running, new NpgsqlConnectionStringBuilder(house.ConnectionString).Database!);
        await server.Run($"alter database {name} allow_connections false");
        await server.Run($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        foreach (var key in new[] { known, unknown })
        {
            foreach (var door in DialectCases.Doors(key))
            {
                var answer = await Post(house, door.Path, door.Alone(door.Good("away")), key);
                ((int)answer.StatusCode).ShouldBe(503, $"{door} {key} {await answer.Content.ReadAsStringAsync()}");
                int.Parse(One(answer, "Retry-After")).ShouldBeInRange(1, 60);
                One(answer, "Access-Control-Allow-Origin").ShouldBe("https://shop.example");
            }
        }

        // A preflight above all: without it a browser sends nothing later either.
        using (var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/t") { Headers = { { "Origin", "https://shop.example" } } })
            (await house.Http.SendAsync(preflight)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        // What needs no database works without: pages start, and keep their events until it is back.
        foreach (var path in new[] { "/v1/projects/wk_x/settings", "/sourceConfig/", "/array/wk_x/config", "/array/wk_x/config.js" })
            (await house.Http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK, path);
        (await Post(house, "/flags/?v=2", "{}", known)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<HttpResponseMessage> Post(House house, string path, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) };
        request.Headers.Add("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        request.Headers.Add("Origin", "https://shop.example");
        return await house.Http.SendAsync(request);
    }

    private static string One(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
}
