using CustomerSuccess.Events.Ingestion;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Web.Dashboard;

/// <summary>Fourteen days of headline figures, oldest first, worked back from today's figures; and the values the list can be filtered by.</summary>
public sealed record DashboardHistory(
    IReadOnlyList<double> Customers, IReadOnlyList<double> Active, IReadOnlyList<double> OnboardingRate, IReadOnlyList<double> SuccessRate,
    IReadOnlyList<string> Cohorts, IReadOnlyList<string> Industries, IReadOnlyList<string> Owners)
{
    public const int Days = 14;

    /// <summary>Of these days, those whose figures changed after they were over.</summary>
    public IReadOnlyList<RestatedDay> Restated { get; init; } = [];

    public sealed record ActiveDay(DateOnly Day, long Active, long Generated, long Merged);

    public sealed record DayCount(DateOnly Day, long Customers);

    public sealed record Choice(string Cohort, string Industry, string Owner);

    public static DashboardHistory Of(DashboardFigures now, IReadOnlyList<ActiveDay> active, IReadOnlyList<DayCount> signups, IReadOnlyList<DayCount> completions, IReadOnlyList<Choice> choices)
    {
        var days = Enumerable.Range(0, Days).Select(n => now.Today.AddDays(n - Days + 1)).ToList();
        var byDay = active.ToDictionary(each => each.Day);
        long Later(IEnumerable<DayCount> counts, DateOnly day) => counts.Where(each => each.Day > day).Sum(each => each.Customers);
        var totals = days.ConvertAll(day => now.Total - Later(signups, day));
        var completed = days.ConvertAll(day => now.Completed - Later(completions, day));
        var success = days.ConvertAll(day => (double)Percent.Of(
            now.Merged - active.Where(each => each.Day > day).Sum(each => each.Merged), now.Generated - active.Where(each => each.Day > day).Sum(each => each.Generated)));
        IReadOnlyList<double> Line(IEnumerable<double> values) => now.Total == 0 ? [] : values.ToList();
        IReadOnlyList<string> Values(Func<Choice, string> which) => choices.Select(which).Where(value => value.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.OrdinalIgnoreCase).ToList();
        return new DashboardHistory(
            Line(totals.Select(total => (double)total)),
            Line(days.Select(day => (double)(byDay.GetValueOrDefault(day)?.Active ?? 0))),
            Line(days.Select((_, n) => (double)Percent.Of(completed[n], totals[n]))),
            now.Generated == 0 ? [] : Line(success),
            Values(choice => choice.Cohort), Values(choice => choice.Industry), Values(choice => choice.Owner));
    }
}
