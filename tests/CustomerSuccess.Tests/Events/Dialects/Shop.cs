using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>Somebody's site on an origin of its own, with a client of another tool on its page.</summary>
public sealed class Shop : IAsyncDisposable
{
    private readonly WebApplication app;

    private Shop(WebApplication app, int port) => (this.app, Url) = (app, $"http://127.0.0.1:{port}");

    public string Url { get; }

    public static async Task<Shop> Open(string client)
    {
        var bundles = await Clients.Bundles;
        var port = House.FreePorts(1);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var shop = new Shop(builder.Build(), port);
        shop.app.Run(async http =>
        {
            if (http.Request.Path.Value is { } path && path.EndsWith(".js", StringComparison.Ordinal))
            {
                http.Response.ContentType = "text/javascript; charset=utf-8";
                await http.Response.SendFileAsync(Path.Combine(bundles, path.Trim('/')));
                return;
            }

            http.Response.ContentType = "text/html; charset=utf-8";
            // Empty once it is left, so that nothing starts anew.
            await http.Response.WriteAsync(http.Request.Path == "/left" ? "<!doctype html><title>Left</title>" : $"""
                <!doctype html><html lang="en"><head><title>Shop</title><link rel="icon" href="data:,"></head><body><a id="away" href="https://elsewhere.example/">away</a>
                <script src="/{client}.js"></script></body></html>
                """);
        });
        await shop.app.StartAsync();
        return shop;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }
}
