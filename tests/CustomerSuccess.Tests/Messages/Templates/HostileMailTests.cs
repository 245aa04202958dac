using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Messages.Templates.Facts;
using CustomerSuccess.Messages.Templates.Versions;
using CustomerSuccess.Tests.Web;

namespace CustomerSuccess.Tests.Messages.Templates;

/// <summary>The 120 texts of the pages, in names, traits, notes and addresses that mails speak of: none runs, none becomes markup, none leads away.</summary>
public sealed class HostileMailTests
{
    // A template that puts values where they would do most harm.
    private const string Reckless = """
        <h1>{{customer.organization}}</h1><p title="{{customer.organization}}" class='{{customer.traits.one}}'>{{customer.traits.one}} {{recipient.name}} {{onboarding.notes}}</p>
        <a href="{{moment.url}}">{{moment.title}}</a> <a href="{{customer.traits.one}}">x</a> <img src="{{customer.traits.one}}" alt="{{customer.organization}}"> <td style="color: {{customer.traits.one}}">{{customer.plan}}</td>
        {{> button text=customer.organization url=moment.url}} {{> note text=onboarding.notes}} {{> steps of=onboarding.steps}} {{> figures rows=week.figures}}
        """;

    private const string Harm = """
        [...window.harm ?? ['no probe'],
         ...[...document.querySelectorAll('[href],[src],[action],[formaction],[data],[background],[xlink\\:href]')].flatMap(e => [...e.attributes]).filter(a => ['href', 'src', 'action', 'formaction', 'data', 'background'].includes(a.name) && !/^https?:\/\/|^mailto:|^tel:/.test(a.value)).map(a => 'address ' + a.value),
         ...[...document.querySelectorAll('script,iframe,object,embed,base,form,input,textarea,select,template,video,audio,math,svg,marquee,meta[http-equiv],body style,link')].map(e => 'element ' + e.outerHTML),
         ...[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => a.name.startsWith('on') || a.name === 'srcdoc' || (a.name === 'style' && /url|expression|javascript|position/i.test(a.value))).map(a => 'attribute ' + a.name + '=' + a.value)]
        """;

    [Fact]
    public async Task No_text_that_somebody_typed_becomes_more_than_text()
    {
        var texts = Repository.Read("tests/CustomerSuccess.Tests/Web/hostile.txt").TrimEnd('\n').Split('\n');
        texts.Length.ShouldBe(120);
        var kind = TemplateKind.Find("welcome")!;
        var words = new TemplateText("{{customer.organization}}", "{{customer.organization}}", Reckless, "");
        SaveTemplate.Faults(kind, words).ShouldBeEmpty();
        await using var reader = await Browser.Paper(700, dark: false);
        await reader.Page.AddInitScriptAsync("window.harm = []; window.__x = n => harm.push('ran ' + n); window.alert = window.__x");
        foreach (var text in texts)
        {
            foreach (var template in new[] { words, DefaultTemplates.Of(kind) })
            {
                var made = MakeMail.Run(template, Full(text), DefaultMailTests.Brand, DefaultMailTests.FrameOf(kind) with { Customer = text });
                // A page that is loaded, so that scripts would run.
                await reader.Page.GotoAsync("about:blank");
                await reader.Page.SetContentAsync(made.Html);
                (await reader.Page.EvaluateAsync<string[]>(Harm)).ShouldBeEmpty(text);
                made.Subject.ShouldNotContain("\n");
                made.Subject.ShouldNotContain("\r");
            }
        }
    }

    [Fact]
    public async Task A_mail_whose_values_were_not_escaped_is_caught_by_this_probe()
    {
        await using var reader = await Browser.Paper(700, dark: false);
        await reader.Page.AddInitScriptAsync("window.harm = []; window.__x = n => harm.push('ran ' + n)");
        await reader.Page.GotoAsync("about:blank");
        await reader.Page.SetContentAsync("<p><img src=x onerror=__x(1)></p><a href='javascript:1'>a</a>");
        (await reader.Page.EvaluateAsync<string[]>(Harm)).Length.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public void A_subject_is_one_line_and_a_name_no_link()
    {
        var kind = TemplateKind.Find("welcome")!;
        var made = MakeMail.Run(new("Hello {{customer.organization}}", "", "<p>{{customer.organization}}</p>", ""), Full("Win\r\nBcc: all@example.com\u2028 https://evil.example/x now www.evil.example"), DefaultMailTests.Brand, DefaultMailTests.FrameOf(kind));
        made.Subject.ShouldBe("Hello Win Bcc: all@example.com https: //evil.example/x now www evil.example");
        made.Text.ShouldNotContain("://evil");
        made.Html.ShouldNotContain("://evil");
    }

    [Theory]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("JaVaScRiPt:alert(1)", false)]
    [InlineData("java\tscript:alert(1)", false)]
    [InlineData("data:text/html,<script>1</script>", false)]
    [InlineData("//evil.example", false)]
    [InlineData("/settings", false)]
    [InlineData("https://github.com/acme/shop/pull/7", true)]
    [InlineData("mailto:hello@example.com", true)]
    public void A_link_leads_to_a_website_or_a_mailbox(string address, bool kept)
    {
        var made = MakeMail.Run(new("x", "", "<a class=\"probe\" href=\"{{moment.url}}\">go</a>", ""), Full("Acme", address), DefaultMailTests.Brand, DefaultMailTests.FrameOf(TemplateKind.Find("welcome")!));
        made.Html.Contains($"href=\"{address}\"", StringComparison.Ordinal).ShouldBe(kept, made.Html);
    }

    private static CustomerLetter Full(string text, string? url = null)
    {
        var letter = (CustomerLetter)SampleLetters.Of(TemplateKind.Find("welcome")!, DefaultMailTests.Brand);
        return letter with
        {
            Recipient = new(text, text, text),
            Customer = new(text, text, text, text, text, text, text, text, text, new Dictionary<string, string>(StringComparer.Ordinal) { ["one"] = text }),
            Onboarding = letter.Onboarding with { Blocked = true, Blocker = text, Notes = text, Steps = [new(text, true, text), new(text, false, "")], Next = new(text, text) },
            Moment = new(url ?? text, text, text, 1, text),
            Links = letter.Links with { Preferences = text },
        };
    }
}
