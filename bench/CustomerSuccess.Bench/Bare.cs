using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CustomerSuccess.Bench;

/// <summary>What HTTP itself costs here: a Kestrel endpoint in its own process that parses the JSON and answers, and stores nothing.</summary>
internal static class Bare
{
    public static async Task<int> Serve(Options options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(options.Text("url", ""));
        var app = builder.Build();
        app.MapPost("/metrics/track", async (HttpRequest request, CancellationToken ct) =>
        {
            using var json = await JsonDocument.ParseAsync(request.Body, default, ct);
            return TypedResults.Accepted((string?)null, new { id = json.RootElement.GetProperty("message_id").GetString(), status = "accepted" });
        });
        await app.RunAsync();
        return 0;
    }

    public static async Task<Process> Start(Uri url)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Bare).Assembly.Location, "bare", "--url", url.ToString().TrimEnd('/')]) { UseShellExecute = false };
        start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
        var process = Process.Start(start)!;
        using var wire = new Wire(url, "/metrics/track", null);
        for (var tries = 0; ; tries++)
        {
            try
            {
                await wire.Post("""{"message_id":"first"}"""u8.ToArray());
                return process;
            }
            catch (System.Net.Sockets.SocketException) when (tries < 500)
            {
                await Task.Delay(20);
            }
        }
    }
}
