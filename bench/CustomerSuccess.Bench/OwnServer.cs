using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>A PostgreSQL server of somebody else, as operators run one beside the product: it can be stopped and started again.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private static readonly string Binaries = Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin/";

    private readonly string folder = Directory.CreateTempSubdirectory("cs-server-").FullName;
    private readonly int port = 26_000 + Environment.ProcessId % 900;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres");

    public static async Task<OwnServer> Start()
    {
        var server = new OwnServer();
        if (Environment.IsPrivilegedProcess) await Run("chown", "postgres", server.folder);
        await server.Ask("initdb", "-D", server.folder + "/db", "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust");
        await server.Start(CancellationToken.None);
        return server;
    }

    public Task Start(CancellationToken ct) => Ask("pg_ctl", "-D", folder + "/db", "-w", "-l", folder + "/log",
        "-o", string.Create(CultureInfo.InvariantCulture, $"-p {port} -k {folder} -c listen_addresses=127.0.0.1"), "start").WaitAsync(ct);

    /// <summary>As an operator does: open transactions are rolled back.</summary>
    public Task Stop() => Ask("pg_ctl", "-D", folder + "/db", "-w", "-m", "fast", "stop");

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Stop();
        Directory.Delete(folder, recursive: true);
    }

    // PostgreSQL refuses to run as root.
    private Task Ask(string program, params string[] args) => Environment.IsPrivilegedProcess
        ? Run("runuser", ["-u", "postgres", "--", Binaries + program, .. args])
        : Run(Binaries + program, args);

    internal static async Task Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', args)} ended with {process.ExitCode}");
    }
}
