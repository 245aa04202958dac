using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CustomerSuccess.Cli;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CustomerSuccess.Tests;

/// <summary>What a command printed and how it ended.</summary>
public sealed record CliResult(int Code, string Out, string Error)
{
    /// <summary>Standard output as JSON, for commands called with --json.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;
}

/// <summary>
/// A running product: real Kestrel on a loopback port, a database of its own, a clock the test sets.
/// <c>await using var house = await House.Open();</c>, or once per class as <c>IClassFixture&lt;House&gt;</c>.
/// </summary>
public sealed class House : IAsyncLifetime
{
    private readonly Dictionary<string, string?> settings = new(StringComparer.Ordinal);
    private readonly Action<IServiceCollection>? more;
    private TestDatabase? database;
    private WebApplication? app;
    private HttpClient? http;

    public House()
    {
    }

    private House(Action<IServiceCollection>? more) => this.more = more;

    /// <summary>The day of the golden cases, at noon.</summary>
    public TestClock Clock { get; } = new(new DateTimeOffset(2025, 5, 5, 12, 0, 0, TimeSpan.Zero));

    public NpgsqlDataSource Db => database!.Source;

    public string ConnectionString => database!.ConnectionString;

    public IServiceProvider Services => app!.Services;

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>A client without cookies that does not follow redirects.</summary>
    public HttpClient Http => http!;

    /// <summary>Open one; with other settings, or services replaced.</summary>
    public static async Task<House> Open(Action<IServiceCollection>? more = null, params (string Name, string Value)[] settings)
    {
        var house = new House(more);
        foreach (var (name, value) in settings) house.settings[name] = value;
        await house.InitializeAsync();
        return house;
    }

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.Clone();
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        settings["CS_URLS"] = Url;
        settings["CS_DATABASE"] = database.ConnectionString;
        // On a busy machine everything is slow at times, and says nothing about a test.
        settings.TryAdd("CS_SLOW_QUERY", "0");
        settings["CS_SECRET"] = "only for tests, long enough to be accepted";
        var configuration = Configuration();
        var read = Settings.Read(configuration);
        app = WebServer.Build(configuration, read, database.Source, Clock, services =>
        {
            // Hundreds of houses open in a run: what each says when all is well would bury what fails.
            services.Configure<LoggerFilterOptions>(logs => logs.MinLevel = LogLevel.Warning);
            more?.Invoke(services);
        });
        await Rooms.Prepare(app.Services, demo: false, CancellationToken.None);
        await app.StartAsync();
        http = Client();
    }

    /// <summary>Another client, for someone with cookies of their own.</summary>
    public HttpClient Client(CookieContainer? cookies = null) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = cookies is not null, CookieContainer = cookies ?? new() }) { BaseAddress = new Uri(Url) };

    /// <summary>Run a command as ./cs would, on this house's database and clock, without starting a process.</summary>
    public async Task<CliResult> Cli(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        await using var host = new CliHost(Configuration(), output, error, Clock, Rooms.Add);
        var code = await CliRoot.Run(args, host);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Put events into the log as the product does, and wait for the commit.</summary>
    public async Task Write(params Envelope[] events)
    {
        await using var connection = await Db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await Services.GetRequiredService<EventLog>().Write(connection, transaction, events, CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>Make an API key with the command line and return it: ingest, read or admin.</summary>
    public async Task<string> Key(string scope)
    {
        var made = await Cli("key", "create", "--name", "test", "--scope", scope, "--json");
        made.Code.ShouldBe(0, made.Error);
        return made.Json.GetProperty("key").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        http?.Dispose();
        if (app is not null)
        {
            // Nothing a test left open (a live page, a slow request) is waited for.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await app.StopAsync(limit.Token);
            await app.DisposeAsync();
        }

        if (database is not null) await database.DisposeAsync();
    }

    private IConfiguration Configuration() => new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    // Below 32768, where the kernel gives out no ports by itself.
    private static int nextPort = 20_000 + Environment.ProcessId % 100 * 100;

    /// <summary>A loopback port nobody listens on.</summary>
    public static int FreePort() => FreePorts(1);

    /// <summary>The first of so many free ports in a row.</summary>
    internal static int FreePorts(int many)
    {
        while (true)
        {
            var port = Interlocked.Add(ref nextPort, many) - many + 1;
            try
            {
                for (var n = 0; n < many; n++)
                {
                    using var probe = new TcpListener(IPAddress.Loopback, port + n);
                    probe.Start();
                }

                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one.
            }
        }
    }
}
