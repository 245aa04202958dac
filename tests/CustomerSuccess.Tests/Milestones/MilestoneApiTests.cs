using System.Net;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Milestones;

/// <summary>Milestones through the front door: a customer's progress, mails, the API, the command line and the page.</summary>
public sealed class MilestoneApiTests : IAsyncLifetime
{
    private House house = null!;

    public async ValueTask InitializeAsync()
    {
        house = await House.Open(null, ("CS_MESSAGES", "off"), ("CS_SCHEDULES", "off"));
        house.Clock.Set(new DateTimeOffset(Story.Start.AddDays(10), TimeSpan.Zero));
        await house.Hire(Cast.Alice);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task A_milestone_is_one_event_one_mail_and_one_notice_however_often_it_is_told()
    {
        var api = await Machine.With(house, "admin");
        await house.Write(Story.Created("acme"));
        var now = house.Clock.GetUtcNow().UtcDateTime;
        Envelope Merged(int n) => Story.Event("acme", EventTypes.PrMerged, now.AddMinutes(-n), new { pr_url = $"https://github.com/acme/app/pull/{n}" }, $"m{n}");
        await house.Write(Merged(3));
        await Reached("acme", "first_pr_merged");
        for (var n = 4; n < 8; n++) await house.Write(Merged(n), Merged(3));
        await house.Write(Story.Event("acme", "teammate_invited", now.AddMinutes(-1)));
        await Reached("acme", "first_teammate");
        (await Messages("acme")).ShouldBe(["milestone hello@acme.example milestone:acme:first_pr_merged ", "milestone_notice alice@example.com notice:milestone:first_pr_merged:alice@example.com "]);

        var answer = (await api.Get("/api/customer-success/milestones?customer_id=acme")).Json;
        var customer = answer.GetProperty("customer");
        customer.GetProperty("points").GetInt32().ShouldBe(45);
        customer.GetProperty("badges").EnumerateArray().Select(badge => badge.GetString()).ShouldBe(["First fix"]);
        var ten = customer.GetProperty("milestones").EnumerateArray().Single(one => one.GetProperty("id").GetString() == "ten_prs_merged");
        (ten.GetProperty("counted").GetInt32(), ten.GetProperty("needed").GetInt32(), ten.GetProperty("percent").GetInt32(), ten.GetProperty("reached").GetBoolean()).ShouldBe((5, 10, 50, false));
        var first = customer.GetProperty("milestones").EnumerateArray().Single(one => one.GetProperty("id").GetString() == "first_pr_merged");
        first.GetProperty("celebrated").GetArrayLength().ShouldBe(3);
        answer.GetProperty("milestones").GetArrayLength().ShouldBe(14);
        answer.GetProperty("analytics").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);

        // What the customer's widget asks: what came since it looked last.
        var seam = house.Services.GetRequiredService<Celebrations>();
        await using var connection = await house.Db.OpenConnectionAsync();
        var found = await seam.Since(connection, "acme", DateTime.MinValue.ToUniversalTime(), default);
        found.Select(one => one.Id).Order(StringComparer.Ordinal).ShouldBe(["first_pr_merged", "first_teammate"]);
        (await seam.Since(connection, "acme", found.Max(one => one.FoundAt), default)).ShouldBeEmpty();

        var page = await (await house.As(Cast.Alice)).Page("/customers/acme");
        page.ShouldContain("First pull request merged");
        page.ShouldContain("Milestone reached: First pull request merged");
        page.ShouldContain("5 of 10");
        var cli = await house.Cli("milestones", "acme");
        cli.Code.ShouldBe(0, cli.Error);
        cli.Out.ShouldContain("2 of 14 milestones, 45 points, First fix");
        (await house.Cli("milestones", "nobody")).Error.ShouldContain("There is no customer 'nobody'");
    }

    [Fact]
    public async Task The_analytics_come_without_a_customer_and_a_cause_that_is_off_sends_nothing()
    {
        var api = await Machine.With(house, "admin");
        (await api.Patch("/api/v1/message-causes", new { off = new[] { "milestone" } })).Status.ShouldBe(HttpStatusCode.OK);
        await house.Write(Story.Created("northwind"), Story.Event("northwind", EventTypes.PrMerged, house.Clock.GetUtcNow().UtcDateTime, null, "n1"));
        await Reached("northwind", "first_pr_merged");
        (await Messages("northwind")).ShouldBe(["milestone_notice alice@example.com notice:milestone:first_pr_merged:alice@example.com "]);
        var causes = (await api.Get("/api/v1/message-causes")).Json.GetProperty("causes").EnumerateArray().ToDictionary(cause => cause.GetProperty("name").GetString()!);
        (causes["milestone"].GetProperty("would").GetInt32(), causes["milestone"].GetProperty("queued").GetInt32(), causes["milestone_notice"].GetProperty("queued").GetInt32()).ShouldBe((1, 0, 1));

        var analytics = (await api.Get("/api/customer-success/milestones?landmark=7")).Json.GetProperty("analytics");
        var one = analytics.GetProperty("milestones").EnumerateArray().Single(each => each.GetProperty("id").GetString() == "first_pr_merged");
        one.GetProperty("reached").GetInt32().ShouldBe(1);
        one.GetProperty("share").GetInt32().ShouldBe(100);
        one.GetProperty("median_days").GetDecimal().ShouldBe(10m);
        one.GetProperty("weeks").GetArrayLength().ShouldBe(12);
        one.GetProperty("weeks")[11].GetInt32().ShouldBe(1);
        one.GetProperty("retention").GetProperty("verdict").GetString().ShouldBe("too_few");
        (await api.Get("/api/customer-success/milestones?landmark=8")).Problem("landmark").ShouldContain("7, 30, 90");
        (await api.Get("/api/customer-success/milestones?customer_id=nobody")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Post("/api/v1/events", new { customer_id = "northwind", type = "milestone_reached" })).Json.ToString().ShouldContain("it is written when a milestone is reached");
        (await (await house.As(Cast.Alice)).Page("/milestones?landmark=7")).ShouldContain("Too few to say");
        var cli = await house.Cli("milestones", "--json");
        cli.Json.GetProperty("landmark").GetInt32().ShouldBe(30);
    }

    [Fact]
    public async Task Definitions_are_drafted_checked_compared_and_published()
    {
        var api = await Machine.With(house, "admin");
        var text = (await api.Get("/api/v1/milestone-definitions/1")).Json;
        var changed = System.Text.Json.Nodes.JsonNode.Parse(text.GetRawText())!;
        changed["milestones"]![0]!["points"] = 11;
        var kept = (await api.Put("/api/v1/milestone-definitions/draft", new { definition = changed, note = "one more" })).Json;
        kept.GetProperty("valid").GetBoolean().ShouldBeTrue();
        kept.GetProperty("changes")[0].GetProperty("what").GetString().ShouldBe("milestone “First API call”: points");
        (await (await house.As(Cast.Alice)).Page("/settings/milestones")).ShouldContain("Publish as version 2");
        (await api.Post("/api/v1/milestone-definitions/draft/publication", new { })).Json.GetProperty("version").GetInt32().ShouldBe(2);
        (await api.Post("/api/v1/milestone-definitions/draft/publication", new { })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.Get("/api/v1/milestone-definitions")).Json.GetProperty("current").GetInt32().ShouldBe(2);
        (await api.Get("/api/customer-success/milestones")).Json.GetProperty("milestones")[0].GetProperty("points").GetInt32().ShouldBe(11);
        changed["milestones"]![0]!["reached_on"]!["event"] = "page_view";
        (await api.Put("/api/v1/milestone-definitions/draft", new { definition = changed })).Json.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe("milestones[0].reached_on.event");
        (await api.Post("/api/v1/milestone-definitions/draft/publication", new { })).Problem("milestones[0].reached_on.event").ShouldContain("cannot be waited for");
    }

    private Task Reached(string customer, string milestone) => Wait.Until(async () =>
    {
        await using var c = await house.Db.OpenConnectionAsync();
        return await c.ExecuteScalarAsync<bool>("select exists (select from milestones where customer_id = @customer and milestone = @milestone)", new { customer, milestone });
    }, $"{customer} reaches {milestone}");

    private async Task<List<string>> Messages(string customer)
    {
        await using var c = await house.Db.OpenConnectionAsync();
        return (await c.QueryAsync<string>("select kind || ' ' || to_email || ' ' || dedupe_key || ' ' || coalesce(milestone, '') from messages where customer_id = @customer and kind like 'milestone%' order by 1", new { customer })).AsList();
    }
}
