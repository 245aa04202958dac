using CustomerSuccess.Messages.Schedules;
using Dapper;

namespace CustomerSuccess.Tests.Messages.Schedules;

/// <summary>One run per schedule and local date: over changed clocks, jumping clocks, several processes and kills.</summary>
public sealed class ScheduleTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Europe/Berlin", "2025-03-27")]
    [InlineData("Europe/Berlin", "2025-10-23")]
    [InlineData("America/New_York", "2025-03-06")]
    [InlineData("America/New_York", "2025-10-30")]
    [InlineData("Australia/Lord_Howe", "2025-10-02")]
    [InlineData("Australia/Lord_Howe", "2025-04-03")]
    public async Task A_week_over_a_changed_clock_has_seven_runs(string zone, string from)
    {
        await using var house = await Planned.Open();
        var start = DateTimeOffset.Parse(from + "T12:00:00Z", null);
        house.Clock.Set(start);
        await house.Only("team_weekly_summary", "15 2 * * *", zone);
        for (var now = start; now < start.AddDays(7); now += TimeSpan.FromMinutes(20))
        {
            house.Clock.Set(now);
            await house.Look();
        }

        var runs = await house.Runs();
        runs.Count.ShouldBe(7);
        runs.ShouldAllBe(run => run.State == "done" && run.StartedAt - run.DueAt < TimeSpan.FromMinutes(20));
        runs.Zip(runs.Skip(1)).ShouldAllBe(pair => pair.Second.LocalDate == pair.First.LocalDate.AddDays(1));
    }

    [Fact]
    public async Task A_clock_that_jumps_and_comes_back_neither_doubles_nor_skips()
    {
        await using var house = await Planned.Open();
        var start = new DateTimeOffset(2025, 5, 5, 12, 0, 0, TimeSpan.Zero);
        await house.Only("team_weekly_summary", "0 9 * * *");
        async Task At(TimeSpan after)
        {
            house.Clock.Set(start + after);
            await house.Look();
        }

        await At(TimeSpan.FromDays(3));
        (await house.Runs()).Select(run => (run.LocalDate.Day, run.State)).ShouldBe([(6, "missed"), (7, "missed"), (8, "done")]);
        (await house.Runs())[0].Outcome.ShouldContain("a later run takes its place");
        for (var hours = 0; hours <= 6 * 24; hours++) await At(TimeSpan.FromHours(hours));
        (await house.Runs()).Select(run => (run.LocalDate.Day, run.State)).ShouldBe([(6, "done"), (7, "done"), (8, "done"), (9, "done"), (10, "done"), (11, "done")]);
        // Backwards, over dates that have run.
        var before = await house.Runs();
        for (var hours = 6 * 24; hours >= 0; hours -= 5) await At(TimeSpan.FromHours(hours));
        for (var hours = 0; hours <= 6 * 24; hours += 5) await At(TimeSpan.FromHours(hours));
        (await house.Runs()).ShouldBe(before);
        (await house.Messages("team_weekly_summary")).Count.ShouldBe(0, "nobody is on the team here");
    }

    [Fact]
    public async Task A_schedule_that_was_switched_on_by_a_clock_running_ahead_does_not_wait_for_it()
    {
        await using var house = await Planned.Open();
        house.Clock.Advance(TimeSpan.FromDays(400));
        await house.Only("team_weekly_summary", "0 9 * * *");
        house.Clock.Advance(TimeSpan.FromDays(-400));
        await house.Look();
        (await house.Runs()).ShouldBeEmpty();
        house.Clock.Advance(TimeSpan.FromDays(1));
        await house.Look();
        (await house.Runs()).ShouldHaveSingleItem().State.ShouldBe("done");
    }

    [Fact]
    public async Task A_run_that_nobody_was_up_for_begins_late_or_is_listed_as_missed()
    {
        await using var house = await Planned.Open();
        await house.Only("team_weekly_summary", "0 9 * * *", grace: 120);
        house.Clock.Set(new DateTimeOffset(2025, 5, 8, 11, 0, 0, TimeSpan.Zero));
        await house.Look();
        (await house.Runs()).Select(run => (run.LocalDate.Day, run.State)).ShouldBe([(6, "missed"), (7, "missed"), (8, "done")]);
        house.Clock.Set(new DateTimeOffset(2025, 5, 9, 11, 1, 0, TimeSpan.Zero));
        await house.Look();
        var late = (await house.Runs())[^1];
        (late.State, late.Outcome).ShouldBe(("missed", "nothing was running until 121 minutes later; it may begin 120 minutes late"));
        // The same run is not brought back by looking again.
        await house.Look();
        (await house.Runs()).Count.ShouldBe(4);
    }

    [Fact]
    public async Task Several_processes_and_one_that_dies_in_the_middle_write_each_message_once()
    {
        await using var house = await Planned.Open();
        var today = new DateOnly(2025, 5, 12);
        await house.Customers(4_500, n => n % 3 == 0 ? null : today.AddDays(-1 - n % 7), today.AddDays(-30));
        await house.Only("weekly_summary", "0 8 * * MON");
        house.Clock.Set(new DateTimeOffset(2025, 5, 12, 8, 0, 0, TimeSpan.Zero));

        // One takes the run and dies after a part of it, in the middle of the next.
        await NoteOnly(house);
        var dying = house.Another(TimeSpan.FromMilliseconds(200));
        var held = (await dying.Claim(Ct)).ShouldNotBeNull();
        held = (await dying.Go(held, Ct)).ShouldNotBeNull();
        held.Queued.ShouldBe(666);
        await Task.Delay(400, Ct);
        // Three others look at once.
        var others = Enumerable.Range(0, 3).Select(_ => house.Another()).ToList();
        var done = (await Task.WhenAll(others.Select(each => each.Next(Ct)))).OfType<ScheduledRun>().ToList();
        done.ShouldHaveSingleItem().State.ShouldBe("done");
        // The first one comes back to life and is told nothing of it is its any more.
        (await dying.Go(held, Ct)).ShouldBeNull();

        var run = (await house.Runs()).ShouldHaveSingleItem();
        (run.Queued, run.Already, run.Passed).ShouldBe((3000, 0, "{\"nothing happened that week\": 1500}"));
        var messages = await house.Messages("weekly_summary");
        messages.Count.ShouldBe(3000);
        messages.DistinctBy(message => message.Customer).Count().ShouldBe(3000);
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        (await db.ExecuteScalarAsync<long>("select count(*) from passed_over where schedule = 'weekly_summary' and reason = 'nothing happened that week'")).ShouldBe(1500);
    }

    [Fact]
    public async Task A_run_that_fails_is_tried_again_and_given_up_in_the_end()
    {
        await using var house = await Planned.Open();
        await house.Only("weekly_summary", "0 8 * * *");
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        await db.ExecuteAsync("alter table standings rename to standings_away");
        house.Clock.Set(new DateTimeOffset(2025, 5, 6, 8, 0, 0, TimeSpan.Zero));
        for (var time = 1; time <= 5; time++)
        {
            (await house.Look()).ShouldBe(1);
            (await house.Runs())[0].State.ShouldBe(time < 5 ? "waiting" : "failed");
            (await house.Look()).ShouldBe(0);
            await db.ExecuteAsync("update schedule_runs set not_before = now() - interval '1 second'");
        }

        (await house.Runs())[0].Outcome.ShouldStartWith("failed: ");
        await db.ExecuteAsync("alter table standings_away rename to standings");
    }

    private static async Task NoteOnly(House house)
    {
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        var now = house.Clock.GetUtcNow().UtcDateTime;
        await NoteDueRuns.Run(db, await ScheduleSetting.All(db, now, Ct), now, Ct);
    }
}
