using CustomerSuccess.Access.Users;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Web;

/// <summary>120 texts that would be scripts, links or markup if one place forgot to encode them, in everything people and senders type.</summary>
public sealed class HostileTextTests(House house) : IClassFixture<House>
{
    private const int Together = 5;

    // What ran, what the policy had to stop, addresses that lead away or run, and elements nobody of us writes.
    internal const string Harm = """
        [...window.harm ?? ['no probe'],
         ...[...document.querySelectorAll('[href],[src],[action],[formaction],[data],[background]')].flatMap(e => ['href', 'src', 'action', 'formaction', 'data', 'background'].map(a => e.getAttribute(a)))
           .filter(a => a !== null && !/^(\/(?!\/)|#|\?|mailto:[^?]*(\?subject=|$)|https:\/\/github\.com\/[^\/]*$)/.test(a)).map(a => 'address ' + a),
         ...[...document.querySelectorAll('iframe,object,embed,base,style,template,video,audio,math,marquee,img,meta[http-equiv],[style],[srcdoc],[onerror],[onload],[onfocus],[onmouseover],[ontoggle],script:not([src^="/assets/"]),b[hx-get],b[hx-post]')].map(e => 'element ' + e.outerHTML)]
        """;

    internal const string Probe =
        "window.harm = []; window.__x = n => harm.push('ran ' + n); window.alert = window.__x; document.addEventListener('securitypolicyviolation', e => harm.push('stopped ' + e.violatedDirective + ' ' + e.sample))";

    internal static string[] Texts { get; } = Repository.Read("tests/CustomerSuccess.Tests/Web/hostile.txt").TrimEnd('\n').Split('\n');

    [Fact]
    public async Task Whatever_was_typed_is_text_on_every_page()
    {
        Texts.Length.ShouldBe(120);
        var pages = new List<string> { "/", "/customers?size=100", "/customers?size=100&sort=-name", "/settings/users", "/settings/keys", "/settings/audit" };
        for (var n = 0; n < Texts.Length; n += Together) pages.Add(await Fill("x" + n, Texts[n..(n + Together)]));
        foreach (var text in Texts.Where((_, n) => n % 6 == 0).Select(Uri.EscapeDataString))
        {
            pages.Add($"/customers?q={text}&cohort={text}&sort={text}&after={text}");
            pages.Add($"/customers/x0?type={text}&before={text}&as_of={text}");
            pages.Add($"/nothing/{text}?{text}");
        }

        await house.Hire(Cast.Alice);
        await using var alice = await Browser.Open(house);
        await alice.Page.AddInitScriptAsync(Probe);
        await alice.SignIn(Cast.Alice);
        foreach (var page in pages)
        {
            await alice.Page.GotoAsync(page, new() { WaitUntil = Microsoft.Playwright.WaitUntilState.DOMContentLoaded });
            (await alice.Page.EvaluateAsync<string[]>(Harm)).ShouldBeEmpty(page);
        }

        await alice.Go("/customers/x10");
        await alice.Sees(Texts[10]);
    }

    // A customer who is all of these texts: the first in its fields, each in a person, a note and events.
    private async Task<string> Fill(string id, string[] texts)
    {
        var plain = texts.Select(text => text.Replace('\t', ' ')).ToArray();
        await house.Write(Story.Event(id, "customer_created", Story.Start, new
        {
            email = $"{id}?bcc=evil%40evil.example&x@x.example",
            organization = plain[0],
            github_username = plain[1],
            cohort = plain[1],
            industry = plain[2],
            plan = plain[3],
            signup_date = "2025-05-01",
            external_ids = new Dictionary<string, string>(StringComparer.Ordinal) { [plain[4]] = plain[0] },
            traits = new Dictionary<string, string>(StringComparer.Ordinal) { [plain[0]] = plain[1] },
        }) with
        { Id = "customer_created:" + id });
        for (var n = 0; n < texts.Length; n++)
        {
            var (text, one) = (texts[n], plain[n]);
            var at = new DateTime(2025, 5, 5, 10, n, 0, DateTimeKind.Utc);
            await house.Write(
                Story.Event(id, "person_updated", at, new { email = "p@x.example", name = one, role = one }) with { PersonId = $"p{n}{one}" },
                Story.Event(id, "note_added", at, new { note_id = $"n-{id}-{n}", text }) with { Actor = "user:" + one },
                Story.Event(id, "onboarding_blocked", at, new { blocker_type = one[..Math.Min(60, one.Length)], notes = text }),
                Story.Event(id, "probe", at, new Dictionary<string, string>(StringComparer.Ordinal) { [one] = text }, id: $"t{id}{n}{one}"),
                Story.Event(id, "page_view", at, new { title = text }) with { Visit = new(Url: one, Referrer: one, Source: one, Campaign: one) },
                Story.Event(id, "issue_resolution", at, new { issue_url = text, pr_url = text, success = true }),
                Story.Event(id, "support_request", at, new { topic = text, message = text }));
            await house.Services.GetRequiredService<AddUser>().Run(new($"{id}-{n}@x.example", one[..Math.Min(100, one.Length)], "viewer"), "cli", CancellationToken.None);
            if (n == 0) (await house.Cli("key", "create", "--name", one[..Math.Min(100, one.Length)], "--scope", "ingest")).Code.ShouldBe(0);
        }

        return "/customers/" + id;
    }
}
