using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform.Embedded;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>
/// The product as its own process on a data folder of its own, started, killed and started again as a service manager would.
/// With --url, --key and --database: one that runs already.
/// </summary>
internal sealed class Product : IAsyncDisposable
{
    public const string Email = "bench@example.com", Password = "plum-lantern-29-harbours";

    private readonly string folder;
    private readonly bool keep;
    private Process? process;

    private Product(string url, string folder, bool keep) => (Url, this.folder, this.keep) = (new Uri(url), folder, keep);

    /// <summary>Settings for the product's process, beside those every program here gives it.</summary>
    public static Dictionary<string, string> Environment { get; set; } = [];

    // Not in the folder: its disk may be the one that is full.
    private static string Log { get; } = Path.Combine(Path.GetTempPath(), $"cs-bench-{System.Environment.ProcessId}.log");

    public Uri Url { get; }

    public string Key { get; private set; } = "";

    public string ConnectionString { get; private set; } = "";

    public bool Ours => process is not null;

    /// <param name="database">A server it is to use instead of its own.</param>
    /// <param name="data">The folder to use and to keep.</param>
    public static async Task<Product> Open(Options options, string? database = null, string? data = null)
    {
        var given = options.Text("url", "");
        if (given.Length > 0) return new Product(given, "", true) { Key = options.Text("key", ""), ConnectionString = options.Text("database", "") };
        var port = options.Number("port", 24_000 + System.Environment.ProcessId % 900);
        var home = Path.GetFullPath(data ?? options.Text("data", $"/tmp/cs-bench-{System.Environment.ProcessId}"));
        var product = new Product(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), home, data is not null || options.Has("keep"));
        await product.Start();
        product.ConnectionString = database ?? new NpgsqlConnectionStringBuilder
        {
            Host = Path.Combine(home, "postgres"),
            Username = "postgres",
            Database = EmbeddedServer.DatabaseName,
            GssEncryptionMode = GssEncryptionMode.Disable,
            MaxPoolSize = 5,
            CommandTimeout = 0,
        }.ConnectionString;
        product.Key = JsonDocument.Parse(await product.Cli("key", "create", "--name", "bench", "--scope", "admin", "--json")).RootElement.GetProperty("key").GetString()!;
        return product;
    }

    /// <summary>Start, and wait until it takes requests; returns how long that took.</summary>
    public async Task<TimeSpan> Start()
    {
        var began = Stopwatch.GetTimestamp();
        process = Process.Start(Command("serve"))!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var log = new StreamWriter(Log, append: true) { AutoFlush = true };
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginErrorReadLine();
        using var http = Client();
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException($"serve ended with {process.ExitCode}; see {Log}");
            try
            {
                if ((await http.GetAsync("/readyz")).IsSuccessStatusCode) return Stopwatch.GetElapsedTime(began);
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(20);
        }
    }

    /// <summary>kill -9 of the web process, and start it again.</summary>
    public async Task KillApp()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        await Start();
    }

    /// <summary>kill -9 of PostgreSQL's main process.</summary>
    public void KillPostgres()
    {
        using var postgres = Process.GetProcessById(Postmaster());
        postgres.Kill();
    }

    /// <summary>PostgreSQL's main process and every process of it.</summary>
    public IEnumerable<int> ServerProcesses() => Cpu.Family(Postmaster());

    private int Postmaster() => int.Parse(File.ReadLines(Path.Combine(folder, "postgres/db/postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Customers l0001, l0002, … who exist before the load begins.</summary>
    public async Task<string[]> Customers(int count)
    {
        var ids = Enumerable.Range(1, count).Select(n => string.Create(CultureInfo.InvariantCulture, $"l{n:0000}")).ToArray();
        await using var db = NpgsqlDataSource.Create(ConnectionString);
        await using var connection = await db.OpenConnectionAsync();
        var now = new DateTime(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc);
        var log = new Events.EventLog(Rooms.Projections);
        foreach (var some in ids.Chunk(500))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await log.Write(connection, transaction, [.. some.Select(id => new Envelope
            {
                Id = "customer_created:" + id, Source = "system", Type = EventTypes.CustomerCreated, CustomerId = id, OccurredAt = now, ReceivedAt = now,
                Properties = JsonSerializer.Serialize(new { email = $"hello@{id}.example", organization = "Load " + id, signup_date = "2026-01-05", cohort = "Bench" }),
            })], default);
            await transaction.CommitAsync();
        }

        return ids;
    }

    public HttpClient Client(CookieContainer? cookies = null) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = cookies is not null,
        CookieContainer = cookies ?? new(),
        AutomaticDecompression = DecompressionMethods.None,
    })
    { BaseAddress = Url };

    public double Memory()
    {
        process?.Refresh();
        return process is { HasExited: false } ? process.WorkingSet64 / (1024.0 * 1024) : 0;
    }

    /// <summary>The most it ever held, in MB, as the kernel counts.</summary>
    public double MostMemory() => process is { HasExited: false }
        ? double.Parse(File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ')[^2], CultureInfo.InvariantCulture) / 1024 : 0;

    /// <summary>Processor time used so far by the web process and by its PostgreSQL.</summary>
    public (double Web, double Database) CpuSeconds() => process is { HasExited: false } ? (Cpu.Of(process.Id), Cpu.OfServer(Postmaster())) : (0, 0);

    public async ValueTask DisposeAsync()
    {
        if (process is null) return;
        if (!process.HasExited)
        {
            using var term = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }

        process.Dispose();
        if (keep) return;
        var postgres = new DirectoryInfo(Path.Combine(folder, "postgres"));
        for (var tries = 0; File.Exists(Path.Combine(postgres.FullName, "db/postmaster.pid")) && tries < 300; tries++) await Task.Delay(50);
        if (postgres.Exists && postgres.ResolveLinkTarget(true) is { } real) Directory.Delete(real.FullName, recursive: true);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        File.Delete(Log);
    }

    private async Task<string> Cli(params string[] args)
    {
        using var command = Process.Start(Command(args))!;
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return command.ExitCode == 0 ? output : throw new InvalidOperationException(await command.StandardError.ReadToEndAsync());
    }

    private ProcessStartInfo Command(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Built(), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["CS_DATA"] = folder;
        start.Environment["CS_URLS"] = Url.ToString().TrimEnd('/');
        start.Environment["CS_ADMIN_EMAIL"] = Email;
        start.Environment["CS_ADMIN_PASSWORD"] = Password;
        start.Environment["CS_KEY_RATE"] = "1000000";
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return start;
    }

    // The product's own build, not the copy beside this program: what is measured is what people run.
    private static string Built()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var program = Path.Combine(at.FullName, "src/CustomerSuccess/bin/Release/net10.0/CustomerSuccess.dll");
            if (File.Exists(program)) return program;
        }

        throw new InvalidOperationException("Build the product first: dotnet build src/CustomerSuccess -c Release");
    }
}
