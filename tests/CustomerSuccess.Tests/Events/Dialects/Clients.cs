using System.Collections.Concurrent;
using System.Diagnostics;
using Dapper;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>What the tests with real clients share: running Node in the folder the clients are installed in, and counting.</summary>
public static class Clients
{
    private static readonly Lazy<Task<string>> Built = new(async () =>
    {
        var folder = Directory.CreateTempSubdirectory("cs-clients-").FullName;
        await Node(new Dictionary<string, string>(StringComparer.Ordinal), "browser/build.js", folder);
        return folder;
    });

    /// <summary>The folder with one script a client, as pages load them; bundled once a run.</summary>
    public static Task<string> Bundles => Built.Value;

    /// <summary>Run a script to its end; answers with the lines it printed.</summary>
    public static async Task<IReadOnlyCollection<string>> Node(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "clients"),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
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

        node.ExitCode.ShouldBe(0, $"{arguments[0]}: {string.Join('\n', errors)}");
        return output;
    }

    /// <summary>A new source's write key.</summary>
    public static async Task<string> WriteKey(House house, string kind, params string[] more)
    {
        var made = await house.Cli(["source", "add", "--name", "Test", "--kind", kind, "--json", .. more]);
        made.Code.ShouldBe(0, made.Error);
        return made.Json.GetProperty("write_key").GetString()!;
    }

    /// <summary>How many of each type were sent and are not stored, or stored and were not sent.</summary>
    public static async Task<IReadOnlyList<string>> Missing(House house, string source, IReadOnlyDictionary<string, long> told)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        var stored = (await connection.QueryAsync<(string Type, long Count)>("select type, count(*) from events where source = @source and subject like '~%' group by type", new { source }))
            .ToDictionary(row => row.Type, row => row.Count, StringComparer.Ordinal);
        return [.. told.Keys.Union(stored.Keys).Where(type => told.GetValueOrDefault(type) != stored.GetValueOrDefault(type))
            .Select(type => $"{type}: {told.GetValueOrDefault(type)} sent, {stored.GetValueOrDefault(type)} stored")];
    }

    /// <summary>What was refused, and why, for the message of a test that fails.</summary>
    public static async Task<string> Refused(House house)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return string.Join('\n', await connection.QueryAsync<string>("select source || ' ' || id || ': ' || reason from receipts where verdict <> 'duplicate'"));
    }
}
