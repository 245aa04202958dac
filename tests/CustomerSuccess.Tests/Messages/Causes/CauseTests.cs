using System.Net;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Causes;
using CustomerSuccess.Platform;
using Dapper;

namespace CustomerSuccess.Tests.Messages.Causes;

/// <summary>Which events have a message for their effect, and which have none.</summary>
public sealed class CauseTests
{
    private static readonly string[] Steps = ["account_created", "github_action_installed", "first_issue_tagged", "first_pr_generated"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<House> Quiet() => House.Open(null, ("CS_MESSAGES", "off"), ("CS_SCHEDULES", "off"));

    [Fact]
    public async Task Every_milestone_of_a_customer_causes_its_message_once_with_its_tag()
    {
        await using var house = await Quiet();
        await house.Hire(Cast.Alice);
        await house.Write(Story.Created("acme"));
        foreach (var round in new[] { "first", "again" })
        {
            foreach (var step in Steps) await house.Write(Step("acme", step, round));
            await house.Write(Step("acme", "welcome_email_sent", round));
        }

        (await All(house)).ShouldBe([
            "account_created hello@acme.example milestone_account_created",
            "completion_notice alice@example.com ",
            "first_issue hello@acme.example milestone_first_issue_tagged",
            "first_pr hello@acme.example milestone_first_pr_generated",
            "github_action_installed hello@acme.example milestone_github_action_installed",
            "onboarding_completed hello@acme.example milestone_onboarding_completed",
            "welcome hello@acme.example milestone_welcome_email_sent",
        ]);
        // A step that is reset and done again is none the second time.
        await house.Write(Story.Event("acme", "onboarding_step_reset", Story.Start.AddHours(5), new { step = "first_pr_generated" }), Step("acme", "first_pr_generated", "third"));
        (await All(house)).Count.ShouldBe(7);
        var rebuilt = await house.Cli("rebuild");
        rebuilt.Code.ShouldBe(0, rebuilt.Error);
        (await All(house)).Count.ShouldBe(7);
    }

    [Fact]
    public async Task History_tests_and_archived_customers_and_what_was_known_already_cause_nothing()
    {
        await using var house = await Quiet();
        await house.Hire(Cast.Alice);
        Envelope[] story = [Story.Created("old"), .. Steps.Select(step => Step("old", step, "h")), Step("old", "welcome_email_sent", "h")];
        await house.Write([.. story.Select(e => e with { History = true })]);
        await house.Write([.. Steps.Select(step => Step("old", step, "live"))]);
        var properties = (object)new { email = "t@test.example", organization = "Test", signup_date = "2026-03-01", is_test = true };
        await house.Write(Story.Event("tested", "customer_created", Story.Start, properties, "customer_created:tested"));
        await house.Write([.. Steps.Select(step => Step("tested", step, "live"))]);
        await house.Write(Story.Created("gone") with { History = true });
        await house.Write(Story.Event("gone", "customer_updated", Story.Start.AddHours(1), new { archived_at = "2026-03-01T01:00:00Z" }));
        await house.Write(Step("gone", "first_pr_generated", "live"), Blocked("gone", "permissions"));
        (await All(house)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_blocker_is_told_to_owner_and_team_when_it_is_new()
    {
        await using var house = await Quiet();
        await house.Hire(Cast.Bob);
        var api = await Machine.With(house, "admin");
        (await api.Post("/api/v1/customers", new { id = "acme", email = "a@acme.example", organization = "Acme", owner = Cast.Bob.Email })).Status.ShouldBe(HttpStatusCode.Created);
        (await api.Patch("/api/v1/message-causes", new { team = new[] { "Team@example.com", "bob@example.com" }, off = new[] { "welcome" } })).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var type in new[] { "permissions", "permissions", "billing" })
            (await api.Post("/api/v1/customers/acme/blocker", new { type, notes = "They said so" })).Status.ShouldBe(HttpStatusCode.OK);
        (await All(house)).ShouldBe([
            "blocker_notice bob@example.com ", "blocker_notice bob@example.com ", "blocker_notice team@example.com ", "blocker_notice team@example.com ", "welcome a@acme.example milestone_welcome_email_sent"]);
        (await api.Patch("/api/v1/message-causes", new { team = new[] { "nobody" } })).Problem("team").ShouldContain("no mail address");
        (await api.Patch("/api/v1/message-causes", new { off = new[] { "nothing" } })).Problem("off").ShouldContain("no cause");
    }

    [Fact]
    public async Task A_cause_that_is_off_causes_nothing_and_shows_what_it_would_have_sent()
    {
        await using var house = await Quiet();
        house.Clock.Set(new DateTimeOffset(Story.Start.AddDays(1), TimeSpan.Zero));
        var api = await Machine.With(house, "admin");
        (await api.Patch("/api/v1/message-causes", new { off = new[] { "welcome", "first_pr", "at_risk" } })).Status.ShouldBe(HttpStatusCode.OK);
        await house.Write(Story.Created("acme"), Story.Created("northwind"));
        await house.Write(Step("acme", "first_pr_generated", "1"), Step("acme", "first_pr_generated", "2"), Step("northwind", "first_issue_tagged", "1"));
        await house.Write(Story.Event("acme", "health_changed", Story.Start, new { score = 30, status = "at_risk", from_score = 60, from_status = "healthy" }, "health_changed:acme:1"));
        (await All(house)).ShouldBe(["first_issue hello@northwind.example milestone_first_issue_tagged"]);
        var causes = (await api.Get("/api/v1/message-causes")).Json.GetProperty("causes").EnumerateArray().ToDictionary(cause => cause.GetProperty("name").GetString()!);
        (bool, int, int) Of(string name) => (causes[name].GetProperty("on").GetBoolean(), causes[name].GetProperty("would").GetInt32(), causes[name].GetProperty("queued").GetInt32());
        Of("welcome").ShouldBe((false, 2, 0));
        Of("first_pr").ShouldBe((false, 1, 0));
        Of("first_issue").ShouldBe((true, 1, 1));
        Of("at_risk").ShouldBe((false, 0, 0));
    }

    [Fact]
    public async Task What_happened_long_before_it_came_in_causes_nothing_and_is_counted()
    {
        await using var house = await Quiet();
        await house.Hire(Cast.Alice);
        house.Clock.Set(new DateTimeOffset(Story.Start.AddDays(1), TimeSpan.Zero));
        await house.Write(Story.Created("acme"), Story.Created("northwind"));
        Envelope[] late =
        [
            Step("acme", "first_pr_generated", "1") with { OccurredAt = Story.Start.AddDays(-20) },
            Step("acme", "first_issue_tagged", "1") with { OccurredAt = Story.Start.AddYears(-2) },
            Blocked("acme", "permissions") with { OccurredAt = Story.Start.AddDays(-4) },
            // Two days late is soon enough.
            Step("northwind", "first_pr_generated", "1") with { OccurredAt = Story.Start.AddDays(-2) },
        ];
        await house.Write([.. late.Select(e => e with { ReceivedAt = Story.Start })]);
        (await All(house)).ShouldBe(["first_pr hello@northwind.example milestone_first_pr_generated", "welcome hello@acme.example milestone_welcome_email_sent", "welcome hello@northwind.example milestone_welcome_email_sent"]);
        var causes = (await (await Machine.With(house, "admin")).Get("/api/v1/message-causes")).Json.GetProperty("causes").EnumerateArray().ToDictionary(cause => cause.GetProperty("name").GetString()!);
        (int, int) Of(string name) => (causes[name].GetProperty("would").GetInt32(), causes[name].GetProperty("old").GetInt32());
        Of("first_pr").ShouldBe((1, 1));
        Of("blocker_notice").ShouldBe((0, 1));
        Of("welcome").ShouldBe((2, 0));
        (await (await house.As(Cast.Alice)).Page("/settings/causes")).ShouldContain("and 1 too late");
    }

    [Fact]
    public async Task The_same_blocker_twice_in_one_call_is_one_notice()
    {
        await using var house = await Quiet();
        await house.Hire(Cast.Alice);
        await house.Write(Story.Created("acme") with { History = true });
        await house.Write(Blocked("acme", "permissions"), Blocked("acme", "permissions"), Blocked("acme", "billing"));
        (await All(house)).ShouldBe(["blocker_notice alice@example.com ", "blocker_notice alice@example.com "]);
    }

    [Fact]
    public void A_call_without_a_cause_is_stored_by_a_statement_that_knows_nothing_of_messages()
    {
        string Statement(params Envelope[] events) => Rooms.Projections.InsertFor(events);
        Statement(Story.Event("c", "api_call", Story.Start), Story.Event("c", "page_view", Story.Start), Story.Event("c", "issue_resolution", Story.Start)).ShouldNotContain("insert into messages");
        Statement(Step("c", "first_pr_generated", "1") with { History = true }).ShouldNotContain("insert into messages");
        Statement(Step("c", "first_pr_generated", "1")).ShouldContain("insert into messages");
        Statement(Story.Event("c", "health_changed", Story.Start, new { status = "healthy", from_status = "champion" })).ShouldNotContain("at_risk_entries");
        KnownCauses.All.Where(cause => !cause.ToTeam && cause.Milestone != Cause.Any).Select(cause => "milestone_" + cause.Milestone).ShouldBe([
            "milestone_welcome_email_sent", "milestone_account_created", "milestone_github_action_installed", "milestone_first_issue_tagged", "milestone_first_pr_generated", "milestone_onboarding_completed"]);
    }

    internal static Envelope Step(string customer, string step, string id) => Story.Event(customer, "onboarding_step_" + step, Story.Start.AddHours(2), new { step }, $"{step}:{id}");

    private static Envelope Blocked(string customer, string type) => Story.Event(customer, "onboarding_blocked", Story.Start.AddHours(2), new { blocker_type = type, notes = "" });

    private static async Task<IReadOnlyList<string>> All(House house)
    {
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        return (await db.QueryAsync<string>("select kind || ' ' || to_email || ' ' || coalesce(milestone, '') from messages order by 1")).AsList();
    }
}
