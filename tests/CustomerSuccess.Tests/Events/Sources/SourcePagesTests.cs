using System.Net;
using CustomerSuccess.Events.Sources;
using CustomerSuccess.Events.Sources.Setup;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace CustomerSuccess.Tests.Events.Sources;

/// <summary>Settings, Sources, as an admin sets one up and others read it.</summary>
public sealed class SourcePagesTests(LivedInHouse lived) : IClassFixture<LivedInHouse>
{
    private readonly House house = lived.House;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int, bool> Screens => new() { { 1440, false }, { 1440, true }, { 390, false }, { 390, true } };

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task A_source_is_made_in_two_steps_and_turns_green_with_its_first_event(int width, bool dark)
    {
        var variant = $"{width} {(dark ? "dark" : "light")}";
        await using var alice = await Browser.Open(house, Cast.Alice, width, dark);
        await alice.Go("/settings/sources");
        await alice.Page.GetByRole(AriaRole.Link, new() { Name = "Segment, browser" }).ClickAsync();
        await alice.Page.Locator("#Name").FillAsync("Web app " + variant);
        await alice.Field("Pages that may use the key").FillAsync("https://app.example.com\nnot an origin");
        await alice.Button("Make the source").ClickAsync();
        await alice.Sees("is no origin");
        await alice.NothingToComplain($"a refused source {variant}");
        await alice.Field("Pages that may use the key").FillAsync("https://app.example.com");
        await alice.Button("Make the source").ClickAsync();
        await alice.Sees("Waiting for the first event…");
        var id = new Uri(alice.Page.Url).Segments[^1];
        var source = (await ListSources.Run(house.Db, Ct)).Single(one => one.SourceId == id);
        source.Origins.ShouldBe(["https://app.example.com"]);
        await alice.Sees($"writeKey: '{source.WriteKey}', cdnURL: '{house.Url}'");
        await alice.Page.EvaluateAsync("window.stayed = true");
        await alice.NothingToComplain($"a source that waits {variant}");

        await house.Write(Story.Event("acme", "trial_started", house.Clock.GetUtcNow().UtcDateTime, new { plan = "<b>pro</b>" }) with { Actor = "source:" + id, CustomerId = null, VisitorId = "v1" });
        house.Services.GetRequiredService<RecordSourceUse>().Note(id, 1);
        await alice.Sees("It works");
        await alice.Sees("trial_started");
        await alice.Sees("<b>pro</b>");
        (await alice.Page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue("the page must not have been loaded again");
        await alice.NothingToComplain($"a source that works {variant}");

        await house.Services.GetRequiredService<KnownSources>().ByDomain($"seen-{width}-{dark}.example".ToLowerInvariant(), "plausible");
        await alice.Go("/settings/sources");
        await alice.Sees("Seen sending");
        await alice.NothingToComplain($"sources {variant}");
    }

    [Fact]
    public async Task Whoever_only_reads_sees_the_sources_and_cannot_change_them()
    {
        var made = await Make("Reading", "segment");
        var carol = await house.As(Cast.Carol);
        (await carol.Page("/settings/sources")).ShouldContain("Reading");
        var page = await carol.Page($"/settings/sources/{made.SourceId}");
        page.ShouldContain(made.WriteKey!);
        Staff.Seen(await carol.Page("/settings/sources"), "action=\"/settings/sources/[^\"]+").ShouldBeEmpty();
        (await carol.GetAsync("/settings/sources/new?client=script")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_ended_source_says_so_and_a_discovered_site_can_be_blocked()
    {
        var alice = await house.As(Cast.Alice);
        var made = await Make("To be ended", "posthog");
        (await alice.Form("/settings/sources", $"/settings/sources/{made.SourceId}/revocation")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await house.Services.GetRequiredService<KnownSources>().ByKey(made.WriteKey!)).ShouldBeNull();
        (await alice.Page($"/settings/sources/{made.SourceId}")).ShouldContain("It may not send any more.");

        var seen = (await house.Services.GetRequiredService<KnownSources>().ByDomain("stranger.example", "umami")).ShouldNotBeNull();
        (await alice.Form("/settings/sources", $"/settings/sources/{seen.SourceId}/revocation")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await house.Services.GetRequiredService<KnownSources>().ByDomain("stranger.example", "umami")).ShouldBeNull();
        // Added, it may send again.
        (await alice.Form("/settings/sources/new?client=umami", "/settings/sources", ("Client", "umami"), ("Domain", "stranger.example"))).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await house.Services.GetRequiredService<KnownSources>().ByDomain("stranger.example", "umami")).ShouldNotBeNull();
    }

    [Fact]
    public void Every_client_has_lines_to_paste_with_address_and_key_in_them()
    {
        foreach (var client in Client.All.Where(client => client.Page is null))
        {
            var text = string.Join('\n', Snippets.For(client, new Uri("https://cs.example.com/sub"), "wk_key", "shop.example").Select(snippet => snippet.Text));
            text.ShouldContain("cs.example.com");
            if (client.Kind is null) text.ShouldContain("_API_KEY");
            else text.ShouldContain(client.Domain is null ? "wk_key" : "shop.example");
            if (client.Kind is not null) Source.Kinds.ShouldContain(client.Kind);
        }
    }

    [Fact]
    public void What_an_admin_typed_cannot_leave_its_place_in_the_code()
    {
        Snippets.For(Client.Find("script")!, new Uri("https://cs.example.com"), "", "\"><script>alert(1)</script>")[0].Text.ShouldNotContain("<script>alert");
        Snippets.For(Client.Find("plausible")!, new Uri("https://cs.example.com"), "", "a'); alert(1); ('")[1].Text.ShouldContain(@"a\'); alert(1); (\'");
    }

    [Fact]
    public void Options_that_the_clients_mind_are_as_they_want_them()
    {
        string Text(string client, string address) => string.Join('\n', Snippets.For(Client.Find(client)!, new Uri(address), "wk_key", "d").Select(snippet => snippet.Text));
        // A path in host is dropped by analytics-node, and Jitsu's client throws on a key without a colon.
        Text("segment-node", "https://cs.example.com/sub").ShouldContain("host: 'https://cs.example.com'");
        Text("segment-node", "https://cs.example.com/sub").ShouldContain("path: '/sub/v1/batch'");
        Text("segment-node", "https://cs.example.com").ShouldContain("path: '/v1/batch'");
        Text("segment-browser", "http://127.0.0.1:5080").ShouldContain("apiHost: '127.0.0.1:5080/v1', protocol: 'http'");
        Text("jitsu", "https://cs.example.com").ShouldContain("writeKey: 'wk_key:");
        Text("rudder-browser", "https://cs.example.com").ShouldContain("analytics-js/bundled");
    }

    private async Task<Source> Make(string name, string kind) =>
        (await house.Services.GetRequiredService<CreateSource>().Run(new(name, kind), "cli", Ct)).Made.ShouldNotBeNull();
}
