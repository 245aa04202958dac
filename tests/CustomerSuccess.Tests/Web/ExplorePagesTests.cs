using CustomerSuccess.Events;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;

namespace CustomerSuccess.Tests.Web;

/// <summary>The pages of ad hoc funnels, retention and sessions in their four variants, with and without a script.</summary>
public sealed class ExplorePagesTests(VisitedHouse visited) : IClassFixture<VisitedHouse>
{
    public static TheoryData<int, bool> Screens => PagesTests.Screens;

    private const string Question = "step=page_view&where=&step=signup&where=&step=docs_search&where=";

    private static readonly string[] Pages =
    [
        "/funnel/explore", $"/funnel/explore?{Question}&breakdown=first_touch.source&compare=on", "/funnel/explore?step=page_view&where=nonsense", $"/funnel/explore/people?{Question}&at=1",
        "/funnel/explore?step=no_such_thing&step=signup", "/funnel/retention", "/funnel/retention?by=cohort&weeks=26", "/funnel/sessions",
    ];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Every_page_fits_and_is_accessible(int width, bool dark)
    {
        await using var alice = await Browser.Open(visited.House, Cast.Alice, width, dark);
        foreach (var page in Pages)
        {
            await alice.Go(page);
            await alice.NothingToComplain($"{page} {width} {(dark ? "dark" : "light")}");
        }
    }

    [Fact]
    public async Task A_funnel_is_built_kept_and_followed_to_the_people_without_a_script()
    {
        await using var bob = await Browser.Open(visited.House, Cast.Bob, script: false);
        await bob.Go("/funnel/explore");
        await bob.Field("Event of step 1").SelectOptionAsync("page_view");
        await bob.Field("Condition of step 1").FillAsync("/*");
        await bob.Field("Event of step 2").SelectOptionAsync("signup");
        await bob.Button("Show the funnel").ClickAsync();
        await bob.Sees("came no further");
        await bob.Field("Keep it under a name").FillAsync("Visit to sign-up");
        await bob.Button("Save").ClickAsync();
        await bob.Sees("“Visit to sign-up” is kept");
        await bob.Page.Locator("[data-figure='dropped 1']").ClickAsync();
        await bob.Sees("Who came no further");
        await bob.Sees("visitor");
        await bob.Go("/funnel/explore");
        await bob.Page.GetByText("Visit to sign-up").ClickAsync();
        await bob.Page.GetByText("Give this saved funnel up").ClickAsync();
        await bob.Button("Give it up").ClickAsync();
        await bob.Sees("is no longer kept");
    }

    [Fact]
    public async Task The_api_counts_retention_and_sessions()
    {
        var machine = await Machine.With(visited.House, "read");
        var retention = (await machine.Get("/api/v1/retention?weeks=6")).Json;
        var first = retention.GetProperty("cohorts")[0];
        first.GetProperty("name").GetString().ShouldBe("2025-03-24");
        first.GetProperty("size").GetInt64().ShouldBe(4);
        // Nothing before the customer was active counts, and weeks that are not over yet count for nobody.
        first.GetProperty("weeks").EnumerateArray().Select(week => week.GetProperty("active").GetInt64()).ShouldBe([4, 2, 2, 0, 0, 0]);
        first.GetProperty("weeks").EnumerateArray().Select(week => week.GetProperty("of").GetInt64()).ShouldBe([4, 4, 4, 4, 4, 0]);
        (await machine.Get("/api/v1/retention?by=colour")).Problem("by").ShouldContain("week or cohort");
        (await machine.Get("/api/v1/retention?weeks=99")).Problem("weeks").ShouldContain("4 to 52");

        var sessions = (await machine.Get("/api/v1/sessions?from=2025-05-01&to=2025-05-01")).Json;
        sessions.GetProperty("sessions").GetInt64().ShouldBe(3, "a pause of exactly thirty minutes is none, a longer one is");
        sessions.GetProperty("visitors").GetInt64().ShouldBe(2);
        sessions.GetProperty("pages").GetInt64().ShouldBe(5);
        sessions.GetProperty("bounce_rate").GetDecimal().ShouldBe(66.67m);
        sessions.GetProperty("sources").EnumerateArray().Select(each => $"{each.GetProperty("channel").GetString()} {each.GetProperty("sessions").GetInt64()}").ShouldBe(["direct 2", "search 1"], ignoreOrder: true);
        var docs = sessions.GetProperty("top_pages").EnumerateArray().Single(page => page.GetProperty("path").GetString() == "/docs");
        (docs.GetProperty("views").GetInt64(), docs.GetProperty("entries").GetInt64(), docs.GetProperty("exits").GetInt64(), docs.GetProperty("mean_seconds").GetDouble()).ShouldBe((2, 0, 1, 600));
        (await machine.Get("/api/v1/sessions?from=2025-05-02&to=2025-05-01")).Problem("from").ShouldContain("before to");
    }
}

/// <summary>A house with visitors, some of whom signed up and stayed.</summary>
public sealed class VisitedHouse : IAsyncLifetime
{
    public House House { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        House = await House.Open();
        foreach (var colleague in new[] { Cast.Alice, Cast.Bob }) await House.Hire(colleague);
        var signup = new DateOnly(2025, 3, 25);
        var at = new DateTime(2025, 3, 25, 9, 0, 0, DateTimeKind.Utc);
        var events = new List<Envelope>();
        foreach (var (customer, n) in new[] { "acme", "north", "para", "tech" }.Select((name, n) => (name, n)))
        {
            events.Add(Story.Created(customer, signup) with { OccurredAt = at, ReceivedAt = at });
            events.Add(Story.Event(customer, "page_view", at.AddDays(32 + n)) with { Visit = new Visit("https://example.com/pricing") });
            events.Add(Story.Event(customer, "signup", at.AddDays(33 + n).AddHours(n)));
            events.Add(Story.Event(customer, "api_call", at.AddDays(1)));
            if (n < 2) events.AddRange(Enumerable.Range(0, 14).Select(day => Story.Event(customer, "api_call", at.AddDays(7 + day).AddHours(n))));
            events.Add(Story.Event(customer, "api_call", at.AddDays(35 + n)) with { Type = n < 2 ? "docs_search" : "video_played" });
        }

        var day = new DateTime(2025, 5, 1, 10, 0, 0, DateTimeKind.Utc);
        Envelope View(string visitor, DateTime when, string path, string? referrer = null) => new()
        {
            Id = Guid.CreateVersion7().ToString("N"),
            Source = "tracker",
            Type = "page_view",
            VisitorId = visitor,
            OccurredAt = when,
            ReceivedAt = when,
            Visit = new Visit("https://example.com" + path, referrer),
        };
        events.AddRange([View("v1", day, "/", "https://www.google.com/"), View("v1", day.AddMinutes(30), "/docs"), View("v1", day.AddMinutes(40), "/docs", "https://example.com/docs"),
            View("v1", day.AddMinutes(70).AddSeconds(1), "/pricing"), View("v2", day, "/blog/launch")]);
        events.AddRange(Enumerable.Range(0, 40).Select(n => View("w" + n, day.AddDays(-n % 20).AddMinutes(7 * n), n % 3 == 0 ? "/" : "/a/rather/long/path/" + n, n % 4 == 0 ? "https://chatgpt.com/" : null) with { OccurredAt = day.AddDays(-1 - n % 20) }));
        await House.Write([.. events]);
    }

    public ValueTask DisposeAsync() => House.DisposeAsync();
}
