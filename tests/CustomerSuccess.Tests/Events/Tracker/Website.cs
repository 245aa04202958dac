using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CustomerSuccess.Tests.Events.Tracker;

/// <summary>
/// Somebody's site on an origin of its own, with our script on every page under a strict content security policy, and on a
/// second origin a collector that takes what the script sends.
/// </summary>
public sealed class Website : IAsyncDisposable
{
    private readonly WebApplication app;

    private Website(WebApplication app, int port)
    {
        this.app = app;
        Url = $"http://127.0.0.1:{port}";
        Collector = $"http://127.0.0.1:{port + 1}";
        Elsewhere = $"http://127.0.0.1:{port + 2}";
    }

    public string Url { get; }

    public string Collector { get; }

    /// <summary>A third origin, where links lead away to.</summary>
    public string Elsewhere { get; }

    public ConcurrentQueue<JsonElement> Got { get; } = new();

    /// <summary>The collector's answer; 202 unless a test wants another.</summary>
    public int Answer { get; set; } = StatusCodes.Status202Accepted;

    /// <summary>Pages that were asked for.</summary>
    public ConcurrentQueue<string> Pages { get; } = new();

    /// <summary>Headers of what arrived, to see that it was no preflighted request and carried no cookie.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <param name="house">Where the script comes from.</param>
    /// <param name="attributes">Of the script tag, as in data-hash.</param>
    /// <param name="stub">Page code that runs before the script, if any.</param>
    /// <param name="own">Let the script find its own address, the house's, in place of the collector.</param>
    public static async Task<Website> Open(House house, string attributes = "data-local", string stub = "", bool own = false)
    {
        var port = House.FreePorts(3);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            for (var n = 0; n < 3; n++) kestrel.Listen(IPAddress.Loopback, port + n);
        });
        var site = new Website(builder.Build(), port);
        var api = own ? "" : $"data-api=\"{site.Collector}/api/event\"";
        site.app.Run(async http =>
        {
            if (http.Connection.LocalPort == port + 1) await site.Collect(http);
            else if (http.Request.Path.Value!.EndsWith(".js", StringComparison.Ordinal)) await Text(http, "text/javascript", http.Request.Path == "/stub.js" ? stub : "");
            else if (http.Request.Path.Value!.EndsWith(".pdf", StringComparison.Ordinal)) await Text(http, "text/html", "a file");
            else if (http.Request.Path == "/ahead.json") await Text(http, "application/speculationrules+json", """{"prerender":[{"urls":["/ahead"],"eagerness":"immediate"}]}""");
            else if (http.Connection.LocalPort != port) await Text(http, "text/html", "<!doctype html><title>elsewhere</title>elsewhere");
            else
            {
                site.Pages.Enqueue(http.Request.Path);
                var from = own ? house.Url : site.Collector;
                http.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self' {house.Url}; connect-src {from}";
                if (http.Request.Path == "/menu") http.Response.Headers["Speculation-Rules"] = "\"/ahead.json\"";
                await Text(http, "text/html", $"""
                    <!doctype html><html lang="en"><head><title>{http.Request.Path}</title><script src="/stub.js"></script>
                    <script defer data-domain="shop.example" {attributes} {api} src="{house.Url}/js/script.js"></script></head><body>
                    <a id="inside" href="/inside">inside</a> <a id="away" href="{site.Elsewhere}/partner?x=1"><b>away</b></a> <a id="file" href="/guide.pdf">file</a>
                    {string.Concat(Enumerable.Repeat("<p>text</p>", 200))}</body></html>
                    """);
            }
        });
        await site.app.StartAsync();
        return site;
    }

    /// <summary>Wait for the event that fits.</summary>
    public async Task<JsonElement> Event(Func<JsonElement, bool> fits, string what)
    {
        var found = await Wait.For(() => Task.FromResult(Got.FirstOrDefault(fits)), one => one.ValueKind == JsonValueKind.Object);
        return found.ValueKind == JsonValueKind.Object ? found : throw new TimeoutException($"No {what} among: {string.Join('\n', Got)}");
    }

    public Task<JsonElement> Event(string name, string? path = null) => Event(e => Named(e, name) && (path is null || Path(e) == path), $"{name} {path}");

    public int Count(string name) => Got.Count(e => Named(e, name));

    public static bool Named(JsonElement e, string name) => e.GetProperty("n").GetString() == name;

    public static string Path(JsonElement e) => e.GetProperty("u").GetString() is { } url ? new Uri(url).PathAndQuery + new Uri(url).Fragment : "";

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }

    private async Task Collect(HttpContext http)
    {
        http.Response.Headers.AccessControlAllowOrigin = "*";
        Requests.Enqueue($"{http.Request.Method} {http.Request.ContentType} {http.Request.Headers.Cookie}");
        http.Response.StatusCode = Answer;
        if (!HttpMethods.IsPost(http.Request.Method) || Answer != StatusCodes.Status202Accepted) return;
        Got.Enqueue((await JsonDocument.ParseAsync(http.Request.Body)).RootElement);
    }

    private static Task Text(HttpContext http, string type, string text)
    {
        http.Response.ContentType = type + "; charset=utf-8";
        return http.Response.WriteAsync(text);
    }
}
