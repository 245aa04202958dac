using System.Net;
using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Tests.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Widget;

/// <summary>A company's product on an origin of its own, with the widget in its page under the strictest content security policy that the guide names.</summary>
internal sealed class CompanySite : IAsyncDisposable
{
    private readonly WebApplication app;

    private CompanySite(WebApplication app, int port)
    {
        this.app = app;
        Url = $"http://localhost:{port}";
    }

    public string Url { get; }

    /// <summary>Of the script; TOKEN is replaced.</summary>
    public string Attributes { get; set; } = """data-token="TOKEN" """;

    /// <summary>The page's own markup around it.</summary>
    public string Body { get; set; } = "SCRIPT";

    public string Language { get; set; } = "en";

    public string Policy { get; set; } = "";

    /// <summary>The page's own styles, from a file of its own.</summary>
    public string Style { get; set; } = "body{margin:16px;font:16px sans-serif;background:#eef0f3}@media(prefers-color-scheme:dark){body{background:#0e1014;color:#eee}}";

    /// <summary>What is put into the page; null: what is signed for it.</summary>
    public string Token { get; set; } = "";

    /// <summary>What /token answers; counted.</summary>
    public Func<string>? Fresh { get; set; }

    public int Asked { get; private set; }

    public static async Task<CompanySite> Open(House house, bool allowed = true)
    {
        var port = House.FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var site = new CompanySite(builder.Build(), port);
        var known = house.Services.GetRequiredService<KnownWidget>();
        // Sites of other tests of the class stay.
        var before = (await known.Settings(default)).Origins;
        if (allowed) (await house.Services.GetRequiredService<ChangeWidget>().Show([.. before, site.Url], WidgetSettings.TitleAndNotes, Tokens.Staff, default)).ShouldBeEmpty();
        site.app.Run(async http =>
        {
            if (http.Request.Path == "/token")
            {
                site.Asked++;
                await http.Response.WriteAsJsonAsync(new { token = site.Fresh!() });
                return;
            }

            http.Response.ContentType = "text/html; charset=utf-8";
            if (http.Request.Path == "/style.css")
            {
                http.Response.ContentType = "text/css";
                await http.Response.WriteAsync(site.Style);
                return;
            }

            http.Response.Headers.ContentSecurityPolicy = site.Policy.Length > 0 ? site.Policy
                : $"default-src 'none'; script-src {house.Url}; connect-src {house.Url}{(site.Fresh is null ? "" : " 'self'")}; style-src {site.Url}/style.css; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
            var script = $"""<script src="{house.Url}/widget.js" {site.Attributes.Replace("TOKEN", site.Token, StringComparison.Ordinal)} async></script>""";
            await http.Response.WriteAsync($"""
                <!doctype html><html lang="{site.Language}"><head><title>Our product</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
                <link rel="stylesheet" href="/style.css"></head><body><main><h1>Our product</h1>{site.Body.Replace("SCRIPT", script, StringComparison.Ordinal).Replace("TOKEN", site.Token, StringComparison.Ordinal)}</main></body></html>
                """);
        });
        await site.app.StartAsync();
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }
}

internal static class WidgetReader
{
    /// <summary>Wait until the widget on this page shows the text.</summary>
    public static Task Reads(this Web.Visitor reader, string text) =>
        Assertions.Expect(reader.Page.Locator("cs-widget .place")).ToContainTextAsync(text, new LocatorAssertionsToContainTextOptions { UseInnerText = true });
}
