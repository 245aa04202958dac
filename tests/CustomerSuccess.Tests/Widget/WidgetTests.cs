using System.IO.Compression;
using System.Net;
using CustomerSuccess.Events;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Web;
using Dapper;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Widget;

/// <summary>The widget on a company's page, across origins, in a real browser.</summary>
public sealed class WidgetTests(House house) : IClassFixture<House>
{
    private static readonly DateTime Now = new(2025, 5, 5, 11, 0, 0, DateTimeKind.Utc);

    private async Task<string> Customer(string id, params Envelope[] more)
    {
        await house.Write([Story.Created(id, new DateOnly(2025, 5, 1)), Story.Event(id, "onboarding_step_account_created", Now.AddDays(-3)), .. more]);
        return house.Sign(await Secret(), id, ("person", "ann"));
    }

    // One for the class: a new one would end those of the other tests.
    private static string? secret;

    private async Task<string> Secret() => secret ??= await house.Secret();

    private static Task<Web.Visitor> Reader(House house, int width = 1440, bool dark = false) => Browser.Open(house, width: width, dark: dark);

    [Fact]
    public async Task The_script_is_small_and_may_be_loaded_from_anywhere()
    {
        var answer = await house.Http.GetAsync("/widget.js");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/javascript; charset=utf-8");
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
        packed.Length.ShouldBeLessThan(15 * 1024);
    }

    public static TheoryData<int, bool, string> Looks => new() { { 1440, false, "en" }, { 1440, true, "de" }, { 390, false, "de" }, { 390, true, "en" } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task It_shows_the_checklist_under_a_strict_policy_and_is_accessible(int width, bool dark, string language)
    {
        var id = $"look-{width}-{(dark ? "dark" : "light")}";
        await using var site = await CompanySite.Open(house);
        site.Token = await Customer(id, Story.Event(id, "task_completed", Now.AddDays(-2), new { task = "watch_intro" }),
            Story.Event(id, "onboarding_blocked", Now.AddDays(-1), new { blocker_type = "github_permissions", notes = "Your administrator has to approve the app.\nSend them the link below." }));
        site.Language = language;
        await using var ann = await Reader(house, width, dark);
        await ann.Go(site.Url);
        await ann.Reads(language == "de" ? "Ihre Mithilfe ist nötig: GitHub permissions" : "Action needed: GitHub permissions");
        await ann.Reads(language == "de" ? "Nächster Schritt" : "Next step");
        await ann.Reads(language == "de" ? "Kollegin oder Kollegen einladen" : "Invite a teammate");
        await ann.Reads(language == "de" ? "2 von 16 erledigt" : "2 of 16 done");
        await ann.NothingToComplain($"widget-{width}-{dark}-{language}");
        // Everything open, the form too.
        foreach (var summary in await ann.Page.Locator("cs-widget .stage > summary").AllAsync())
            if (!await summary.EvaluateAsync<bool>("element => element.parentElement.open")) await summary.ClickAsync();
        await ann.Page.Locator("cs-widget [data-k=task-complete_profile]").ClickAsync();
        await ann.Page.Locator("cs-widget .banner.bad button").ClickAsync();
        await ann.NothingToComplain($"widget-{width}-{dark}-{language}-open");
        (await ann.Page.Context.CookiesAsync()).ShouldBeEmpty();
        (await ann.Page.EvaluateAsync<int>("localStorage.length + sessionStorage.length")).ShouldBe(0);
    }

    [Fact]
    public async Task It_follows_what_happens_and_what_is_done_in_it_is_done()
    {
        await using var site = await CompanySite.Open(house);
        site.Token = await Customer("follows");
        await using var ann = await Reader(house);
        await ann.Go(site.Url);
        await ann.Reads("1 of 16 done");
        await ann.Page.EvaluateAsync("window.stayed = true");
        await house.Write(Story.Event("follows", "onboarding_step_github_action_installed", Now));
        await ann.Reads("2 of 16 done");
        await ann.Page.Locator("cs-widget [data-k=stage-welcome]").ClickAsync();
        await ann.Page.Locator("cs-widget [data-k=task-watch_intro]").ClickAsync();
        await ann.Button("Start: Watch the introduction").ClickAsync();
        await ann.Button("Mark as done: Watch the introduction").ClickAsync();
        await ann.Reads("3 of 16 done");
        await Assertions.Expect(ann.Page.Locator("cs-widget [role=status]")).ToContainTextAsync("Watch the introduction: Done. 3 of 16 done.");
        await ann.Page.Locator("cs-widget [data-k=task-complete_profile]").ClickAsync();
        await ann.Button("Skip: Complete the profile").ClickAsync();
        await ann.Button("Try again: Complete the profile").ClickAsync();
        await ann.Button("Skip: Complete the profile").WaitForAsync();
        await Open(house, "follows", "task_completed", "widget:ann");
        (await ann.Page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue();
        await ann.NothingToComplain("widget-follows");
    }

    private static async Task Open(House house, string customer, string type, string actor)
    {
        await using var db = await house.Db.OpenConnectionAsync();
        (await db.QueryAsync<string>("select actor from events where subject = @customer and type = @type", new { customer, type })).ShouldContain(actor);
    }

    [Fact]
    public async Task Everything_can_be_reached_by_the_keyboard_and_nothing_is_lost_by_news()
    {
        await using var site = await CompanySite.Open(house);
        site.Token = await Customer("keys", Story.Event("keys", "onboarding_blocked", Now.AddDays(-1), new { blocker_type = "billing", notes = "" }));
        await using var ann = await Reader(house);
        await ann.Go(site.Url);
        await ann.Reads("Action needed: Billing");
        async Task<string> Focused() => await ann.Page.EvaluateAsync<string>("document.querySelector('cs-widget').shadowRoot.activeElement?.dataset.k ?? ''");
        await ann.Page.Keyboard.PressAsync("Tab");
        (await Focused()).ShouldBe("help-blocker");
        await ann.Page.Keyboard.PressAsync("Enter");
        (await Focused()).ShouldBe("help-words");
        await ann.Page.Keyboard.TypeAsync("Whom do we ");
        // News come while somebody types: the words, the place in them and the focus stay.
        await house.Write(Story.Event("keys", "onboarding_step_github_action_installed", Now));
        await ann.Reads("2 of 16 done");
        await ann.Page.Keyboard.TypeAsync("ask?");
        (await ann.Page.Locator("cs-widget textarea").InputValueAsync()).ShouldBe("Whom do we ask?");
        await ann.Page.Keyboard.PressAsync("Escape");
        (await Focused()).ShouldBe("help-blocker", "closed, the reader stands where it was opened");
        var seen = new List<string>();
        for (var n = 0; n < 40 && (await Focused()) is { Length: > 0 } at; n++)
        {
            seen.Add(at);
            await ann.Page.Keyboard.PressAsync("Tab");
        }

        foreach (var part in new[] { "help-blocker", "help-next-first_issue_tagged", "stage-welcome", "stage-setup", "stage-features", "stage-mastery", "task-configure_notifications" }) seen.ShouldContain(part);
        await ann.Page.Locator("cs-widget [data-k=stage-mastery]").FocusAsync();
        await ann.Page.Keyboard.PressAsync("Enter");
        await ann.Reads("Recommend us");
    }

    [Fact]
    public async Task Get_help_reaches_the_team_once_however_often_it_is_pressed()
    {
        await using var site = await CompanySite.Open(house);
        site.Token = await Customer("helped");
        await using var ann = await Reader(house);
        await ann.Go(site.Url);
        await ann.Button("Get help: Install the GitHub Action").First.ClickAsync();
        await ann.Page.Locator("cs-widget textarea").FillAsync("Who may approve it?");
        await ann.Button("Send").DblClickAsync();
        await ann.Reads("We have got your request");
        (await ann.Page.Locator("cs-widget textarea").CountAsync()).ShouldBe(0);
        await using var db = await house.Db.OpenConnectionAsync();
        (await db.QueryAsync<(string, string)>("select properties ->> 'topic', properties ->> 'message' from events where subject = 'helped' and type = 'support_request'")).ShouldHaveSingleItem().ShouldBe(("Install the GitHub Action", "Who may approve it?"));
        await ann.NothingToComplain("widget-helped");
        // It stands where the team looks.
        await using var alice = await Reader(house);
        await CustomerSuccess.Tests.Access.Staff.Hire(house, Cast.Alice);
        await alice.SignIn(Cast.Alice);
        await alice.Go("/customers/helped");
        await alice.Sees("Support request: Install the GitHub Action");
        await alice.Sees("By ann, in the widget");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Completion_is_celebrated_once_and_quietly_where_that_is_asked_for(bool calm)
    {
        var id = "party-" + (calm ? "calm" : "loud");
        await using var site = await CompanySite.Open(house);
        site.Token = await Customer(id, [.. new[] { "welcome_email_sent", "github_action_installed", "first_issue_tagged" }.Select(step => Story.Event(id, "onboarding_step_" + step, Now.AddDays(-2)))]);
        await using var ann = await Reader(house);
        await ann.Page.EmulateMediaAsync(new() { ReducedMotion = calm ? ReducedMotion.Reduce : ReducedMotion.NoPreference });
        await ann.Page.AddInitScriptAsync("window.pieces = 0; const was = Element.prototype.animate; Element.prototype.animate = function (...all) { pieces++; return was.apply(this, all); }");
        await ann.Go(site.Url);
        await ann.Reads("4 of 16 done");
        await house.Write(Story.Event(id, "onboarding_step_first_pr_generated", Now));
        await ann.Reads("Onboarding completed on May 5, 2025");
        await ann.Reads("Completed in 4 days");
        (await ann.Page.EvaluateAsync<int>("pieces")).ShouldBe(calm ? 0 : 48);
        await Assertions.Expect(ann.Page.Locator("cs-widget .sky")).ToHaveCountAsync(0);
        await ann.NothingToComplain("widget-" + id);
        await ann.Page.ReloadAsync();
        await ann.Reads("Completed in 4 days");
        (await ann.Page.EvaluateAsync<int>("pieces")).ShouldBe(0, "once");
    }

    [Fact]
    public async Task Without_a_right_token_or_origin_there_is_nothing_to_see_and_nothing_breaks()
    {
        var right = await Customer("quiet");
        foreach (var (token, allowed) in new[] { ("", true), ("forged", true), (house.Sign("csw_other", "quiet"), true), (house.Sign(await Secret(), "quiet", ("exp", 1)), true), (right, false) })
        {
            await using var site = await CompanySite.Open(house, allowed);
            site.Token = token;
            await using var ann = await Reader(house);
            var (said, broken) = (new List<string>(), new List<string>());
            ann.Page.Console += (_, message) => said.Add($"{message.Type} {message.Text}");
            ann.Page.PageError += (_, error) => broken.Add(error);
            await ann.Go(site.Url);
            await Wait.Until(() => said.Any(line => line.StartsWith("info Customer checklist:", StringComparison.Ordinal)), "the reason for whoever builds the page");
            await Assertions.Expect(ann.Page.Locator("cs-widget")).ToBeHiddenAsync();
            (await ann.Page.Locator("cs-widget").EvaluateAsync<int>("element => element.shadowRoot.textContent.length")).ShouldBe(0);
            broken.ShouldBeEmpty();
            said.ShouldNotContain(line => line.Contains("Content Security Policy", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_token_that_ends_is_replaced_by_the_pages_own_server_and_else_the_list_rests()
    {
        await using var site = await CompanySite.Open(house);
        await Customer("renewed");
        site.Attributes = """data-token-url="/token" """;
        site.Fresh = () => house.Sign(secret!, "renewed", ("exp", house.Clock.GetUtcNow().ToUnixTimeSeconds() + 32), ("jti", Guid.NewGuid().ToString()));
        await using var ann = await Reader(house);
        await ann.Go(site.Url);
        await ann.Reads("1 of 16 done");
        await Wait.Until(() => site.Asked > 1, "a new token before the old one ends");

        // Nobody to ask for another one: what is shown stays, and nothing can be pressed.
        await using var once = await CompanySite.Open(house);
        await Customer("rests");
        once.Token = house.Sign(secret!, "rests", ("exp", house.Clock.GetUtcNow().ToUnixTimeSeconds() + 3600));
        await using var bea = await Reader(house);
        await bea.Go(once.Url);
        await bea.Reads("1 of 16 done");
        await bea.Page.RouteAsync("**/widget/*?*", route => route.FulfillAsync(new() { Status = 401, Headers = [new("Access-Control-Allow-Origin", once.Url)] }));
        await house.Write(Story.Event("rests", "customer_updated", Now, new { archived_at = "2025-05-05T11:00:00Z" }), Story.Event("rests", "onboarding_step_github_action_installed", Now));
        await bea.Reads("This list is no longer kept up to date");
        await Assertions.Expect(bea.Page.Locator("cs-widget button:not(:disabled)")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Where_streams_do_not_work_it_asks()
    {
        await using var site = await CompanySite.Open(house);
        site.Token = await Customer("asks");
        await using var ann = await Reader(house);
        await ann.Page.RouteAsync("**/widget/live?*", route => route.FulfillAsync(new() { Status = 502 }));
        await ann.Go(site.Url);
        await ann.Reads("1 of 16 done");
    }

    [Fact]
    public async Task A_frame_shows_it_to_allowed_origins_only()
    {
        var token = await Customer("framed");
        await using var site = await CompanySite.Open(house);
        site.Policy = $"default-src 'none'; frame-src {house.Url}; style-src 'self'; img-src data:";
        site.Body = $"""<iframe src="{house.Url}/widget/frame?token=TOKEN&lang=de&theme=dark" title="Onboarding" referrerpolicy="no-referrer" width="380" height="700"></iframe>""";
        site.Token = token;
        await using var ann = await Reader(house);
        await ann.Go(site.Url);
        var frame = ann.Page.FrameLocator("iframe");
        await Assertions.Expect(frame.Locator("cs-widget .place")).ToContainTextAsync("1 von 16 erledigt", new LocatorAssertionsToContainTextOptions { UseInnerText = true });
        await frame.Locator("cs-widget [data-k=stage-welcome]").ClickAsync();
        await frame.Locator("cs-widget [data-k=task-watch_intro]").ClickAsync();
        await frame.GetByRole(AriaRole.Button, new() { Name = "Als erledigt markieren: Einführung ansehen" }).ClickAsync();
        await Assertions.Expect(frame.Locator("cs-widget .place")).ToContainTextAsync("2 von 16 erledigt", new LocatorAssertionsToContainTextOptions { UseInnerText = true });
        await ann.NothingToComplain("widget-frame");

        await using var other = await CompanySite.Open(house, allowed: false);
        (other.Policy, other.Body, other.Token) = (site.Policy, site.Body, token);
        await using var eve = await Reader(house);
        var complaint = new TaskCompletionSource<string>();
        eve.Page.Console += (_, message) =>
        {
            if (message.Text.Contains("frame-ancestors", StringComparison.Ordinal)) complaint.TrySetResult(message.Text);
        };
        await eve.Go(other.Url);
        await complaint.Task.WaitAsync(Wait.Longest);
    }
}
