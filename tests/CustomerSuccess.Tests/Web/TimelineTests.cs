using System.Globalization;
using System.Net;
using System.Text.Json;
using CustomerSuccess.Web.CustomerPage.Timeline;

namespace CustomerSuccess.Tests.Web;

/// <summary>The timeline: words for every type, filters, and paging that neither skips nor repeats.</summary>
public sealed class TimelineTests(House house) : IClassFixture<House>
{
    [Theory]
    [InlineData("onboarding_step_github_action_installed", "{}", "GitHub Action installed")]
    [InlineData("issue_tagged", """{"issue_url":"https://github.com/acme/api/issues/214"}""", "Tagged an issue acme/api #214")]
    [InlineData("pr_merged", """{"pr_url":"https://github.com/acme/api/pull/7?x=1#y"}""", "Merged a PR acme/api #7")]
    [InlineData("pr_generated", "{}", "Generated a PR")]
    [InlineData("onboarding_blocked", """{"blocker_type":"github_config","notes":"n"}""", "Blocker recorded: GitHub config")]
    [InlineData("onboarding_step_reset", """{"step":"first_pr_generated"}""", "First PR generated reset")]
    [InlineData("engagement_recorded", """{"prs_generated":4}""", "Activity recorded")]
    [InlineData("health_changed", """{"score":45,"status":"at_risk","from_score":52,"from_status":"needs_attention"}""", "Health is at risk (45)")]
    [InlineData("customer_updated", """{"archived_at":null}""", "Brought back from the archive")]
    [InlineData("customer_updated", """{"status":"churned"}""", "Account churned")]
    [InlineData("invited_teammate", """{"team":"Core","size":4}""", "Invited teammate")]
    public void Events_are_told_in_words(string type, string properties, string line) => TimelineWords.Of(type, JsonElement.Parse(properties)).Line.ShouldBe(line);

    [Theory]
    [InlineData("engagement_recorded", """{"prs_generated":4,"support_requests":1,"issues_tagged":0}""", "4 PRs generated, 1 support request")]
    [InlineData("engagement_recorded", """{"prs_generated":-1}""", "−1 PR generated")]
    [InlineData("invited_teammate", """{"team":"Core","admin":true}""", "Team: Core, Admin: yes")]
    [InlineData("issue_resolution", """{"success":true,"duration_ms":840000,"pr_url":"https://github.com/acme/api/pull/9"}""", "PR acme/api #9, took 14 min")]
    [InlineData("onboarding_blocked", """{"blocker_type":"x","notes":"Needs help"}""", "Needs help")]
    public void And_say_what_they_carry(string type, string properties, string detail) => TimelineWords.Of(type, JsonElement.Parse(properties)).Detail.ShouldBe(detail);

    [Theory]
    [InlineData("issue_tagged", """{"issue_url":7}""")]
    [InlineData("issue_resolution", """{"duration_ms":"long","success":"maybe"}""")]
    [InlineData("health_changed", "{}")]
    [InlineData("engagement_recorded", """{"prs_generated":"many"}""")]
    [InlineData("onboarding_step_reset", "{}")]
    [InlineData("anything_at_all", """{"deep":{"er":[1,2,{}]},"nothing":null}""")]
    public void Odd_properties_break_nothing(string type, string properties) => TimelineWords.Of(type, JsonElement.Parse(properties)).Line.ShouldNotBeNullOrEmpty();

    [Fact]
    public void Several_of_one_kind_on_one_day_are_one_line()
    {
        TimelineRow Row(int n, string type, string url) => new($"e{n}", "native", type, new DateTime(2025, 5, 4, 12, n, 0, DateTimeKind.Utc), default, null, null, JsonSerializer.Serialize(new { issue_url = url }), null, false);
        List<TimelineRow> rows = [Row(4, "issue_tagged", "https://github.com/acme/api/issues/2"), Row(3, "issue_tagged", "https://github.com/acme/api/issues/1"), Row(2, "note_added", ""), Row(1, "note_added", "")];
        var (lines, next) = TimelineLine.From(rows, 10, more: false, (_, _) => null);
        lines.Select(line => line.Told.Line).ShouldBe(["Tagged 2 issues acme/api #2, #1", "Note", "Note"]);
        next.ShouldBeNull();
        TimelineLine.From(rows, 1, more: false, (_, _) => null).Next.ShouldBe(rows[1].Cursor);
    }

    [Fact]
    public async Task Pages_neither_skip_nor_repeat_even_within_one_instant()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "paged", email = "p@paged.test", organization = "Paged" });
        var events = Enumerable.Range(0, 60).Select(n => new
        {
            id = string.Create(CultureInfo.InvariantCulture, $"m-{n:00}"),
            type = n % 3 == 0 ? "visited_docs" : "pr_merged",
            customer_id = "paged",
            occurred_at = $"2025-05-0{1 + n / 20}T10:00:00Z",
            properties = new { n },
        });
        (await api.Post("/api/v1/events", events)).Status.ShouldBe(HttpStatusCode.Accepted);

        var seen = new List<string>();
        for (string? before = ""; before is not null;)
        {
            var page = (await api.Get($"/api/v1/customers/paged/timeline?limit=7&before={Uri.EscapeDataString(before)}")).Json;
            seen.AddRange(page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetString()!));
            before = page.GetProperty("next").GetString();
        }

        seen.Count(id => id.StartsWith("m-", StringComparison.Ordinal)).ShouldBe(60);
        seen.Distinct(StringComparer.Ordinal).Count().ShouldBe(seen.Count);
        seen.Where(id => id.StartsWith("m-", StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, 60).Reverse().Select(n => string.Create(CultureInfo.InvariantCulture, $"m-{n:00}")));

        (await api.Get("/api/v1/customers/paged/timeline?type=visited_docs&limit=200")).Json.GetProperty("events").GetArrayLength().ShouldBe(20);
        (await api.Get("/api/v1/customers/paged/timeline?type=usage&limit=200")).Json.GetProperty("events").GetArrayLength().ShouldBe(40);
        (await api.Get("/api/v1/customers/paged/timeline?source=api")).Json.GetProperty("events").GetArrayLength().ShouldBe(1);
        (await api.Get("/api/v1/customers/paged/timeline?before=nonsense")).Problem("before").ShouldNotBeNull();
        (await api.Get("/api/v1/customers/paged/timeline?limit=0")).Problem("limit").ShouldNotBeNull();
        (await api.Get("/api/v1/customers/nobody/timeline")).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}
