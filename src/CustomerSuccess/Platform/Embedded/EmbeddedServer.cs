using Npgsql;

namespace CustomerSuccess.Platform.Embedded;

/// <summary>
/// The private PostgreSQL of one data folder, shared by every process that joined it: the first one starts it, the last one
/// out stops it, also when killed. Joining takes about 0.2 s when it must be started, nothing noticeable when it runs.
/// </summary>
public sealed class EmbeddedServer : IAsyncDisposable
{
    public const string DatabaseName = "customer_success";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string root;
    private readonly IReadOnlyList<string> options;
    private readonly Action<string> say;
    private readonly CancellationTokenSource leaving = new();
    private DataFolder folder;
    private AlivePipe hold;
    private Task watch = Task.CompletedTask;

    private EmbeddedServer(string root, IReadOnlyList<string> options, Action<string> say, DataFolder folder, AlivePipe hold) =>
        (this.root, this.options, this.say, this.folder, this.hold) = (root, options, say, folder, hold);

    /// <summary>How to connect; the same for as long as the folder exists, over restarts of the server.</summary>
    public string ConnectionString => Connection(folder, DatabaseName);

    public DataFolder Folder => folder;

    /// <summary>Start the server of this folder, or join it. Options are further settings of postgres ("fsync=off" in tests).</summary>
    public static async Task<EmbeddedServer> Join(
        string root, CancellationToken ct, Action<string>? say = null, IReadOnlyList<string>? options = null)
    {
        var tell = say ?? (_ => { });
        root = Path.GetFullPath(root);
        var (where, held) = await Hold(root, options ?? [], tell, ct);
        var server = new EmbeddedServer(root, options ?? [], tell, where, held);
        server.watch = server.Watch();
        return server;
    }

    /// <summary>Let go; the server stops when no other process holds it.</summary>
    public async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync();
        await watch;
        hold.Dispose();
        leaving.Dispose();
    }

    // The script brings back a postgres that died. When the script itself is gone, somebody here must start both again.
    private async Task Watch()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        var said = "";
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(leaving.Token)) return;
                if (!hold.Broken) continue;
                var (again, held) = await Hold(root, options, say, leaving.Token);
                hold.Dispose();
                (folder, hold, said) = (again, held, "");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error) when (error is Trouble or IOException or NpgsqlException)
            {
                if (said != error.Message) say($"The database does not start, trying again: {error.Message}");
                said = error.Message;
            }
        }
    }

    private static async Task<(DataFolder Folder, AlivePipe Hold)> Hold(
        string root, IReadOnlyList<string> options, Action<string> say, CancellationToken ct)
    {
        var where = DataFolder.Prepare(root);
        for (var attempt = 1; ; attempt++)
        {
            var held = AlivePipe.TryOpen(where.Pipe);
            if (held is null)
            {
                using var mine = await StartLock(root, ct);
                held = AlivePipe.TryOpen(where.Pipe) ?? await Launch.Server(where, options, say, ct);
            }

            if (await Accepts(where, held, ct)) return (where, held);
            held.Dispose();

            // It went down between our look and our knock, or a dead predecessor's children still hold its memory.
            var reason = Launch.LastWords(where);
            if (attempt >= 3 && (attempt >= 40 || !Launch.Passing(reason))) throw Launch.Explain(where, reason);
            await Task.Delay(Pause * Math.Min(attempt, 10), ct);
        }
    }

    private static async Task<FileStream> StartLock(string root, CancellationToken ct)
    {
        var path = Path.Combine(root, "start.lock");
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                // FileShare.None is flock(LOCK_EX) here; the kernel drops it with the process.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException error)
            {
                throw DataFolder.Unusable(root, error);
            }
            catch (IOException error) when (error.Message.Contains("No space left", StringComparison.Ordinal))
            {
                throw DataFolder.Unusable(root, error);
            }
            catch (IOException) when (clock.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, ct);
            }
        }
    }

    // True when it takes connections; false when it went away. Recovery after a crash may take as long as it takes.
    private static async Task<bool> Accepts(DataFolder where, AlivePipe held, CancellationToken ct)
    {
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        while (true)
        {
            if (held.Broken) return false;
            try
            {
                await using var connection = new NpgsqlConnection(Connection(where, DatabaseName) + ";Pooling=false");
                await connection.OpenAsync(ct);
                return !held.Broken;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
            {
                await CreateDatabase(where, ct);
            }
            catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown)
            {
                await Task.Delay(Pause, ct);
            }
            catch (NpgsqlException)
            {
                if (clock.GetElapsedTime(began) > Patience) throw Launch.Explain(where, Launch.LastWords(where));
                await Task.Delay(Pause, ct);
            }
        }
    }

    private static async Task CreateDatabase(DataFolder where, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(Connection(where, "postgres") + ";Pooling=false");
        await connection.OpenAsync(ct);
        await using var create = new NpgsqlCommand($"create database {DatabaseName}", connection);
        try
        {
            await create.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process was first.
        }
    }

    private static string Connection(DataFolder where, string database) =>
        new NpgsqlConnectionStringBuilder { Host = where.SocketFolder, Username = "postgres", Database = database, GssEncryptionMode = GssEncryptionMode.Disable }
            .ConnectionString;
}
