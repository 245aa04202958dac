using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Versions;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Widget;

/// <summary>The 120 texts that would be scripts or markup, in everything that the widget shows.</summary>
public sealed class HostileWidgetTests(House house) : IClassFixture<House>
{
    private const string Harm = """
        (() => { const root = document.querySelector('cs-widget').shadowRoot;
          return [...window.harm, ...[...root.querySelectorAll('script,style,iframe,img,object,embed,base,video,audio,math,meta,link,[style],[onerror],[onload],[onclick],[srcdoc]')].map(e => 'element ' + e.outerHTML),
            ...[...root.querySelectorAll('[href],[src],[action]')].map(e => e.getAttribute('href') ?? 'other').filter(a => !/^https:\/\/docs\.example\/\d+$/.test(a)).map(a => 'address ' + a)]; })()
        """;

    [Fact]
    public async Task Whatever_was_typed_is_text_in_the_widget()
    {
        var texts = HostileTextTests.Texts.Select(text => string.Concat(text.Where(letter => !char.IsControl(letter)))).ToArray();
        texts.Length.ShouldBe(120);
        string Line(int n) => texts[n % 120].Trim() is { Length: > 0 } line ? line[..Math.Min(100, line.Length)] : "x";
        var tasks = Enumerable.Range(0, 40).Select(n => new TaskDefinition
        {
            Id = $"hostile_{n}",
            Title = Line(n),
            Help = texts[n + 40],
            Success = texts[n + 80][..Math.Min(500, texts[n + 80].Length)],
            Customer = true,
            Required = n % 2 == 0,
            Resources = [new() { Title = Line(n + 80), Url = $"https://docs.example/{n}" }],
            Texts = new Dictionary<string, OtherWords>(StringComparer.Ordinal) { ["de"] = new() { Title = Line(n + 40), Help = texts[n + 80] } },
        }).ToList();
        var definition = new WorkflowDefinition
        {
            Title = Line(3),
            Stages = [.. tasks.Chunk(20).Select((some, n) => new StageDefinition { Id = $"s{n}", Title = Line(n + 7), About = texts[n + 9], Tasks = some })],
            Badges = [new() { Id = "b", Title = Line(11), About = texts[12], Task = "hostile_0" }],
        };
        var change = house.Services.GetRequiredService<ChangeDefinitions>();
        (await change.Keep(ReadDefinition.Write(definition), "", new("cli", "cli"), default)).ShouldBeEmpty();
        (await change.Publish(new("cli", "cli"), default)).Version.ShouldBe(2);
        var secret = await house.Secret();

        await using var site = await CompanySite.Open(house);
        foreach (var (language, n) in new[] { ("en", 0), ("de", 60) })
        {
            var id = "hostile-" + language;
            var person = new string([.. texts[n + 5].Take(200)]);
            await house.Write(Story.Created(id, new DateOnly(2025, 5, 1)), Story.Event(id, "onboarding_blocked", new(2025, 5, 5, 10, 0, 0, DateTimeKind.Utc), new { blocker_type = Line(n + 20)[..Math.Min(60, Line(n + 20).Length)], notes = string.Join('\n', texts[n..(n + 60)]) }));
            site.Token = house.Sign(secret, id, ("person", person));
            site.Language = language;
            await using var ann = await Browser.Open(house);
            await ann.Page.AddInitScriptAsync(HostileTextTests.Probe);
            await ann.Go(site.Url);
            await ann.Reads(Line(language == "de" ? 45 : 5).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);
            foreach (var summary in await ann.Page.Locator("cs-widget summary").AllAsync()) await summary.EvaluateAsync("element => element.parentElement.open = true");
            await ann.Page.Locator("cs-widget [data-k='list-start-hostile_1']").ClickAsync();
            await Microsoft.Playwright.Assertions.Expect(ann.Page.Locator("cs-widget [data-k='list-complete-hostile_1']")).ToBeVisibleAsync();
            (await ann.Page.EvaluateAsync<string[]>(Harm)).ShouldBeEmpty(language);
        }
    }
}
