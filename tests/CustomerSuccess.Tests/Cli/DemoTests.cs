using CustomerSuccess.Cli.Demo;
using CustomerSuccess.Events;
using CustomerSuccess.Health;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.Extensions.Configuration;

namespace CustomerSuccess.Tests.Cli;

/// <summary>The demo shows every state there is, and is the same wherever it is loaded.</summary>
public sealed class DemoTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 15, 40, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_state_and_edge_is_there_and_loading_again_changes_nothing()
    {
        await using var db = await TestDatabase.Clone();
        (await Load(db, Now)).ShouldContain("62");
        (await Load(db, Now.AddDays(1))).ShouldContain("earlier");
        (await LoadDemo.IsDemo(db.Source, default)).ShouldBeTrue();

        await using var c = await db.Source.OpenConnectionAsync();
        async Task<long> Count(string where) => await c.ExecuteScalarAsync<long>($"select count(*) from standings where {where}");
        (await Count("true")).ShouldBe(62);
        (await Count("not counted")).ShouldBeInRange(4, 6);
        foreach (var status in new[] { "champion", "healthy", "needs_attention", "at_risk" })
            (await Count($"band = '{status}' and counted and coalesce(last_active, signup_date) > '2026-10-21'")).ShouldBeGreaterThanOrEqualTo(4, status);
        (await Count("coalesce(last_active, signup_date) <= '2026-10-21' and counted")).ShouldBeGreaterThanOrEqualTo(5);
        foreach (var stage in Onboarding.OnboardingSteps.Stages) (await Count($"stage = '{stage}' and counted")).ShouldBeGreaterThanOrEqualTo(3, stage);
        foreach (var edge in new[]
        {
            "signup_date = '2026-11-20'", "account_status = 'churned'", "account_status = 'paused' and counted", "archived", "is_test", "last_active is null", "last_active = '2026-11-20'",
            "completed_date is not null and days_to_complete <= 2", "days_to_complete > 30", "char_length(organization) > 100", "organization like '%\"%'", "organization like '=%'", "owner = ''",
        })
            (await Count(edge)).ShouldBeGreaterThan(0, edge);
        (await c.ExecuteScalarAsync<long>("select count(distinct blocker_type) from standings where blocker_type <> ''")).ShouldBeGreaterThanOrEqualTo(6);
        (await c.ExecuteScalarAsync<long>("select count(*) from events where type = 'onboarding_step_reset'")).ShouldBeGreaterThan(2);
        (await c.ExecuteScalarAsync<long>("select count(*) from events where occurred_at > @Now and not type = 'health_changed'", new { Now = Now.UtcDateTime })).ShouldBe(0);
        (await Declining(c)).ShouldBeGreaterThanOrEqualTo(3);
        (await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_loads_are_equal()
    {
        await using var one = await TestDatabase.Clone();
        await using var other = await TestDatabase.Clone();
        await Load(one, Now);
        await Load(other, Now);
        (await Everything(one)).ShouldBe(await Everything(other));
    }

    [Fact]
    public async Task Shortly_after_midnight_there_is_a_demo_too()
    {
        await using var db = await TestDatabase.Clone();
        (await Load(db, new(2026, 11, 22, 0, 0, 20, TimeSpan.Zero))).ShouldContain("62");
    }

    [Fact]
    public async Task The_sample_customers_are_those_of_the_tracking_files()
    {
        await using var db = await TestDatabase.Clone();
        await Load(db, Now);
        await using var c = await db.Source.OpenConnectionAsync();
        (await c.QueryAsync<string>("select row_id || ' ' || done || ' ' || blocker_type || ' ' || notes from onboarding where customer_id in ('c1001', 'c1002') order by 1")).ShouldBe(
            ["o1001 4  Authentication issues resolved", "o1002 3 github_config Needs help with repository permissions"]);
        (await c.QueryAsync<string>(
            """
            select concat_ws(',', row_id, customer_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests) from engagement_rows
            where customer_id in ('c1001', 'c1002') order by 1
            """)).ShouldBe(["e1001,c1001,2025-05-02,5,3,2,1,1", "e1002,c1001,2025-05-03,7,4,3,1,0", "e1003,c1002,2025-05-04,3,0,0,0,2"]);

        var then = await Facts.AsOf(c, null, ["c1001", "c1002"], new(2025, 5, 5), default);
        var scores = then.Select(facts => ScoreHealth.Of(facts, HealthModel.EarlyAccess, new(2025, 5, 5))).ToList();
        scores.Select(score => (score.Score, score.Raw, score.Status)).ShouldBe([(65, 65.75m, "needs_attention"), (23, 23m, "at_risk")]);
        then.Select(facts => Onboarding.OnboardingSteps.Percentage(System.Numerics.BitOperations.PopCount((uint)facts.Steps))).ShouldBe([80, 60]);
        then.Select(facts => Onboarding.OnboardingSteps.Stage(facts.Steps, facts.Completed)).ShouldBe(["initial_adoption", "onboarding"]);
    }

    // Healthy or better two weeks ago, in a lower band now, and falling this week.
    private static Task<long> Declining(Npgsql.NpgsqlConnection c) => c.ExecuteScalarAsync<long>(
        """
        select count(*) from standings s
        cross join lateral (select score from health_scores h where h.customer_id = s.customer_id and day <= date '2026-11-06' order by day desc limit 1) before
        cross join lateral (select score from health_scores h where h.customer_id = s.customer_id and day <= date '2026-11-13' order by day desc limit 1) week
        where counted and before.score >= 70 and s.score <= week.score - 3 and s.last_active >= date '2026-11-16'
        """);

    private static async Task<string> Load(TestDatabase db, DateTimeOffset now)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("CS_DATABASE", db.ConnectionString), new("CS_SECRET", "only for tests, long enough to be accepted")]).Build();
        await using var host = new CliHost(settings, TextWriter.Null, TextWriter.Null, new TestClock(now), Rooms.Add);
        return await LoadDemo.Run(await host.Services(default), default);
    }

    private static async Task<string> Everything(TestDatabase db)
    {
        await using var c = await db.Source.OpenConnectionAsync();
        var text = new List<string>();
        foreach (var table in new[] { "events", "customers", "people", "notes", "onboarding", "activity", "engagement", "engagement_rows", "support_requests", "health_scores", "standings", "numbers" })
            text.AddRange(await c.QueryAsync<string>($"select '{table} ' || to_jsonb(t)::text from {table} t order by 1"));
        return string.Join('\n', text);
    }
}
