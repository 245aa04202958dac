using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Onboarding.Workflow;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Tests.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>The tables of the workflow are what the log says, in whatever order and however often it came; and the five-step record never says something else.</summary>
public sealed class FollowWorkflowTests
{
    private static readonly string[] Customers = ["acme", "techcorp", "northwind"];
    private readonly EventLog log = new(Rooms.Projections);
    private readonly TestClock clock = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 3)]
    [InlineData(3, 1)]
    [InlineData(4, 20)]
    [InlineData(5, 2)]
    [InlineData(6, 1)]
    public async Task Any_order_gives_the_same_as_all_at_once_and_as_a_rebuild(int seed, int limit)
    {
        var story = Journeys.Random(seed, Customers, 120);
        await using var ordered = await TestDatabase.Clone();
        await using var mixed = await TestDatabase.Clone();
        foreach (var db in new[] { ordered.Source, mixed.Source }) await Commit(db, [.. Customers.Select(id => Story.Created(id))]);
        await Commit(ordered.Source, [.. story.DistinctBy(e => e.Id).OrderBy(e => e.OccurredAt)]);
        await Journeys.Follow(ordered.Source, log, clock);
        var chance = new Random(seed);
        for (var at = 0; at < story.Count;)
        {
            var size = chance.Next(1, 9);
            await Commit(mixed.Source, [.. story.Skip(at).Take(size)]);
            at += size;
            if (chance.Next(2) == 0) await Journeys.Follow(mixed.Source, log, clock, limit);
            if (chance.Next(4) == 0) foreach (var id in Customers) await Agrees(mixed.Source, id);
        }

        (await Rebuild.Run(mixed.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty("what still waits is no difference");
        await Journeys.Follow(mixed.Source, log, clock, limit);
        var right = await Journeys.Said(ordered.Source);
        (await Journeys.Said(mixed.Source)).ShouldBe(right);
        foreach (var db in new[] { ordered.Source, mixed.Source })
        {
            (await Rebuild.Run(db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
            await Rebuild.Run(db, Rooms.Projections, check: false, null, default);
            (await Journeys.Said(db)).ShouldBe(right);
        }
    }

    [Fact]
    public async Task Rebuild_mends_what_was_tampered_with_and_check_names_it()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [.. Customers.Select(id => Story.Created(id)), .. Journeys.Random(7, Customers, 60).DistinctBy(e => e.Id)]);
        await Journeys.Follow(db.Source, log, clock);
        var right = await Journeys.Said(db.Source);
        await using (var c = await db.Source.OpenConnectionAsync())
            await c.ExecuteAsync("update workflow set done = done + 1 where customer_id = 'acme'; delete from workflow_tasks where customer_id = 'techcorp'; delete from workflow_stages where stage = 'setup'");
        (await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default)).Differences.Select(one => one.Table).Distinct().Order(StringComparer.Ordinal).ShouldBe(["workflow", "workflow_stages", "workflow_tasks"]);
        await Rebuild.Run(db.Source, Rooms.Projections, check: false, null, default);
        (await Journeys.Said(db.Source)).ShouldBe(right);
    }

    [Fact]
    public async Task A_pull_request_told_twice_counts_once_and_rows_recorded_by_hand_count_too()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [Story.Created("acme")]);
        for (var n = 0; n < 4; n++)
        {
            await Commit(db.Source, [Story.Event("acme", EventTypes.PrMerged, Story.Start.AddDays(n), new { pr_url = $"https://github.com/a/b/pull/{n}" }), Story.Event("acme", EventTypes.PrMerged, Story.Start.AddDays(n + 1), new { pr_url = $"https://github.com/a/b/pull/{n}/" })]);
            await Journeys.Follow(db.Source, log, clock);
        }

        (await Task(db.Source, "five_prs_merged")).ShouldBe("available 4 - ");
        await Commit(db.Source, [Story.Event("acme", EventTypes.EngagementRecorded, Story.Start.AddDays(20), new { date = "2026-03-21", prs_merged = 1 }, "by-hand")]);
        await Journeys.Follow(db.Source, log, clock);
        (await Task(db.Source, "five_prs_merged")).ShouldBe("completed 5 2026-03-21 event:by-hand");
        // A late one moves the day, and taking the row back leaves what is true.
        await Commit(db.Source, [Story.Event("acme", EventTypes.PrMerged, Story.Start.AddDays(9), new { pr_url = "https://github.com/a/b/pull/9" })]);
        await Journeys.Follow(db.Source, log, clock);
        (await Task(db.Source, "five_prs_merged")).ShouldBe("completed 5 2026-03-10 usage");
        (await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_a_call_that_was_answered_well_is_the_first_one()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [Story.Created("acme"), Story.Event("acme", EventTypes.ApiCall, Story.Start.AddDays(1), new { status = 401 })]);
        await Journeys.Follow(db.Source, log, clock);
        (await Task(db.Source, "first_api_call")).ShouldBe("");
        await Commit(db.Source, [Story.Event("acme", EventTypes.ApiCall, Story.Start.AddDays(3), new { status = 204 }, "well")]);
        await Journeys.Follow(db.Source, log, clock);
        (await Task(db.Source, "first_api_call")).ShouldBe("completed 1 2026-03-04 event:well");
    }

    [Fact]
    public async Task Four_different_weeks_with_activity_are_four_active_weeks()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [Story.Created("acme")]);
        // Mondays are 2, 9, 16, 23 and 30 March; of the first two weeks several days.
        foreach (var day in new[] { 3, 4, 8, 10, 17 }) await Commit(db.Source, [Story.Event("acme", EventTypes.ApiCall, Story.Start.AddDays(day - 1))]);
        await Journeys.Follow(db.Source, log, clock);
        (await Task(db.Source, "four_active_weeks")).ShouldBe("locked 3 - ");
        await Commit(db.Source, [Story.Event("acme", EventTypes.ApiCall, Story.Start.AddDays(24))]);
        await Journeys.Follow(db.Source, log, clock);
        (await Task(db.Source, "four_active_weeks")).ShouldBe("completed 4 2026-03-25 usage");
        await Commit(db.Source, [Story.Event("acme", EventTypes.ApiCall, Story.Start.AddDays(23))]);
        await Journeys.Follow(db.Source, log, clock);
        (await Task(db.Source, "four_active_weeks")).ShouldBe("completed 4 2026-03-24 usage");
        (await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_completes_nothing_is_not_looked_at_twice()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [Story.Created("acme"), Story.Event("acme", EventTypes.ApiCall, Story.Start.AddDays(1)), Story.Event("acme", "intro_watched", Story.Start.AddDays(1))]);
        await Journeys.Follow(db.Source, log, clock);
        await Commit(db.Source, [Story.Event("acme", EventTypes.ApiCall, Story.Start.AddDays(1).AddHours(1)), Story.Event("acme", "intro_watched", Story.Start.AddDays(2)), Story.Event("acme", "something_else", Story.Start.AddDays(2))]);
        var round = await CustomerSuccess.Onboarding.Workflow.Behind.FollowWorkflow.Run(db.Source, log, clock, 500, default);
        round!.Noted.ShouldBe(2);
        round.Customers.ShouldBeEmpty();
    }

    /// <summary>A GitHub Action tells its steps and pull requests again with every run.</summary>
    [Fact]
    public async Task What_is_done_and_told_again_later_is_passed_over_and_what_was_earlier_is_not()
    {
        await using var db = await TestDatabase.Clone();
        var merged = Story.Start.AddDays(2).AddHours(10);
        Envelope Merged(int n, double hours) => Story.Event("acme", EventTypes.PrMerged, merged.AddHours(hours), n % 2 == 0 ? new { pr_url = $"https://github.com/a/b/pull/{n}" } : null, $"merged{n}");
        await Commit(db.Source, [Story.Created("acme"), Story.Event("acme", "onboarding_step_first_pr_generated", Story.Start.AddDays(1)), .. Enumerable.Range(0, 5).Select(n => Merged(n, 0))]);
        await Journeys.Follow(db.Source, log, clock);
        await Commit(db.Source, [Story.Event("acme", "onboarding_step_first_pr_generated", Story.Start.AddDays(1).AddHours(1)), Merged(5, 1), Merged(6, 2)]);
        (await Looked()).ShouldBe(0);
        (await Task(db.Source, "five_prs_merged")).ShouldBe("completed 5 2026-03-03 event:merged3");

        await Commit(db.Source, [Merged(7, -1), Story.Event("acme", "onboarding_step_first_pr_generated", Story.Start.AddHours(20))]);
        (await Looked()).ShouldBe(1);
        (await Task(db.Source, "first_pr_merged")).ShouldBe("completed 1 2026-03-03 event:merged7");
        (await Task(db.Source, "first_pr_generated")).ShouldStartWith("completed 0 2026-03-01");
        await Commit(db.Source, [Story.Event("acme", EventTypes.StepReset, Story.Start.AddDays(5), new { step = "first_pr_generated" })]);
        (await Looked()).ShouldBe(1);
        await Commit(db.Source, [Story.Event("acme", "onboarding_step_first_pr_generated", Story.Start.AddDays(6))]);
        (await Looked()).ShouldBe(1);
        (await Task(db.Source, "first_pr_generated")).ShouldStartWith("completed 0 2026-03-07");
        (await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();

        async Task<int> Looked() => (await CustomerSuccess.Onboarding.Workflow.Behind.FollowWorkflow.Run(db.Source, log, clock, 500, default))!.Customers.Count;
    }

    [Fact]
    public async Task Many_who_come_at_once_are_worked_off_some_at_a_time()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [.. Enumerable.Range(0, 1200).Select(n => Story.Created($"many{n:0000}")), .. Enumerable.Range(0, 1200).Select(n => Story.Event($"many{n:0000}", "intro_watched", Story.Start.AddDays(1), null, $"w{n}"))]);
        (await CustomerSuccess.Onboarding.Workflow.Behind.FollowWorkflow.Run(db.Source, log, clock, 500, default))!.Customers.Count.ShouldBe(1000);
        await Journeys.Follow(db.Source, log, clock);
        await using var c = await db.Source.OpenConnectionAsync();
        (await c.ExecuteScalarAsync<long>("select count(*) from workflow where done = 1")).ShouldBe(1200);
        // The same for those who are taken as a whole.
        await c.ExecuteAsync("delete from workflow; insert into workflow_waiting (customers) select array_agg(customer_id) from customers");
        (await CustomerSuccess.Onboarding.Workflow.Behind.FollowWorkflow.Run(db.Source, log, clock, 500, default))!.Customers.Count.ShouldBe(1000);
        await Journeys.Follow(db.Source, log, clock);
        (await c.ExecuteScalarAsync<long>("select count(*) from workflow where done = 1")).ShouldBe(1200);
    }

    [Fact]
    public async Task A_stage_that_is_done_is_news_once_and_history_is_none()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [Story.Created("acme"), Story.Created("old")]);
        await Journeys.Follow(db.Source, log, clock);
        var now = clock.GetUtcNow().UtcDateTime;
        await Commit(db.Source, [.. new[] { "welcome_email_sent", "account_created" }.Select(step => Story.Event("acme", "onboarding_step_" + step, now)), .. new[] { "welcome_email_sent", "account_created" }.Select(step => Story.Event("old", "onboarding_step_" + step, Story.Start))]);
        await Journeys.Follow(db.Source, log, clock);
        await Commit(db.Source, [Story.Event("acme", EventTypes.StepReset, now.AddMinutes(1), new { step = "account_created" })]);
        await Journeys.Follow(db.Source, log, clock);
        await Commit(db.Source, [Story.Event("acme", "onboarding_step_account_created", now.AddMinutes(2))]);
        await Journeys.Follow(db.Source, log, clock);
        await using var c = await db.Source.OpenConnectionAsync();
        (await c.QueryAsync<string>("select id from events where type = 'stage_completed'")).ShouldBe(["stage_completed:acme:welcome"]);
    }

    [Fact]
    public async Task A_churned_customer_is_in_no_total_and_one_who_moves_is_stuck_no_more()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [Story.Created("acme")]);
        await Journeys.Follow(db.Source, log, clock);
        await using var c = await db.Source.OpenConnectionAsync();
        (await c.QuerySingleAsync<string>("select stuck_by || ' ' || stuck_at::date || ' ' || counted from workflow")).ShouldBe("silent 2026-03-03 true");
        await Commit(db.Source, [Story.Event("acme", EventTypes.Blocked, Story.Start.AddDays(1), new { blocker_type = "github_permissions" })]);
        await Journeys.Follow(db.Source, log, clock);
        (await c.QuerySingleAsync<string>("select stuck_by || ' ' || stuck_at::date from workflow")).ShouldBe("blocked 2026-03-02");
        await Commit(db.Source, [Story.Event("acme", EventTypes.Unblocked, Story.Start.AddDays(2)), Story.Event("acme", "onboarding_step_account_created", Story.Start.AddDays(2)), Story.Event("acme", EventTypes.CustomerUpdated, Story.Start.AddDays(3), new { status = "churned" })]);
        await Journeys.Follow(db.Source, log, clock);
        (await c.QuerySingleAsync<string>("select stage || ' ' || stuck_at::date || ' ' || counted from workflow")).ShouldBe("setup 2026-03-06 false");
    }

    private async Task Agrees(NpgsqlDataSource db, string customer)
    {
        var found = (await ReadWorkflow.One(db, customer, default))!;
        foreach (var task in found.Progress.Tasks.Where(task => task.Task.Step is not null))
        {
            var step = found.Onboarding.Steps.First(each => each.Step == task.Task.Step);
            (task.Done, task.DoneAt).ShouldBe((step.Done, step.At), $"{customer} {step.Step}");
        }
    }

    private static async Task<string> Task(NpgsqlDataSource db, string task)
    {
        await using var c = await db.OpenConnectionAsync();
        return await c.QuerySingleOrDefaultAsync<string>("select concat(state, ' ', counted, ' ', coalesce((done_at at time zone 'utc')::date::text, '-'), ' ', done_by) from workflow_tasks where customer_id = 'acme' and task = @task", new { task }) ?? "";
    }

    private async Task Commit(NpgsqlDataSource db, IReadOnlyList<Envelope> events)
    {
        await using var connection = await db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await log.Write(connection, transaction, events, default);
        await transaction.CommitAsync();
    }
}
