using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>The real clients of other tools, as npm has them, sending from Node to this product: what is sent is what is stored, once.</summary>
public sealed class NodeClientTests
{
    private const int Count = 40;

    [Theory]
    [InlineData("segment", "segment")]
    [InlineData("segment-old", "segment")]
    [InlineData("rudder", "rudder")]
    [InlineData("posthog", "posthog")]
    [InlineData("posthog", "posthog", "POSTHOG_CAPTURE_MODE=v1")]
    public async Task What_a_client_sends_is_stored_once_although_every_other_answer_is_lost(string script, string source, string environment = "")
    {
        var flaky = new Flaky();
        await using var house = await House.Open(services => services.AddSingleton<IStartupFilter>(flaky));
        var key = await Clients.WriteKey(house, source);
        (await Clients.Missing(house, source, await Run(house, script, key, environment))).ShouldBe([], string.Join('\n', flaky.Log));
        flaky.Lost.ShouldBeGreaterThan(0);
        await using var connection = await house.Db.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from receipts where verdict = 'rejected'")).ShouldBe(0);
        (await connection.ExecuteScalarAsync<long>("select count(*) from receipts where verdict = 'duplicate'")).ShouldBeGreaterThan(0);
        await Resolved(house);
    }

    [Theory]
    [InlineData("umami", "umami", true)]
    [InlineData("jitsu", "jitsu", false)]
    public async Task Clients_that_never_send_again_lose_nothing_that_was_answered(string script, string source, bool site)
    {
        await using var house = await House.Open();
        var key = site ? "b1f0f1b8-3c53-4c5f-9a76-3d6f3f3ad1aa" : await Clients.WriteKey(house, source);
        (await Clients.Missing(house, source, await Run(house, script, key))).ShouldBe([]);
    }

    [Fact]
    public async Task An_ordinary_key_works_where_a_client_puts_its_own()
    {
        await using var house = await House.Open();
        (await Clients.Missing(house, "segment", await Run(house, "segment", await house.Key("ingest")))).ShouldBe([]);
        (await Clients.Missing(house, "posthog", await Run(house, "posthog", await house.Key("ingest")))).ShouldBe([]);
    }

    // Who did it and for whom is where the product looks for it.
    private static async Task Resolved(House house)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from events where type = 'report_created' and group_id = 'acme' and person_id like 'user-_' and subject = '~g:acme' and customer_id is null")).ShouldBe(Count);
        (await connection.ExecuteScalarAsync<long>("select count(*) from events where type = 'button_clicked' and (visitor_id not like 'visitor-_' or person_id is not null)")).ShouldBe(0);
        (await connection.ExecuteScalarAsync<string>("select properties->>'email' from events where type = 'identify'")).ShouldBe("ann@acme.example");
        (await connection.QuerySingleAsync<(string, string)>("select group_id, properties->>'name' from events where type = 'group'")).ShouldBe(("acme", "Acme"));
        (await connection.QuerySingleAsync<(string, string)>("select person_id, properties->>'previous_id' from events where type = 'alias'")).Item1.ShouldBe("user-1");
        (await connection.QueryFirstAsync<(string, string)>("select url, utm_source from events where type = 'page_view'")).ShouldBe(("https://acme.example/docs?utm_source=news", "news"));
        (await connection.ExecuteScalarAsync<long>("select count(*) from events where properties ? 'bot'")).ShouldBe(0);
    }

    private static async Task<IReadOnlyDictionary<string, long>> Run(House house, string script, string key, string environment = "")
    {
        var settings = environment.Split('=') is [var name, var value] ? new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value } : [];
        var output = await Clients.Node(settings, $"node/{script}.js", house.Url, key, $"{Count}");
        return JsonSerializer.Deserialize<Dictionary<string, long>>(output.Last(line => line.StartsWith('{')))!;
    }
}
