using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Design;
using CustomerSuccess.Messages.Templates.Facts;
using CustomerSuccess.Messages.Templates.Language;
using CustomerSuccess.Tests.Web;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Messages.Templates;

/// <summary>The product's own mails, as every kind of reader sees them.</summary>
public sealed class DefaultMailTests
{
    internal static readonly BrandSettings Brand = new() { Company = "Northern Lights", Address = "1 Harbour Street, 20457 Hamburg, Germany", Here = "https://success.example.com", App = "https://app.example.com", Docs = "https://docs.example.com" };

    public static TheoryData<string> Kinds => [.. TemplateKind.All.Select(kind => kind.Name)];

    internal static Frame FrameOf(TemplateKind kind) => kind.ToCustomer ? new(true, "Northwind Traders", "https://success.example.com/preferences/t", "https://success.example.com/unsubscribe/t") : new(false, "", null, null);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_default_passes_the_check_of_the_editor(string name)
    {
        var kind = TemplateKind.Find(name)!;
        CheckTemplate.Run(DefaultTemplates.Of(kind), kind.Shape).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_default_fits_a_phone_and_a_desk_by_day_and_by_night(string name)
    {
        var kind = TemplateKind.Find(name)!;
        var made = MakeMail.Run(DefaultTemplates.Of(kind), SampleLetters.Of(kind, Brand), Brand, FrameOf(kind));
        await Look(name, made.Html);
        made.Html.Length.ShouldBeLessThan(95_000, "Gmail cuts mails at 102 KB");
        made.Text.ShouldContain("\n--\n");
        made.Text.ShouldNotContain("&amp;");
        made.Text.ShouldNotContain("<");
    }

    /// <summary>A mail in a real browser: nothing overflows, every word can be read, nothing is wrong with its markup. Leaves pictures where CS_MAIL_SCREENSHOTS says.</summary>
    internal static async Task Look(string name, string html)
    {
        foreach (var (width, dark) in new[] { (360, false), (360, true), (700, false), (700, true) })
        {
            await using var reader = await Browser.Paper(width, dark);
            await reader.Page.SetContentAsync(html);
            if (Environment.GetEnvironmentVariable("CS_MAIL_SCREENSHOTS") is { Length: > 0 } folder)
            {
                await reader.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"mail-{name.Replace('_', '-')}-{width}-{(dark ? "dark" : "light")}.png"), FullPage = true });
            }

            (await reader.Page.EvaluateAsync<string[]>(Overflow)).ShouldBeEmpty($"{name} at {width}");
            await reader.NothingToComplain($"{name} {width} {(dark ? "dark" : "light")}");
        }
    }

    private const string Overflow = """
        [...document.querySelectorAll('body *')].filter(e => !e.closest('.preheader') && e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 120))
        """;
}
