using CustomerSuccess.Platform;
using CustomerSuccess.Insights.OnboardingAnalytics;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Figures;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>The arithmetic of the analytics, worked out by hand.</summary>
public sealed class OnboardingFiguresTests
{
    private const int Hour = 3600;
    private static readonly DateTime Monday = new(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc), Now = new(2026, 4, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly KnownDefinitions Definitions = KnownDefinitions.Of([]);

    [Fact]
    public void The_median_is_the_middle_one_and_hours_have_one_decimal_half_up()
    {
        Of().Middle.ShouldBeNull();
        Of().Mean.ShouldBeNull();
        Of(3 * Hour, Hour, 2 * Hour).Middle.ShouldBe(2.0m);
        Of(4 * Hour, Hour, 2 * Hour, 3 * Hour).Middle.ShouldBe(2.5m);
        // 900 s are 0.25 h.
        Of(900).Mean.ShouldBe(0.3m);
        Of(Hour, 2 * Hour, 2 * Hour).Mean.ShouldBe(1.7m);
        Of([.. Enumerable.Range(0, 1001)]).Sum.ShouldBe(500_500);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<int[]>().Filter(values => values.Length > 0), values =>
        {
            var sorted = values.Order().ToList();
            return Median.Of(values.ToArray()) == ((decimal)sorted[sorted.Count / 2] + sorted[(sorted.Count - 1) / 2]) / 2;
        }));
    }

    private static Lengths Of(params int[] seconds)
    {
        var all = new Lengths();
        foreach (var each in seconds) all.Add(each);
        return all;
    }

    [Fact]
    public void Rates_times_and_stops_are_those_of_who_began_in_the_window()
    {
        Followed[] all =
        [
            Someone("a", 0, completedAfter: 10 * 24, plan: "Team", tasks: [new("account_created", TaskState.Completed, Hour), new("watch_intro", TaskState.Completed, 2 * Hour)], stages: [new("welcome", true, true, 4 * Hour), new("setup", true, true, 8 * Hour)]),
            Someone("b", 1, completedAfter: 20 * 24, plan: "Team", tasks: [new("account_created", TaskState.Completed, 3 * Hour), new("watch_intro", TaskState.Skipped, -1)], stages: [new("welcome", true, true, 6 * Hour), new("setup", true, true, 6 * Hour)]),
            Someone("c", 8, plan: "Starter", stuck: "silent", next: "github_action_installed", tasks: [new("account_created", TaskState.Completed, -1), new("watch_intro", TaskState.Failed, -1), new("github_action_installed", TaskState.Available, -1)], stages: [new("welcome", true, true, 2 * Hour), new("setup", true, false, -1)]) with { SupportRequests = 3 },
            Someone("d", 9, next: "github_action_installed", tasks: [new("account_created", TaskState.InProgress, -1)], stages: [new("welcome", true, false, -1)]),
            // Began before.
            Someone("e", -1, completedAfter: 5),
        ];
        var of = AnalyzeOnboarding.Of(all, new Dictionary<string, string> { ["a"] = "search", ["c"] = "search", ["b"] = "direct" }, Definitions, Monday.Day(), Monday.AddDays(20).Day(), null, Now, demo: false);

        of.Window.Days.ShouldBe(21);
        of.Customers.ShouldBe(new(4, 2, 2, 1));
        of.CompletionRate.ShouldBe(50.00m);
        of.AverageCompletionHours.ShouldBe(360.0m);
        of.MedianCompletionHours.ShouldBe(360.0m);

        var account = of.Tasks.First(task => task.Task == "account_created");
        (account.Of, account.Completed, account.InProgress, account.Locked, account.Timed).ShouldBe((4, 3, 1, 0, 2));
        (account.CompletionRate, account.MedianHours, account.AverageHours).ShouldBe((75.00m, 2.0m, 2.0m));
        var intro = of.Tasks.First(task => task.Task == "watch_intro");
        (intro.Completed, intro.Skipped, intro.Failed, intro.Locked).ShouldBe((1, 1, 1, 1));
        var action = of.Tasks.First(task => task.Task == "github_action_installed");
        (action.Waiting, action.Stuck, action.MedianHours, action.CompletionRate).ShouldBe((2, 1, null, 0.00m));

        var setup = of.Stages.First(stage => stage.Stage == "setup");
        (setup.Reached, setup.Completed, setup.Here, setup.Stuck, setup.CompletionRate, setup.MedianHours).ShouldBe((3, 2, 1, 1, 66.67m, 7.0m));
        of.DropOff.First(stage => stage.Stage == "setup").ShouldBe(new("setup", "Setup", 3, 2, 1, 1, 33.33m));
        // Twelve hours in Welcome and fourteen in Setup, of 26.
        of.Bottlenecks.Stages.Select(stage => (stage.Stage, stage.SharePercent)).ShouldBe([("setup", 53), ("welcome", 46)]);
        of.Bottlenecks.Tasks.ShouldBe([new("github_action_installed", "Install the GitHub Action", 1, 2, 50)]);

        of.Interval.ShouldBe("week");
        of.Trend.Select(point => (point.PeriodStart, point.Started, point.Completed)).ShouldBe([(Monday.Day(), 2, 2), (Monday.AddDays(7).Day(), 2, 0), (Monday.AddDays(14).Day(), 0, 0)]);
        of.Trend[2].CompletionRate.ShouldBeNull();
        of.Cohorts.Plan.Select(one => (one.Name, one.Started, one.CompletionRate)).ShouldBe([("Team", 2, 100.00m), ("", 1, 0.00m), ("Starter", 1, 0.00m)]);
        of.Cohorts.Channel.Select(one => (one.Name, one.Started, one.Completed)).ShouldBe([("search", 2, 1), ("", 1, 0), ("direct", 1, 1)]);
        of.HelpUse.ShouldBe(new(1, 4, 25.00m, 3, null));
        of.FeatureAdoption.Features[0].ShouldBe(new("account_created", "Account created", 3, 4, 75.00m));
        // Three features of four customers.
        of.FeatureAdoption.Average.ShouldBe(0.8m);
        of.Forecast.Expected.ShouldBeNull();
        of.Forecast.Why!.ShouldContain("2 of at least 20");
        of.Automation.ShouldBeNull();
        of.Recommendations.Single().Numbers.ShouldBe(new Dictionary<string, decimal> { ["stuck"] = 1, ["waiting"] = 2, ["stuck_percent"] = 50 });
        of.Recommendations.Single().Href.ShouldBe("/onboarding/customers?task=github_action_installed&stuck=yes&from=2026-03-02&to=2026-03-22");
    }

    [Fact]
    public void Without_anybody_there_is_nothing_to_divide_by()
    {
        var of = AnalyzeOnboarding.Of([], new Dictionary<string, string>(), Definitions, Monday.Day(), Monday.AddDays(400).Day(), null, Now, demo: true);
        (of.CompletionRate, of.AverageCompletionHours, of.FeatureAdoption.Average, of.HelpUse.Rate).ShouldBe((null, null, null, null));
        of.Interval.ShouldBe("month");
        of.Trend.Count.ShouldBe(14);
        of.Tasks.Count.ShouldBe(16);
        of.Recommendations.ShouldBeEmpty();
        of.Demo.ShouldBeTrue();
    }

    [Fact]
    public void Of_those_on_the_way_as_many_are_expected_as_went_before()
    {
        const int Day = 86_400;
        // Through after 10 and 20 days; on the way for 15 and 5. After 10 days 2 of 3 are left, after 20 none.
        var forecast = ForecastCompletion.Of([(10 * Day, true), (20 * Day, true), (15 * Day, false), (5 * Day, false)], days: 10, fewest: 2);
        // The one of 15 days comes through for sure, the one of 5 with one third.
        forecast.ShouldBe(new(10, 1.3m, 2, 2, null));
        ForecastCompletion.Of([(10 * Day, true), (30 * Day, false)], days: 10, fewest: 1).Expected.ShouldBe(0.0m);
        ForecastCompletion.Of([(10 * Day, true)], days: 10, fewest: 1).ShouldBe(new(10, 0.0m, 0, 1, null));
        ForecastCompletion.Of([(10 * Day, true)]).Expected.ShouldBeNull();
    }

    [Fact]
    public void A_task_that_is_called_otherwise_by_now_is_the_same_task()
    {
        var second = ReadDefinition.BuiltinText.Replace("\"id\": \"watch_intro\",", "\"id\": \"see_intro\", \"was\": [\"watch_intro\"],", StringComparison.Ordinal);
        var known = KnownDefinitions.Of([(2, second)]);
        var tasks = CountFollowed.Of(known, [Someone("a", 0, tasks: [new("watch_intro", TaskState.Completed, Hour)]), Someone("b", 0, tasks: [new("see_intro", TaskState.Completed, 3 * Hour)]) with { Version = 2 }], Now).Tasks;
        var intro = tasks.Single(task => task.Title == "Watch the introduction");
        (intro.Task, intro.Of, intro.Completed, intro.MedianHours).ShouldBe(("see_intro", 2, 2, 2.0m));
        tasks.Count.ShouldBe(16);
    }

    [Fact]
    public void A_cohort_is_called_behind_only_where_chance_alone_would_hardly_do_it()
    {
        List<Followed> Of(int teams, int starters) =>
        [
            .. Enumerable.Range(0, 50).Select(n => Someone("t" + n, 0, plan: "Team", completedAfter: n < teams ? 24 : null)),
            .. Enumerable.Range(0, 50).Select(n => Someone("s" + n, 0, plan: "Starter", completedAfter: n < starters ? 24 : null)),
        ];
        string[] Said(List<Followed> all) => [.. AnalyzeOnboarding.Of(all, new Dictionary<string, string>(), Definitions, Monday.Day(), Monday.Day(), null, Now, demo: false).Recommendations.Select(one => one.Id)];
        Said(Of(30, 25)).ShouldNotContain("plan_behind");
        Said(Of(40, 15)).ShouldContain("plan_behind");
    }

    private static Followed Someone(string id, int day, int? completedAfter = null, string plan = "", string? stuck = null, string next = "", FollowedTask[]? tasks = null, FollowedStage[]? stages = null) =>
        new(id, 1, Monday.AddDays(day), completedAfter is { } hours ? Monday.AddDays(day).AddHours(hours) : null, completedAfter is null ? stages?.LastOrDefault().Stage ?? "welcome" : "completed", next,
            stuck is null ? null : Now.AddDays(-1), stuck ?? "", "", plan, "", "", 0, tasks ?? [], stages ?? []);
}
