using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Figures;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>Works the analytics out from customers in totals. Pure.</summary>
public static class AnalyzeOnboarding
{
    /// <summary>Longer windows are shown by month.</summary>
    public const int MostDaysByWeek = 183;

    // As the health model counts features.
    private static readonly string[] Features = ["account_created", "github_action_installed", "first_issue_tagged", "first_pr_generated"];

    /// <param name="all">Everybody in totals.</param>
    /// <param name="channels">By customer, of those whose first visit is known.</param>
    /// <param name="definitions">All versions.</param>
    /// <param name="from">First UTC day of the start.</param>
    /// <param name="to">Last UTC day of the start.</param>
    /// <param name="interval">week or month; null: by the length of the window.</param>
    /// <param name="now">Decides who is stuck.</param>
    /// <param name="demo">The customers are made up.</param>
    public static AnalyticsAnswer Of(
        IReadOnlyList<Followed> all, IReadOnlyDictionary<string, string> channels, KnownDefinitions definitions, DateOnly from, DateOnly to, string? interval, DateTime now, bool demo)
    {
        var (start, end, by) = (from.Start(), to.End(), interval ?? (to.DayNumber - from.DayNumber + 1 <= MostDaysByWeek ? "week" : "month"));
        using var tasks = new TaskSums(definitions, now);
        using var stages = new StageSums(definitions, now);
        using var groups = new GroupSums(now);
        using var total = new GroupSum();
        var (blocked, failed, asked, requests, ages) = (0, 0, 0, 0L, new List<(int, bool)>());
        foreach (var one in all)
        {
            if (one.StartedAt < start || one.StartedAt >= end) continue;
            tasks.Add(one);
            stages.Add(one);
            total.Add(one, now);
            groups.Add("plan", one.Plan, one);
            groups.Add("cohort", one.Cohort, one);
            groups.Add("industry", one.Industry, one);
            groups.Add("channel", channels.GetValueOrDefault(one.CustomerId, ""), one);
            groups.Add(First(one.StartedAt.Day(), by), one);
            ages.Add((one.SecondsToComplete ?? (int)Math.Clamp((now - one.StartedAt).TotalSeconds, 0, int.MaxValue), one.CompletedAt is not null));
            if (one.StuckBy == "blocked" && one.Stuck(now)) blocked++;
            if (one.StuckBy == "failed" && one.Stuck(now)) failed++;
            if (one.SupportRequests == 0) continue;
            asked++;
            requests += one.SupportRequests;
        }

        var (byTask, byStage, completed) = (tasks.Figures(), stages.Figures(), total.Through.Count);
        var answer = new AnalyticsAnswer(
            demo, now, new(from, to, to.DayNumber - from.DayNumber + 1), by, new(total.Started, completed, total.Started - completed, total.Stuck), Percent.Rate(completed, total.Started), total.Through.Mean, total.Through.Middle,
            byStage, byTask, Bottleneck(byStage, byTask), [.. byStage.Select(Drop)], new(groups.Figures("plan"), groups.Figures("cohort"), groups.Figures("industry"), groups.Figures("channel")), Trend(groups, from, to, by),
            new(asked, total.Started, Percent.Rate(asked, total.Started), requests, null), Adoption(total.Started, byTask), ForecastCompletion.Of(ages), null, []);
        return answer with { Recommendations = Recommend.Of(answer, blocked, failed, definitions) };
    }

    private static Bottlenecks Bottleneck(IReadOnlyList<StageFigure> stages, IReadOnlyList<TaskFigure> tasks)
    {
        var all = stages.Sum(stage => stage.Seconds);
        return new(
            [.. stages.Where(stage => stage.Timed > 0).OrderByDescending(stage => stage.Seconds).Select(stage => new SlowStage(stage.Stage, stage.Title, stage.MedianHours, Percent.Of(stage.Seconds, all), stage.Timed))],
            [.. tasks.Where(task => task.Stuck > 0).OrderByDescending(task => task.Stuck).ThenBy(task => task.Task, StringComparer.Ordinal).Take(5)
                .Select(task => new StoppingTask(task.Task, task.Title, task.Stuck, task.Waiting, Percent.Of(task.Stuck, task.Waiting)))]);
    }

    private static DropOff Drop(StageFigure stage) =>
        new(stage.Stage, stage.Title, stage.Reached, stage.Completed, stage.Reached - stage.Completed, stage.Stuck, Percent.Rate(stage.Stuck, stage.Reached));

    private static List<TrendPoint> Trend(GroupSums groups, DateOnly from, DateOnly to, string interval)
    {
        var points = new List<TrendPoint>();
        for (var at = First(from, interval); at <= to; at = interval == "month" ? at.AddMonths(1) : at.AddDays(7))
        {
            var sum = groups.Of(at);
            points.Add(new(at, sum?.Started ?? 0, sum?.Through.Count ?? 0, sum is null ? null : Percent.Rate(sum.Through.Count, sum.Started), sum?.Through.Mean));
        }

        return points;
    }

    private static DateOnly First(DateOnly day, string interval) => interval == "month" ? new(day.Year, day.Month, 1) : day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    private static FeatureAdoption Adoption(int customers, IReadOnlyList<TaskFigure> tasks)
    {
        var used = Features.Select(feature => tasks.FirstOrDefault(task => task.Task == feature)).OfType<TaskFigure>()
            .Select(task => new FeatureUse(task.Task, task.Title, task.Completed, task.Of, task.CompletionRate)).ToList();
        return new(used, customers == 0 ? null : Math.Round((decimal)used.Sum(feature => feature.Adopted) / customers, 1, MidpointRounding.AwayFromZero));
    }
}
