using System.Net;

namespace CustomerSuccess.Tests.Customers;

/// <summary>The five steps and the blocker through the JSON API.</summary>
public sealed class OnboardingTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task Steps_are_set_and_reset_and_the_fifth_completes()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "steps", email = "s@steps.test", organization = "Steps", signup_date = "2025-05-01" });
        foreach (var step in CustomerSuccess.Onboarding.OnboardingSteps.All) (await api.Put($"/api/v1/customers/steps/onboarding/{step}")).Status.ShouldBe(HttpStatusCode.OK);
        var done = (await api.Get("/api/v1/customers/steps/onboarding")).Json;
        done.GetProperty("percent").GetInt32().ShouldBe(100);
        done.GetProperty("stage").GetString().ShouldBe("regular_usage");
        done.GetProperty("completed_date").GetString().ShouldBe("2025-05-05");
        done.GetProperty("days_to_complete").GetInt32().ShouldBe(4);

        var reset = (await api.Delete("/api/v1/customers/steps/onboarding/first_issue_tagged")).Json;
        reset.GetProperty("percent").GetInt32().ShouldBe(80);
        reset.GetProperty("completed_date").GetString().ShouldBe("2025-05-05");

        var unknown = await api.Put("/api/v1/customers/steps/onboarding/second_issue");
        unknown.Status.ShouldBe(HttpStatusCode.BadRequest);
        unknown.Problem("step").ShouldContain("first_issue_tagged");
        (await api.Put("/api/v1/customers/nobody/onboarding/account_created")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_blocker_is_recorded_and_cleared()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "stuck", email = "s@stuck.test", organization = "Stuck" });
        var blocked = (await api.Post("/api/v1/customers/stuck/blocker", new { type = "github_config", notes = "Needs help" })).Json;
        blocked.GetProperty("blocker_type").GetString().ShouldBe("github_config");
        blocked.GetProperty("blocked_by").GetString().ShouldStartWith("key:");
        (await api.Delete("/api/v1/customers/stuck/blocker?notes=%00")).Problem("notes").ShouldContain("NUL");
        var cleared = (await api.Delete("/api/v1/customers/stuck/blocker")).Json;
        cleared.GetProperty("blocker_type").GetString().ShouldBe("");
        cleared.GetProperty("notes").GetString().ShouldBe("Needs help");
        (await api.Post("/api/v1/customers/stuck/blocker", new { type = "" })).Problem("type").ShouldContain("missing");
        (await api.Post("/api/v1/customers/stuck/blocker", new { type = new string('x', 61) })).Problem("type").ShouldContain("60");
        (await api.Post("/api/v1/customers/stuck/blocker", new { type = "x", notes = new string('x', 2001) })).Problem("notes").ShouldContain("2,000");
        (await api.Post("/api/v1/customers/nobody/blocker", new { type = "x" })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Delete("/api/v1/customers/nobody/blocker")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Engagement_has_every_day_and_sums()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "engaged", email = "e@engaged.test", organization = "Engaged" });
        foreach (var date in new[] { "2025-05-05", "2025-05-03" })
            (await api.Post("/api/v1/events", new { type = "engagement_recorded", customer_id = "engaged", properties = new { date, prs_generated = 4, prs_merged = 3, issues_tagged = 1 } })).Status.ShouldBe(HttpStatusCode.Accepted);
        var week = (await api.Get("/api/v1/customers/engaged/engagement?days=7")).Json;
        week.GetProperty("days").GetArrayLength().ShouldBe(7);
        week.GetProperty("days")[6].GetProperty("prs_generated").GetInt32().ShouldBe(4);
        week.GetProperty("days")[5].GetProperty("prs_generated").GetInt32().ShouldBe(0);
        week.GetProperty("period").GetProperty("success_rate").GetInt32().ShouldBe(75);
        week.GetProperty("lifetime").GetProperty("days_active").GetInt32().ShouldBe(2);
        (await api.Get("/api/v1/customers/engaged/engagement?days=90")).Json.GetProperty("days").GetArrayLength().ShouldBe(90);
        (await api.Get("/api/v1/customers/engaged/engagement?days=8")).Problem("days").ShouldContain("7, 30 or 90");
        (await api.Get("/api/v1/customers/nobody/engagement")).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}
