using System.Diagnostics;
using System.Text;

namespace CustomerSuccess.Tests.Monitoring;

/// <summary>Programs of Prometheus, run to their end.</summary>
internal static class Tool
{
    /// <summary>Its exit code and all that it printed.</summary>
    public static async Task<(int Code, string Said)> Run(string name, string input, params string[] arguments)
    {
        using var tool = Process.Start(new ProcessStartInfo(name, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = new StringBuilder();
        void Hear(object from, DataReceivedEventArgs line)
        {
            if (line.Data is not null) lock (said) said.AppendLine(line.Data);
        }

        tool.OutputDataReceived += Hear;
        tool.ErrorDataReceived += Hear;
        tool.BeginOutputReadLine();
        tool.BeginErrorReadLine();
        await tool.StandardInput.WriteAsync(input);
        tool.StandardInput.Close();
        using var limit = new CancellationTokenSource(Wait.Longest);
        try
        {
            await tool.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            tool.Kill();
        }

        return (tool.ExitCode, said.ToString());
    }
}
