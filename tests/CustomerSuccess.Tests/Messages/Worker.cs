using System.Diagnostics;
using System.Globalization;

namespace CustomerSuccess.Tests.Messages;

/// <summary>Another process of the product on a house's database, to be killed or frozen.</summary>
public sealed class Worker : IDisposable
{
    private readonly Process process;

    private Worker(Process process) => this.process = process;

    /// <summary>Started, and taking messages.</summary>
    public static async Task<Worker> Start(House house, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CustomerSuccess.dll"), "serve"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CS_DATABASE"] = house.ConnectionString + ";Maximum Pool Size=10";
        start.Environment["CS_SECRET"] = "only for tests, long enough to be accepted";
        start.Environment["CS_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{House.FreePort()}");
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var made = Process.Start(start)!;
        made.ErrorDataReceived += (_, _) => { };
        made.BeginErrorReadLine();
        var up = new TaskCompletionSource();
        made.OutputDataReceived += (_, _) => up.TrySetResult();
        made.BeginOutputReadLine();
        await up.Task;
        return new Worker(made);
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGSTOP, and SIGCONT later.</summary>
    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Thaw();
            Kill();
        }

        process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
