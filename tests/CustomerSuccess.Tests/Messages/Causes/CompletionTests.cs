using System.Diagnostics;
using CustomerSuccess.Events;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Tracking;
using CustomerSuccess.Tests.Webhooks;
using CustomerSuccess.Tracking.Csv;
using CustomerSuccess.Tracking.Import;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Messages.Causes;

/// <summary>The fifth step, whichever way it comes: one completion, one notice, one mail, one tag, and an open page that shows it.</summary>
public sealed class CompletionTests
{
    private static readonly string[] Four = ["welcome_email_sent", "account_created", "github_action_installed", "first_issue_tagged"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("api")]
    [InlineData("page")]
    [InlineData("track")]
    [InlineData("batch")]
    [InlineData("cli")]
    [InlineData("csv")]
    [InlineData("webhook")]
    [InlineData("linked")]
    public async Task Any_way_leads_to_one_of_each(string way)
    {
        await using var house = await House.Open(null, [("CS_MESSAGES", "off"), ("CS_SCHEDULES", "off"), .. GitHubSender.Settings]);
        await house.Hire(Cast.Alice);
        await Almost(house, "acme");
        var api = await Machine.With(house, "admin");
        for (var twice = 0; twice < 2; twice++)
        {
            switch (way)
            {
                case "api": await api.Put("/api/v1/customers/acme/onboarding/first_pr_generated"); break;
                case "track": (await api.Post("/metrics/track", new { customer_id = "acme", event_type = "onboarding_step_first_pr_generated", metadata = new { step = "first_pr_generated" } })).Status.ShouldBe(System.Net.HttpStatusCode.Accepted); break;
                case "batch": await api.Post("/api/v1/events", new[] { "x1", "x2" }.Select(id => new { id, type = "onboarding_step_first_pr_generated", customer_id = "acme" })); break;
                case "cli": (await house.Cli("update-onboarding", "acme", "first_pr_generated", "true")).Code.ShouldBe(0); break;
                case "page": (await (await house.As(Cast.Alice)).Form("/customers/acme", "/customers/acme/onboarding/first_pr_generated", ("Done", "yes"))).StatusCode.ShouldBe(System.Net.HttpStatusCode.Found); break;
                case "linked":
                    await house.Write(Step("acme") with { CustomerId = null, PersonId = "ann", Source = "segment" });
                    await api.Post("/api/v1/identities/links", new { identity = "~p:ann", target = "acme" });
                    break;
                case "csv": await Follow(house); break;
                default:
                    await api.Post("/api/v1/identities/links", new { identity = "~g:github:acme-dev", target = "acme" });
                    (await new GitHubSender(house).Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev"), $"delivery-{twice}")).Status.ShouldBe(System.Net.HttpStatusCode.Accepted);
                    // Deliveries are stored, and taken to their customer, behind the answer.
                    await Wait.Until(async () => (await Count(house, "acme")).Events > 0, "the pull request to complete the onboarding");
                    break;
            }
        }

        (await Count(house, "acme")).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task Two_writers_at_the_same_moment_complete_once()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"), ("CS_SCHEDULES", "off"));
        await house.Hire(Cast.Alice);
        for (var round = 0; round < 25; round++)
        {
            var customer = $"c{round}";
            await Almost(house, customer);
            using var both = new Barrier(2);
            await Task.WhenAll(Enumerable.Range(0, 2).Select(n => Task.Run(async () =>
            {
                both.SignalAndWait(Ct);
                await house.Write(Step(customer) with { Source = n == 0 ? "native" : "github", Id = $"{customer}:{n}" });
            }, Ct)));
            (await Count(house, customer)).ShouldBe((1, 1, 1), customer);
        }
    }

    [Fact]
    public async Task A_process_that_is_killed_on_the_way_leaves_all_of_it_or_nothing()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"), ("CS_SCHEDULES", "off"));
        await house.Hire(Cast.Alice);
        var chance = new Random(5);
        for (var round = 0; round < 8; round++)
        {
            var customer = $"k{round}";
            await Almost(house, customer);
            using (var process = Process.Start(Command(house, "update-onboarding", customer, "first_pr_generated", "true"))!)
            {
                await Task.WhenAny(process.WaitForExitAsync(Ct), Task.Delay(chance.Next(200, 1200), Ct));
                if (!process.HasExited) process.Kill();
                await process.WaitForExitAsync(Ct);
            }

            var left = await Count(house, customer);
            left.ShouldBeOneOf((0L, 0L, 0L), (1L, 1L, 1L));
            await house.Cli("update-onboarding", customer, "first_pr_generated", "true");
            (await Count(house, customer)).ShouldBe((1, 1, 1), customer);
        }
    }

    [Fact]
    public async Task An_open_page_shows_the_completion_by_itself()
    {
        await using var house = await House.Open();
        await Almost(house, "acme");
        var client = house.Client();
        client.DefaultRequestHeaders.Add("x-api-key", await house.Key("read"));
        (await client.GetStringAsync("/customers/acme")).ShouldNotContain(">completed ");
        using var stream = new StreamReader(await client.GetStreamAsync("/live/customers/acme", Ct));
        // From another process, as the command line does.
        (await house.Cli("update-onboarding", "acme", "first_pr_generated", "true")).Code.ShouldBe(0);
        var shown = "";
        while (!shown.Contains(">completed ", StringComparison.Ordinal)) shown = (await stream.ReadLineAsync(Ct)).ShouldNotBeNull("the page ended without showing the completion");
    }

    // The CSV folder of the early access commands, followed while they write the fifth step into it.
    private static async Task Follow(House house)
    {
        var folder = Samples.Folder();
        using var stop = new CancellationTokenSource();
        var following = WatchFolder.Run(house.Db, house.Services.GetRequiredService<CustomerSuccess.Events.EventLog>(), new CsvFolder(folder, TimeProvider.System), house.Clock, _ => { }, stop.Token);
        var onboarding = Path.Combine(folder, "onboarding.csv");
        await File.WriteAllTextAsync(Path.Combine(folder, "customers.csv"), Samples.Customers + "acme,hello@acme.example,Acme,,2025-05-01,,,,active\n", Ct);
        await File.WriteAllTextAsync(onboarding, Samples.Onboarding + "o1003,acme,true,true,true,true,true,,,,\n", Ct);
        await Wait.Until(async () => (await Count(house, "acme")).Events > 0, "the folder to be followed");
        await stop.CancelAsync();
        // In the middle of a look, or between two.
        await following.ContinueWith(_ => { }, TaskScheduler.Default);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task Almost(House house, string customer)
    {
        await house.Write(Story.Created(customer));
        await house.Write([.. Four.Select(step => Story.Event(customer, "onboarding_step_" + step, Story.Start.AddHours(1), new { step }, $"{customer}:{step}"))]);
    }

    private static Envelope Step(string customer) => Story.Event(customer, "onboarding_step_first_pr_generated", Story.Start.AddHours(2), new { step = "first_pr_generated" });

    // The event, the message with the tag, the notice.
    private static async Task<(long Events, long Tagged, long Notices)> Count(House house, string customer)
    {
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        return await db.QuerySingleAsync<(long, long, long)>(
            """
            select (select count(*) from events where subject = @customer and type = 'onboarding_completed'),
              (select count(*) from messages where customer_id = @customer and milestone = 'milestone_onboarding_completed' and to_email = 'hello@' || @customer || '.example'),
              (select count(*) from messages where customer_id = @customer and kind = 'completion_notice' and to_email = 'alice@example.com')
            """, new { customer });
    }

    private static ProcessStartInfo Command(House house, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CustomerSuccess.dll"), .. args]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CS_DATABASE"] = house.ConnectionString;
        start.Environment["CS_SECRET"] = "only for tests, long enough to be accepted";
        return start;
    }
}
