using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(CustomerSuccess.Tests.Events.Tracker.Surfer))]

namespace CustomerSuccess.Tests.Events.Tracker;

/// <summary>
/// Chromium as visitors have it: no sign of automation, the cache of left pages on (Playwright switches it off). Started
/// when the first test asks for it and closed after the last.
/// </summary>
public sealed class Surfer : IAsyncDisposable
{
    private const string Agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    private static readonly Lazy<Task<(IPlaywright Driver, IBrowser Chromium)>> Started = new(Start);

    /// <summary>A visitor with a fresh profile; script runs in every page before the page's own.</summary>
    public static async Task<IPage> Open(string? script = null, string agent = Agent)
    {
        var context = await (await Started.Value).Chromium.NewContextAsync(new BrowserNewContextOptions { UserAgent = agent, ViewportSize = new ViewportSize { Width = 800, Height = 600 } });
        context.SetDefaultTimeout((float)Wait.Longest.TotalMilliseconds);
        if (!string.IsNullOrEmpty(script)) await context.AddInitScriptAsync(script);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!Started.IsValueCreated) return;
        var (driver, chromium) = await Started.Value;
        await chromium.CloseAsync();
        driver.Dispose();
    }

    private static async Task<(IPlaywright, IBrowser)> Start()
    {
        var driver = await Playwright.CreateAsync();
        return (driver, await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            IgnoreDefaultArgs = ["--disable-back-forward-cache"],
            Args = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-blink-features=AutomationControlled",
                // What is still on its way when a page is gone does not know of the page's own.
                "--user-agent=" + Agent],
        }));
    }
}
