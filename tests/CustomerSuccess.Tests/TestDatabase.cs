using System.Globalization;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Embedded;
using CustomerSuccess.Tests;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServer))]

namespace CustomerSuccess.Tests;

/// <summary>
/// An empty, migrated database of one's own: a clone of a template on the one server of the whole run. That server is a
/// private one, or the one CS_TEST_DATABASE names (a user that may create databases).
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static int made;

    private readonly string name;

    private TestDatabase(string name, string connectionString)
    {
        this.name = name;
        ConnectionString = connectionString;
        Source = Database.Pool(connectionString, patient: true);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public static async Task<TestDatabase> Clone() => await From((await TestServer.Running).Template);

    /// <summary>One without any table, for tests of the migrations themselves.</summary>
    public static Task<TestDatabase> Empty() => From("template1");

    private static async Task<TestDatabase> From(string template)
    {
        var server = await TestServer.Running;
        var fresh = string.Create(CultureInfo.InvariantCulture, $"{server.Prefix}_{Interlocked.Increment(ref made)}");
        await server.Run($"create database {fresh} template {template}");
        return new TestDatabase(fresh, server.ConnectionTo(fresh));
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        (await TestServer.Running).Drop(name);
    }
}

/// <summary>The server of the run: started when the first test asks, stopped and removed after the last.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private static readonly Lazy<Task<TestServer>> Started = new(Start);

    private readonly SemaphoreSlim oneAtATime = new(1);
    private Task drops = Task.CompletedTask;
    private string connectionString = "";
    private EmbeddedServer? own;
    private string? folder;

    public static Task<TestServer> Running => Started.Value;

    /// <summary>Makes our names on a shared server unlike those of another run.</summary>
    public string Prefix { get; } = string.Create(CultureInfo.InvariantCulture, $"cs_test_{Environment.ProcessId}");

    public string Template => Prefix + "_template";

    public string ConnectionTo(string database) => new NpgsqlConnectionStringBuilder(connectionString) { Database = database, MaxPoolSize = 20 }.ConnectionString;

    /// <summary>One statement as the server's owner. One at a time: a template may have one copier only.</summary>
    public async Task Run(string sql)
    {
        await oneAtATime.WaitAsync();
        try
        {
            await Execute(sql);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Behind the tests, one after the other; the end of the run waits for it.</summary>
    public void Drop(string database)
    {
        lock (oneAtATime) drops = After(drops);

        async Task After(Task before)
        {
            await before;
            await Execute($"drop database if exists {database} with (force)");
        }
    }

    private async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // xunit makes one to dispose of; the one that runs is behind Started.
        if (!Started.IsValueCreated || Running.IsFaulted) return;
        var server = await Running;
        await server.drops;
        await server.Run($"drop database if exists {server.Template} with (force)");
        NpgsqlConnection.ClearAllPools();
        if (server.own is null) return;
        await server.own.DisposeAsync();
        await Gone(server.own.Folder);
        Directory.Delete(server.folder!, recursive: true);
    }

    /// <summary>Wait until the private server of this folder has stopped.</summary>
    public static Task Gone(DataFolder where) => Wait.Until(() => !File.Exists(Path.Combine(where.Data, "postmaster.pid")), $"the end of the server in {where.Path}");

    private static async Task<TestServer> Start()
    {
        var server = new TestServer();
        if (Environment.GetEnvironmentVariable("CS_TEST_DATABASE") is { Length: > 0 } given)
        {
            server.connectionString = Plain(given);
        }
        else
        {
            SweepDeadRuns();
            server.folder = string.Create(CultureInfo.InvariantCulture, $"/tmp/cs-test-{Environment.ProcessId}");
            // A test's data need not survive the loss of power; everything else is as in production.
            server.own = await EmbeddedServer.Join(server.folder, default, options: ["fsync=off", "full_page_writes=off"]);
            server.connectionString = Plain(server.own.ConnectionString);
        }

        await server.Run($"create database {server.Template}");
        await using (var connection = new NpgsqlConnection(server.ConnectionTo(server.Template) + ";Pooling=false"))
        {
            await connection.OpenAsync();
            await Migrator.Migrate(connection, default);
        }

        return server;
    }

    private static string Plain(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { GssEncryptionMode = GssEncryptionMode.Disable }.ConnectionString;

    private static void SweepDeadRuns()
    {
        foreach (var left in Directory.EnumerateDirectories("/tmp", "cs-test-*"))
        {
            if (Directory.Exists("/proc/" + left["/tmp/cs-test-".Length..])) continue;
            try
            {
                Directory.Delete(left, recursive: true);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's.
            }
        }
    }
}
