using CustomerSuccess.Tests.Web;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Browser))]

namespace CustomerSuccess.Tests.Web;

/// <summary>Debian's Chromium, started when the first test asks for it and closed after the last.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly Lazy<Task<(IPlaywright Driver, IBrowser Chromium)>> Started = new(Start);

    /// <summary>A person at a screen of this house, signed in where there is a colleague.</summary>
    public static async Task<Visitor> Open(House house, Colleague? who = null, int width = 1440, bool dark = false, bool script = true)
    {
        var context = await (await Started.Value).Chromium.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = house.Url,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = script,
            Locale = "en-GB",
            TimezoneId = "Europe/Berlin",
        });
        context.SetDefaultTimeout((float)Wait.Longest.TotalMilliseconds);
        var visitor = new Visitor(context, await context.NewPageAsync());
        if (who is not null) await visitor.SignIn(who);
        return visitor;
    }

    /// <summary>A reader of something that comes from no server: a mail.</summary>
    public static async Task<Visitor> Paper(int width, bool dark)
    {
        var context = await (await Started.Value).Chromium.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            Offline = true,
        });
        return new Visitor(context, await context.NewPageAsync());
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
        Assertions.SetDefaultExpectTimeout((float)Wait.Longest.TotalMilliseconds);
        var driver = await Playwright.CreateAsync();
        var chromium = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return (driver, chromium);
    }
}
