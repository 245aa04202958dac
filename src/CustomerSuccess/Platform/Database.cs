using CustomerSuccess.Platform.Embedded;
using Npgsql;

namespace CustomerSuccess.Platform;

/// <summary>The open database of this process: the private server or the one that CS_DATABASE names, migrated and ready.</summary>
public sealed class Database : IAsyncDisposable
{
    public const int OldestServer = 15;

    private readonly EmbeddedServer? server;

    private Database(NpgsqlDataSource source, EmbeddedServer? server) => (Source, this.server) = (source, server);

    public NpgsqlDataSource Source { get; }

    /// <summary>
    /// Start or join the server, check its version, bring the schema up to date. A web server's statements end after 30 s;
    /// a command (patient) may take as long as it needs.
    /// </summary>
    public static async Task<Database> Open(Settings settings, bool patient, Action<string> say, CancellationToken ct)
    {
        if (settings.Database.Length > 0) return new Database(await Connect(settings.Database, patient, ct), null);

        var joined = await EmbeddedServer.Join(settings.Data, ct, say);
        try
        {
            return new Database(await Connect(joined.ConnectionString, patient, ct), joined);
        }
        catch
        {
            await joined.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connections lent for a while, then the hold on the private server.</summary>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (server is not null) await server.DisposeAsync();
    }

    /// <summary>A pool of 30: PostgreSQL on few cores answers slower, not faster, with more (measured: p99 2.6 s with 100, 0.25 s with 30).</summary>
    internal static NpgsqlDataSource Pool(string connectionString, bool patient)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // ShouldSerialize is true for what the string names; ContainsKey is true for every keyword there is.
        if (!settings.ShouldSerialize("Maximum Pool Size")) settings.MaxPoolSize = 30;
        if (!settings.ShouldSerialize("GSS Encryption Mode")) settings.GssEncryptionMode = GssEncryptionMode.Disable;
        if (!settings.ShouldSerialize("Application Name")) settings.ApplicationName = "customer-success";
        // The ingest statement takes longer to plan than to run: planned once a connection instead.
        if (!settings.ShouldSerialize("Max Auto Prepare")) settings.MaxAutoPrepare = 80;
        if (!settings.ShouldSerialize("Auto Prepare Min Usages")) settings.AutoPrepareMinUsages = 2;
        if (!settings.ShouldSerialize("Timeout")) settings.Timeout = 5;
        if (!settings.ShouldSerialize("Command Timeout")) settings.CommandTimeout = patient ? 0 : 40;
        if (!settings.ShouldSerialize("Options"))
        {
            settings.Options = patient
                ? "-c lock_timeout=30s -c idle_in_transaction_session_timeout=10min"
                : "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s";
        }

        DapperSetup.Once();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(SlowQueries.Tap).Build();
    }

    private static async Task<NpgsqlDataSource> Connect(string connectionString, bool patient, CancellationToken ct)
    {
        NpgsqlDataSource source;
        try
        {
            source = Pool(connectionString, patient);
        }
        catch (ArgumentException error)
        {
            throw new Trouble($"CS_DATABASE is no connection string: {error.Message}",
                "Write it like this: CS_DATABASE='Host=db;Database=cs;Username=cs;Password=…'", error);
        }

        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            if (connection.PostgreSqlVersion.Major < OldestServer)
            {
                throw new Trouble($"The server is PostgreSQL {connection.PostgreSqlVersion}; {OldestServer} is the oldest that works.",
                    $"Upgrade it, or name another with CS_DATABASE.");
            }

            await Migrator.Migrate(connection, ct);
            return source;
        }
        catch (Exception error)
        {
            await source.DisposeAsync();
            if (error is NpgsqlException and not PostgresException || error is PostgresException { SqlState: ['2', '8' or '3' or '8', ..] or ['3', 'D', ..] })
            {
                throw new Trouble($"The database cannot be reached: {error.Message}", "Check CS_DATABASE, and that the server runs and lets this user in.", error);
            }

            throw;
        }
    }
}
