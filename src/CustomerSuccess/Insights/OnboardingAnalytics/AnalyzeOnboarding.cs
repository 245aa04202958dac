using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Figures;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>Works the analytics out from customers in totals. Pure.</summary>
public static class AnalyzeOnboarding
{
    /// <summary>Longer windows are shown by month.</summary>
    public const int MostDaysByWeek = 183;

    private const int MostNames = 12;

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
        var (start, end) = (from.Start(), to.End());
        var some = all.Where(one => one.StartedAt >= start && one.StartedAt < end).ToList();
        var (tasks, stages) = (CountFollowed.Tasks(definitions, some, now), CountFollowed.Stages(definitions, some, now));
        var through = some.Select(one => one.SecondsToComplete).OfType<int>().ToList();
        var (completed, stuck) = (through.Count, some.Count(one => one.Stuck(now)));
        var by = interval ?? (to.DayNumber - from.DayNumber + 1 <= MostDaysByWeek ? "week" : "month");
        var cohorts = new Cohorts(
            Group(some, one => one.Plan, now), Group(some, one => one.Cohort, now), Group(some, one => one.Industry, now), Group(some, one => channels.GetValueOrDefault(one.CustomerId, ""), now));
        var answer = new AnalyticsAnswer(
            demo, now, new(from, to, to.DayNumber - from.DayNumber + 1), by, new(some.Count, completed, some.Count - completed, stuck), Percent.Rate(completed, some.Count), Median.Mean(through), Median.Hours(through),
            stages, tasks, Bottleneck(stages, tasks), [.. stages.Select(Drop)], cohorts, Trend(some, from, to, by, now), Help(some), Adoption(some, tasks),
            ForecastCompletion.Of([.. some.Select(one => (one.SecondsToComplete ?? (int)Math.Clamp((now - one.StartedAt).TotalSeconds, 0, int.MaxValue), one.CompletedAt is not null))]), null, []);
        return answer with { Recommendations = Recommend.Of(answer, some, definitions, now) };
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

    private sealed class Sum
    {
        public int Started { get; set; }

        public int Stuck { get; set; }

        public List<int> Through { get; } = [];

        public void Add(Followed one, DateTime now)
        {
            Started++;
            if (one.Stuck(now)) Stuck++;
            if (one.SecondsToComplete is { } seconds) Through.Add(seconds);
        }

        public void Add(Sum other)
        {
            (Started, Stuck) = (Started + other.Started, Stuck + other.Stuck);
            Through.AddRange(other.Through);
        }
    }

    private static List<CohortFigure> Group(List<Followed> some, Func<Followed, string> by, DateTime now)
    {
        var sums = new Dictionary<string, Sum>(StringComparer.Ordinal);
        foreach (var one in some) Get(sums, by(one)).Add(one, now);
        var inOrder = sums.OrderByDescending(each => each.Value.Started).ThenBy(each => each.Key, StringComparer.Ordinal).ToList();
        foreach (var (_, sum) in inOrder.Skip(MostNames)) Get(sums, "(other)").Add(sum);
        return [.. inOrder.Take(MostNames).Concat(sums.Where(each => each.Key == "(other)")).Select(each =>
            new CohortFigure(each.Key, each.Value.Started, each.Value.Through.Count, each.Value.Stuck, Percent.Rate(each.Value.Through.Count, each.Value.Started), Median.Mean(each.Value.Through)))];
    }

    private static Sum Get<T>(Dictionary<T, Sum> sums, T key) where T : notnull
    {
        if (!sums.TryGetValue(key, out var sum)) sums[key] = sum = new();
        return sum;
    }

    private static List<TrendPoint> Trend(List<Followed> some, DateOnly from, DateOnly to, string interval, DateTime now)
    {
        var sums = new Dictionary<DateOnly, Sum>();
        foreach (var one in some) Get(sums, First(one.StartedAt.Day(), interval)).Add(one, now);
        var points = new List<TrendPoint>();
        for (var at = First(from, interval); at <= to; at = interval == "month" ? at.AddMonths(1) : at.AddDays(7))
        {
            var sum = sums.GetValueOrDefault(at) ?? new();
            points.Add(new(at, sum.Started, sum.Through.Count, Percent.Rate(sum.Through.Count, sum.Started), Median.Mean(sum.Through)));
        }

        return points;
    }

    private static DateOnly First(DateOnly day, string interval) => interval == "month" ? new(day.Year, day.Month, 1) : day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    private static HelpUse Help(List<Followed> some)
    {
        var asked = some.Count(one => one.SupportRequests > 0);
        return new(asked, some.Count, Percent.Rate(asked, some.Count), some.Sum(one => (long)one.SupportRequests), null);
    }

    private static FeatureAdoption Adoption(List<Followed> some, IReadOnlyList<TaskFigure> tasks)
    {
        var used = Features.Select(feature => tasks.FirstOrDefault(task => task.Task == feature)).OfType<TaskFigure>()
            .Select(task => new FeatureUse(task.Task, task.Title, task.Completed, task.Of, task.CompletionRate)).ToList();
        return new(used, some.Count == 0 ? null : Math.Round((decimal)used.Sum(feature => feature.Adopted) / some.Count, 1, MidpointRounding.AwayFromZero));
    }
}
