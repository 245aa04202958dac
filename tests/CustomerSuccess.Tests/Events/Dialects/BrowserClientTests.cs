using System.Collections.Concurrent;
using CustomerSuccess.Tests.Events.Tracker;
using Dapper;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>The real clients of other tools in a real Chromium, on a page of another origin: what is sent is what is stored, once.</summary>
public sealed class BrowserClientTests
{
    private const int Count = 10;
    private const string Site = "b1f0f1b8-3c53-4c5f-9a76-3d6f3f3ad1aa";

    [Theory]
    [InlineData("segment", "segment")]
    [InlineData("segment", "segment", "batch")]
    [InlineData("segment-old", "segment")]
    [InlineData("rudder", "rudder")]
    [InlineData("rudder", "rudder", "batch")]
    [InlineData("rudder", "rudder", "beacon", 0)]
    [InlineData("posthog", "posthog")]
    [InlineData("posthog-old", "posthog")]
    [InlineData("plausible", "plausible", "", 0)]
    [InlineData("plausible-old", "plausible", "", 0)]
    [InlineData("umami", "umami", "", 0)]
    [InlineData("jitsu", "jitsu", "", 0)]
    public async Task What_a_page_sends_is_stored_once_although_answers_are_lost(string client, string source, string mode = "", int lose = 4)
    {
        // Those that never send again are not tried.
        var flaky = new Flaky(Math.Max(1, lose)) { On = lose > 0 };
        await using var house = await House.Open(services => services.AddSingleton<IStartupFilter>(flaky));
        await using var shop = await Shop.Open(client);
        var key = source is "plausible" or "umami" ? Site : await Clients.WriteKey(house, source, "--origin", shop.Url);
        var page = await Surfer.Open();
        var said = new ConcurrentQueue<string>();
        page.Console += (_, message) => said.Enqueue(message.Text);
        page.PageError += (_, error) => said.Enqueue(error);

        await page.GotoAsync(shop.Url + "/?utm_source=news#top");
        var told = await page.EvaluateAsync<Dictionary<string, long>>("all => window.start(...all)", new object[] { house.Url, key, Count, mode });
        var before = told.Where(call => call.Key is not ("left" or "page_leave" or "outbound_click")).ToDictionary();
        await Until(house, source, before);
        flaky.On = false;
        await page.EvaluateAsync("() => window.last()");
        await page.GotoAsync(shop.Url + "/left");
        var missing = await Until(house, source, told);
        missing.ShouldBe([], $"{string.Join('\n', flaky.Log)}\n{string.Join('\n', said)}\n{await Clients.Refused(house)}");
        if (lose > 0) flaky.Lost.ShouldBeGreaterThan(0);
        await Resolved(house, source);
        await page.CloseAsync();
    }

    [Fact]
    public async Task A_page_the_key_is_not_for_sends_nothing_and_is_told_nothing()
    {
        await using var house = await House.Open();
        await using var shop = await Shop.Open("posthog-old");
        var key = await Clients.WriteKey(house, "posthog", "--origin", "https://else.example");
        var page = await Surfer.Open();
        await page.GotoAsync(shop.Url);
        var answer = await page.EvaluateAsync<string>(
            "async ([address, body]) => { try { return 'status ' + (await fetch(address + '/e/', { method: 'POST', body })).status } catch { return 'nothing' } }",
            new object[] { house.Url, $$"""{"api_key":"{{key}}","event":"x","distinct_id":"u"}""" });
        answer.ShouldBe("nothing");
        await using var connection = await house.Db.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from events")).ShouldBe(0);
        await page.CloseAsync();
    }

    private static async Task<IReadOnlyList<string>> Until(House house, string source, IReadOnlyDictionary<string, long> told)
    {
        return await Wait.For(Missing, missing => missing.Count == 0);

        async Task<IReadOnlyList<string>> Missing() => [.. (await Clients.Missing(house, source, told)).Where(one => !one.StartsWith("page_leave: 0", StringComparison.Ordinal))];
    }

    private static async Task Resolved(House house, string source)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<string>("select utm_source from events where type = 'page_view' limit 1")).ShouldBe("news");
        (await connection.ExecuteScalarAsync<string>("select url from events where type = 'page_view' limit 1"))!.ShouldEndWith("/?utm_source=news");
        (await connection.QueryAsync<string>("select e::text from events e where properties ? 'bot' or visitor_id is null and person_id is null")).ShouldBe([]);
        // Nobody is known before he says who he is.
        (await connection.ExecuteScalarAsync<long>("select count(*) from events where type = 'button_clicked' and person_id is not null")).ShouldBe(0);
        (await connection.ExecuteScalarAsync<long>("select count(distinct visitor_id) from events where type = 'button_clicked'")).ShouldBe(1);
        if (source is "plausible" or "umami") return;
        (await connection.ExecuteScalarAsync<long>("select count(*) from events where type = 'report_created' and person_id = 'user-1'")).ShouldBe(Count);
        (await connection.QuerySingleAsync<(string, string)>("select person_id, properties->>'email' from events where type = 'identify'")).ShouldBe(("user-1", "ann@acme.example"));
        (await connection.ExecuteScalarAsync<bool>("select visitor_id = (select min(visitor_id) from events where type = 'button_clicked') from events where type = 'identify'")).ShouldBeTrue();
        (await connection.QuerySingleAsync<(string, string)>("select group_id, properties->>'name' from events where type = 'group'")).ShouldBe(("acme", "Acme"));
        if (source == "posthog") (await connection.ExecuteScalarAsync<long>("select count(*) from events where type = 'report_created' and group_id = 'acme'")).ShouldBe(Count);
    }
}
