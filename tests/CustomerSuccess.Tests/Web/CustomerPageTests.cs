using System.Net;
using System.Text.Json;
using CustomerSuccess.Health;
using CustomerSuccess.Web.CustomerPage;

namespace CustomerSuccess.Tests.Web;

/// <summary>The page of one customer shows the numbers of the golden cases, and what it shows adds up.</summary>
public sealed class CustomerPageTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task The_sample_customer_stands_as_it_should()
    {
        var api = await Machine.With(house, "admin");
        await Sample(api);
        var page = (await api.Get("/api/v1/customers/golden/overview")).Json;
        var health = page.GetProperty("health");
        health.GetProperty("score").GetInt32().ShouldBe(65);
        health.GetProperty("status").GetString().ShouldBe("needs_attention");
        health.GetProperty("rounding").GetDecimal().ShouldBe(-0.75m);
        health.GetProperty("components").EnumerateArray().Select(line => line.GetProperty("points").GetDecimal()).ShouldBe([24m, 10m, 17.75m, 14m]);
        page.GetProperty("onboarding").GetProperty("percent").GetInt32().ShouldBe(80);
        page.GetProperty("onboarding").GetProperty("stage").GetString().ShouldBe("initial_adoption");
        var lifetime = page.GetProperty("engagement").GetProperty("lifetime");
        new[] { "issues_tagged", "prs_generated", "prs_merged", "prs_rejected", "support_requests", "success_rate", "days_active" }
            .Select(name => lifetime.GetProperty(name).GetInt32()).ShouldBe([12, 7, 5, 2, 1, 71, 2]);
        page.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("name").GetString()).ShouldBe(["check_in", "resources"]);

        // The fifth step on the next day; the day before stays what it was.
        house.Clock.Advance(TimeSpan.FromDays(1));
        await api.Put("/api/v1/customers/golden/onboarding/first_pr_generated");
        var after = (await api.Get("/api/v1/customers/golden/overview")).Json;
        after.GetProperty("health").GetProperty("score").GetInt32().ShouldBe(71);
        after.GetProperty("health").GetProperty("status").GetString().ShouldBe("healthy");
        after.GetProperty("onboarding").GetProperty("days_to_complete").GetInt32().ShouldBe(5);
        var before = (await api.Get("/api/v1/customers/golden/overview?as_of=2025-05-05")).Json.GetProperty("health");
        before.GetProperty("as_of").GetString().ShouldBe("2025-05-05");
        before.GetProperty("score").GetInt32().ShouldBe(65);
        (await api.Get("/api/v1/customers/nobody/overview")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Between_two_changes_the_score_stays()
    {
        var today = new DateOnly(2025, 5, 10);
        var days = CustomerView.ByDay([new ScoreOfDay(new DateOnly(2025, 5, 4), 40, "at_risk", "[]"), new ScoreOfDay(new DateOnly(2025, 5, 8), 55, "needs_attention", "[]")], today);
        days.Select(day => day.Score).ShouldBe([40, 40, 40, 40, 55, 55, 55]);
        CustomerView.ByDay([new ScoreOfDay(new DateOnly(2024, 1, 1), 40, "at_risk", "[]")], today).Count.ShouldBe(90);
        CustomerView.ByDay([], today).ShouldBeEmpty();
    }

    [Fact]
    public void What_changed_sums_to_the_difference()
    {
        List<HealthLine> before = [new("onboarding", 18m, 30m, 60, "3 of 5 steps"), new("success", 0m, 25m, 0, "")];
        List<HealthLine> now = [new("onboarding", 24m, 30m, 80, "4 of 5 steps"), new("success", 17.75m, 25m, 71, "5 of 7"), new("volume", 14m, 15m, 7, "")];
        var changes = HealthChange.Between(before, now);
        changes.Select(change => change.Name).ShouldBe(["success", "volume", "onboarding"]);
        changes.Sum(change => change.Difference).ShouldBe(now.Sum(line => line.Points) - before.Sum(line => line.Points));
    }

    private static async Task Sample(Machine api)
    {
        await api.Post("/api/v1/customers", new { id = "golden", email = "john@golden.test", organization = "Acme Inc", signup_date = "2025-05-01" });
        foreach (var step in CustomerSuccess.Onboarding.OnboardingSteps.All.Take(4)) await api.Put($"/api/v1/customers/golden/onboarding/{step}");
        foreach (var (date, tagged, generated, merged, rejected, support) in new[] { ("2025-05-02", 5, 3, 2, 1, 1), ("2025-05-03", 7, 4, 3, 1, 0) })
        {
            (await api.Post("/api/v1/events", new
            {
                type = "engagement_recorded",
                customer_id = "golden",
                properties = new { date, issues_tagged = tagged, prs_generated = generated, prs_merged = merged, prs_rejected = rejected, support_requests = support },
            })).Status.ShouldBe(HttpStatusCode.Accepted);
        }
    }
}
