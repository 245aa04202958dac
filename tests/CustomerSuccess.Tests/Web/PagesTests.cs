using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Funnel;

namespace CustomerSuccess.Tests.Web;

/// <summary>Every page in its four variants: accessible, within the screen, without a complaint in the console.</summary>
public sealed class PagesTests(LivedInHouse lived) : IClassFixture<LivedInHouse>
{
    public static TheoryData<int, bool> Screens => new() { { 1440, false }, { 1440, true }, { 390, false }, { 390, true } };

    private static readonly string[] Pages =
    [
        "/", "/customers", "/customers?status=at_risk", "/customers?q=nobody-is-called-this", "/customers/acme", "/customers/nobody",
        "/settings/account", "/settings/users", "/settings/keys", "/settings/sources", "/settings/sources/new?client=script", "/settings/sources/new?client=http", "/settings/ingestion", "/settings/webhooks", "/settings/import", "/settings/export", "/settings/audit",
        "/funnel", "/funnel?days=90", "/funnel?from=2026-03-01&to=2026-03-09", "/funnel/journeys", "/funnel/journeys?completed_signup=true&completed_activation=false", "/settings/funnel", "/nothing-here",
    ];

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task Every_page_fits_and_is_accessible(int width, bool dark)
    {
        await using var alice = await Browser.Open(lived.House, Cast.Alice, width, dark);
        foreach (var page in Pages)
        {
            // A page that is not there is asked for on purpose; the browser reports that status itself.
            await alice.Go(page);
            await alice.NothingToComplain($"{page} {width} {(dark ? "dark" : "light")}");
        }
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task The_door_is_as_good_as_the_rooms(int width, bool dark)
    {
        await using var stranger = await Browser.Open(lived.House, width: width, dark: dark);
        foreach (var page in new[] { "/sign-in", "/first-admin?token=none" })
        {
            await stranger.Go(page);
            await stranger.NothingToComplain($"{page} {width} {(dark ? "dark" : "light")}");
        }
    }

    [Fact]
    public async Task Reading_works_without_a_script()
    {
        await using var carol = await Browser.Open(lived.House, Cast.Carol, script: false);
        await carol.Go("/");
        await carol.Sees("Total customers");
        await carol.Go("/customers?q=acme");
        await carol.Sees("acme");
        await carol.Go("/customers/acme");
        await carol.Sees("Onboarding");
    }
}

/// <summary>A house with people in it: staff of every role and customers in every state.</summary>
public sealed class LivedInHouse : IAsyncLifetime
{
    public House House { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        House = await House.Open();
        foreach (var colleague in new[] { Cast.Alice, Cast.Bob, Cast.Carol }) await House.Hire(colleague);
        string[] customers = ["acme", "northwind", "techcorp", "parallax"];
        await House.Write([.. customers.Select(id => Story.Created(id)), .. Story.Random(5, customers[..3], 80), .. Travels.Random(6, customers, 150).DistinctBy(e => e.Id)]);
    }

    public ValueTask DisposeAsync() => House.DisposeAsync();
}
