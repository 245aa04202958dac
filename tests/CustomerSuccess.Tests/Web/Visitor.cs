using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Web;

/// <summary>Someone at a browser, and what the browser complained about.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly List<string> complaints = [];

    public Visitor(IBrowserContext context, IPage page)
    {
        this.context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            // Content Security Policy reports come as errors, too. A page that is a 4xx on purpose is none.
            if (message.Type is "error" or "warning" && !(message.Text.Contains("status of 40", StringComparison.Ordinal) && message.Location.StartsWith(page.Url, StringComparison.Ordinal)))
                complaints.Add($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => complaints.Add($"{page.Url}: {error}");
    }

    public IPage Page { get; }

    public async Task SignIn(Colleague who)
    {
        await Page.GotoAsync("/sign-in");
        await Page.Locator("#Email").FillAsync(who.Email);
        await Page.Locator("#Password").FillAsync(who.Password);
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in" }).ClickAsync();
        await Page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
    }

    public Task Go(string path) => Page.GotoAsync(path);

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name });

    public ILocator Field(string label) => Page.GetByLabel(label);

    /// <summary>Wait until the page shows this text.</summary>
    public Task Sees(string text) => Assertions.Expect(Page.Locator("body")).ToContainTextAsync(text, new LocatorAssertionsToContainTextOptions { UseInnerText = true });

    /// <summary>The page as it stands is accessible, fits its screen, and the browser had nothing to complain about.</summary>
    public async Task NothingToComplain(string what)
    {
        if (Environment.GetEnvironmentVariable("CS_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, what.Replace('/', '-').Replace(' ', '-') + ".png"), FullPage = true });
        (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth")).ShouldBeLessThanOrEqualTo(0, $"{what} is wider than the screen");
        // A frame that runs no script cannot be asked, and axe would wait for it: what stands in it is looked at by itself.
        await Page.EvaluateAsync("document.querySelectorAll('iframe[sandbox=\"\"]').forEach(frame => frame.remove())");
        (await Page.RunAxe()).Violations
            .Select(violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}").ShouldBeEmpty(what);
        complaints.ShouldBeEmpty(what);
    }

    public async ValueTask DisposeAsync() => await context.CloseAsync();
}
