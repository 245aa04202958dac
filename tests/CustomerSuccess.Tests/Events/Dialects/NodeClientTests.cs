using System.Collections.Concurrent;
using System.Diagnostics;
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
        var key = await WriteKey(house, source);
        (await Stored(house, source, await Run(house, script, key, environment))).ShouldBe([], string.Join('\n', flaky.Log));
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
        var key = site ? "b1f0f1b8-3c53-4c5f-9a76-3d6f3f3ad1aa" : await WriteKey(house, source);
        (await Stored(house, source, await Run(house, script, key))).ShouldBe([]);
    }

    [Fact]
    public async Task An_ordinary_key_works_where_a_client_puts_its_own()
    {
        await using var house = await House.Open();
        (await Stored(house, "segment", await Run(house, "segment", await house.Key("ingest")))).ShouldBe([]);
        (await Stored(house, "posthog", await Run(house, "posthog", await house.Key("ingest")))).ShouldBe([]);
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

    private static async Task<string> WriteKey(House house, string kind)
    {
        var made = await house.Cli("source", "add", "--name", "Test", "--kind", kind, "--json");
        made.Code.ShouldBe(0, made.Error);
        return made.Json.GetProperty("write_key").GetString()!;
    }

    /// <summary>How many of each type were sent and are not stored, or stored and were not sent.</summary>
    private static async Task<IEnumerable<string>> Stored(House house, string source, IReadOnlyDictionary<string, long> told)
    {
        var stored = await Stored(house, source);
        return told.Keys.Union(stored.Keys).Where(type => told.GetValueOrDefault(type) != stored.GetValueOrDefault(type))
            .Select(type => $"{type}: {told.GetValueOrDefault(type)} sent, {stored.GetValueOrDefault(type)} stored");
    }

    private static async Task<IReadOnlyDictionary<string, long>> Stored(House house, string source)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return (await connection.QueryAsync<(string Type, long Count)>("select type, count(*) from events where source = @source and customer_id is null group by type", new { source }))
            .ToDictionary(row => row.Type, row => row.Count, StringComparer.Ordinal);
    }

    private static async Task<IReadOnlyDictionary<string, long>> Run(House house, string script, string key, string environment = "")
    {
        var start = new ProcessStartInfo("node", [$"node/{script}.js", house.Url, key, $"{Count}"])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "clients"),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (environment.Split('=') is [var name, var value]) start.Environment[name] = value;
        using var node = Process.Start(start)!;
        var (output, errors) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        node.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        node.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        node.BeginOutputReadLine();
        node.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            await node.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
        }

        node.ExitCode.ShouldBe(0, $"{script}: {string.Join('\n', errors)}");
        return JsonSerializer.Deserialize<Dictionary<string, long>>(output.Last(line => line.StartsWith('{')))!;
    }
}
