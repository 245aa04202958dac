using System.Diagnostics;
using System.Globalization;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Embedded;

namespace CustomerSuccess.Tests.Platform;

/// <summary>The private server, used by real processes of the product that are killed in every way.</summary>
public sealed class EmbeddedServerTests : IAsyncLifetime
{
    private static int nextPort = 31_000 + Environment.ProcessId % 90 * 10;

    private readonly string data = $"/tmp/cs-embedded-{Guid.CreateVersion7():N}";
    private readonly List<Process> started = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string PidFile => Path.Combine(data, "postgres", "db", "postmaster.pid");

    private int ServerPid => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }

        await Wait.Until(() => !File.Exists(PidFile), "the end of the server");
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Two_processes_share_it_the_starter_may_be_killed_and_the_last_one_out_stops_it()
    {
        var (first, _) = await Serve();
        var (second, address) = await Serve();
        var pid = ServerPid;

        first.Kill();
        await first.WaitForExitAsync(Ct);
        await Task.Delay(700, Ct);
        ServerPid.ShouldBe(pid);
        (await Ready(address)).ShouldBeTrue();

        second.Kill();
        await Wait.Until(() => !File.Exists(PidFile), "the end of the server");
        await Wait.Until(() => !Directory.Exists($"/proc/{pid}"), "the end of its process");
    }

    [Fact]
    public async Task It_is_told_no_secret_and_logs_no_value()
    {
        await Serve();
        (await File.ReadAllTextAsync($"/proc/{ServerPid}/environ", Ct)).Split('\0').ShouldAllBe(one => !one.StartsWith("CS_", StringComparison.Ordinal));
        var command = await File.ReadAllTextAsync($"/proc/{ServerPid}/cmdline", Ct);
        command.ShouldContain("log_parameter_max_length=0");
        command.ShouldContain("log_error_verbosity=terse");
    }

    [Fact]
    public async Task It_comes_back_when_the_database_or_its_keeper_is_killed()
    {
        var (_, address) = await Serve();

        var killed = ServerPid;
        Process.GetProcessById(killed).Kill();
        // Whether it can be seen unready in between is a matter of who is faster.
        await Wait.Until(async () => File.Exists(PidFile) && ServerPid != killed && await Ready(address), "the product to be ready with another server");

        foreach (var keeper in Keepers()) keeper.Kill();
        await Wait.Until(() => Keepers().Count == 2, "two keepers");
        await Wait.Until(() => Ready(address), "the product to be ready");
    }

    [Fact]
    public async Task Processes_that_start_at_the_same_moment_start_one_server()
    {
        var all = await Task.WhenAll(Serve(), Serve(), Serve());
        foreach (var (_, address) in all) (await Ready(address)).ShouldBeTrue();
        Keepers().Count.ShouldBe(2, "the script and its watcher");
    }

    [Fact]
    public async Task It_stops_soon_after_SIGTERM_and_keeps_what_was_written()
    {
        var (process, _) = await Serve();
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(Ct);
        process.ExitCode.ShouldBe(0);
        await Wait.Until(() => !File.Exists(PidFile), "the end of the server");

        await using var again = await EmbeddedServer.Join(data, Ct);
        await using var source = Database.Pool(again.ConnectionString, patient: true);
        await using var count = source.CreateCommand("select count(*)::int from schema_versions");
        (await count.ExecuteScalarAsync(Ct)).ShouldBe(Migrator.All.Count);
    }

    [Fact]
    public async Task A_server_that_someone_else_started_on_the_folder_is_named()
    {
        await using (var made = await EmbeddedServer.Join(data, Ct))
        {
        }

        await Wait.Until(() => !File.Exists(PidFile), "the end of the server");
        var folder = DataFolder.Prepare(data);
        var start = new ProcessStartInfo(Binaries.Find(folder.MadeBy, folder.Data).Program("postgres"),
            ["-D", folder.Data, "-c", "listen_addresses=", "-c", $"unix_socket_directories={folder.Data}"])
        { UseShellExecute = false, WorkingDirectory = "/", RedirectStandardError = true };
        if (folder.RunAs is { } user) start.UserName = user;
        started.Add(Process.Start(start)!);
        await Wait.Until(() => File.Exists(PidFile), "the server");

        var trouble = await Should.ThrowAsync<Trouble>(async () => await EmbeddedServer.Join(data, Ct));
        trouble.Text.ShouldContain("Another PostgreSQL");
        trouble.Fix.ShouldContain("CS_DATABASE");

        using var stop = Process.Start("kill", ["-INT", ServerPid.ToString(CultureInfo.InvariantCulture)]);
        await Wait.Until(() => !File.Exists(PidFile), "the end of the server");
    }

    private async Task<(Process Process, string Address)> Serve()
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Interlocked.Increment(ref nextPort)}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CustomerSuccess.dll"), "serve"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["CS_DATA"] = data, ["CS_URLS"] = address, ["CS_DATABASE"] = "" },
        };
        var process = Process.Start(start)!;
        lock (started) started.Add(process);
        (await process.StandardOutput.ReadLineAsync(Ct)).ShouldNotBeNull().ShouldContain(address);
        return (process, address);
    }

    private static async Task<bool> Ready(string address)
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = Wait.Longest };
        return (await http.GetAsync(address + "/readyz", CancellationToken.None)).IsSuccessStatusCode;
    }

    private List<Process> Keepers() =>
        [.. Process.GetProcesses().Where(process => CommandLine(process).Contains($"customer-success-database\0{data}/postgres\0", StringComparison.Ordinal))];

    private static string CommandLine(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
