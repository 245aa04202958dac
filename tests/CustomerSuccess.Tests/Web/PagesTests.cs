using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent;
using CustomerSuccess.Messages.Consent.Choices;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Messages.Templates.Versions;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Versions;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Funnel;
using CustomerSuccess.Tests.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Web;

/// <summary>Every page in its four variants: accessible, within the screen, without a complaint in the console.</summary>
public sealed class PagesTests(LivedInHouse lived) : IClassFixture<LivedInHouse>
{
    public static TheoryData<int, bool> Screens => new() { { 1440, false }, { 1440, true }, { 390, false }, { 390, true } };

    private static readonly string[] Pages =
    [
        "/", "/customers", "/customers?status=at_risk", "/customers?q=nobody-is-called-this", "/customers/acme", "/customers/nobody",
        "/settings/account", "/settings/users", "/settings/keys", "/settings/sources", "/settings/sources/new?client=script", "/settings/sources/new?client=http", "/settings/ingestion", "/settings/webhooks", "/settings/topics", "/settings/suppressions", "/settings/suppressions?search=nobody-is-called-this", "/settings/import", "/settings/export", "/settings/audit",
        "/funnel", "/funnel?days=90", "/funnel?from=2026-03-01&to=2026-03-09", "/funnel/journeys", "/funnel/journeys?completed_signup=true&completed_activation=false", "/settings/funnel", "/settings/causes", "/settings/schedules", "/nothing-here",
        "/settings/templates", "/settings/templates/weekly_summary", "/settings/templates/welcome?customer=acme&width=700&scheme=dark", "/settings/templates/team_weekly_summary", "/settings/templates/welcome?customer=nobody-is-called-this", "/settings/templates/welcome/versions/2", "/settings/brand",
        "/onboarding", "/onboarding/customers", "/onboarding/customers?stuck=yes&plan=Team", "/onboarding/customers?stage=nowhere", "/onboarding/analytics?from=2026-01-01&to=2026-12-31", "/onboarding/analytics?days=7",
        "/settings/widget?customer=acme", "/settings/widget?customer=nobody&theme=dark&lang=de", "/settings/workflow", "/settings/workflow/1?to=2", "/settings/workflow/2", "/identities", "/identities?status=conflict", "/identities?status=blocked", "/identities?status=linked", "/identities?search=nobody-is-called-this",
        "/milestones", "/milestones?landmark=7", "/settings/milestones",
        "/identities/link?identity=~p:stranger", "/identities/link?identity=~p:stranger&customer=northwind", "/identities/unlink?identity=~p:ann",
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
        await Letters.Fill(House, customers);
        // People of other tools: one recognised, with a visit and a contradiction, one whom nobody knows, one that names nobody.
        Envelope Seen(string id, string type, int minute, string? person, string? visitor = null, string? group = null, object? properties = null) =>
            Story.Event("nobody", type, House.Clock.GetUtcNow().UtcDateTime.AddDays(-1).AddMinutes(minute), properties, id) with { CustomerId = null, Source = "segment", PersonId = person, VisitorId = visitor, GroupId = group };
        await House.Write(
            Seen("w1", "page_view", 1, null, "web-1"), Seen("w2", "identify", 2, "ann", "web-1", null, new { email = "hello@acme.example", name = "Ann Lee", plan = "Team" }), Seen("w3", "pr_merged", 3, "ann"),
            Seen("w5", "report_opened", 5, "stranger"), Seen("w6", "report_opened", 6, "stranger"), Seen("w7", "report_opened", 7, null, null, "org-with-a-rather-long-name-of-another-tool-0123456789"),
            Seen("w8", "report_opened", 8, "undefined"));
        while ((await ResolveWaiting.Run(House.Db, House.Services.GetRequiredService<EventLog>(), new LinkSettings(), House.Clock, 100, default)).Taken > 0)
        {
        }

        await CustomerSuccess.Tests.Widget.Tokens.Secret(House);
        // Two versions of a template, to compare.
        foreach (var words in new[] { "<p>Hello {{customer.organization}}</p>", "<p>Hello {{customer.organization}}</p>\n<p>Welcome</p>" })
            (await House.Services.GetRequiredService<SaveTemplate>().Run(TemplateKind.Find("welcome")!, new("Hello", "", words, ""), null, "", new("user:alice@example.com", "user:1"), default)).Faults.ShouldBeEmpty();
        // A second version of the workflow, and a draft that is not right.
        var definitions = House.Services.GetRequiredService<ChangeDefinitions>();
        ChangeDefinitions.Author author = new("user:alice@example.com", "user:1");
        await definitions.Keep(ReadDefinition.BuiltinText.Replace("\"points\": 5,", "\"points\": 6,", StringComparison.Ordinal), "More points for the first ones", author, default);
        (await definitions.Publish(author, default)).Version.ShouldBe(2);
        await definitions.Keep(ReadDefinition.BuiltinText.Replace("\"intro_watched\"", "\"page_view\"", StringComparison.Ordinal), "", author, default);
        await Unwanted();
        await House.Write(Seen("w9", "report_opened", 9, "ann", null, "northwind"));
    }

    // People who do not want all of our mail, and addresses that get none.
    private async Task Unwanted()
    {
        await using var connection = await House.Db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await House.Services.GetRequiredService<ChangePreferences>().Run(connection, transaction, new("acme", "hello@acme.example", ChangePreferences.OneClick, By.Recipient),
            new Dictionary<string, bool>(StringComparer.Ordinal) { ["weekly_summary"] = false }, default);
        foreach (var (email, reason) in new[] { ("hello@acme.example", SuppressionList.HardBounce), ("somebody-with-a-rather-long-name@a-rather-long-domain.example", SuppressionList.Complaint), ("eve@example.com", SuppressionList.Wish) })
            await House.Services.GetRequiredService<SuppressionList>().Add(connection, transaction, new(email, reason, "550 5.1.1 no such user"), By.CommandLine, default);
        await transaction.CommitAsync();
    }

    public ValueTask DisposeAsync() => House.DisposeAsync();
}
