using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Milestones.Analytics;

/// <summary>A group at the landmark: N customers, of whom Retained were active later; Rate in percent, one decimal, null where N is 0.</summary>
public sealed record RetainedGroup(long N, long Retained, decimal? Rate);

/// <summary>
/// Those who had reached it by the landmark against those who had not. Difference in percentage points with its 95 % interval, null where a group is too
/// small. Verdict: more, less, cannot_tell, too_few.
/// </summary>
public sealed record RetentionComparison(RetainedGroup Early, RetainedGroup Others, decimal? Difference, decimal? Low, decimal? High, string Verdict);

/// <summary>
/// A milestone over all customers in totals. Share: ⌊100·reached/customers⌋. MedianDays: from sign-up, of those who reached it, one decimal. Weeks: how many
/// reached it in each of the last twelve weeks (from Monday, UTC), the oldest first.
/// </summary>
public sealed record MilestoneFigures(string Id, string Title, long Reached, int Share, decimal? MedianDays, IReadOnlyList<long> Weeks, RetentionComparison Retention);

/// <summary>Figures as they were at TakenAt. Landmark: the day of a customer's life on which groups are told apart. FirstWeek: the Monday of the oldest week.</summary>
public sealed record MilestoneAnalytics(DateTime TakenAt, int Landmark, long Customers, DateOnly FirstWeek, IReadOnlyList<MilestoneFigures> Milestones)
{
    /// <summary>With fewer in a group nothing is said about it.</summary>
    public const int Fewest = 20;

    /// <summary>Of those that are on, or were reached. Pure.</summary>
    public static MilestoneAnalytics Of(MilestoneBook book, TakeFigures.Taken taken)
    {
        var rows = taken.Figures.Milestones.ToDictionary(row => row.Id, StringComparer.Ordinal);
        return new(taken.TakenAt, taken.Landmark, taken.Figures.Customers, taken.Figures.FirstWeek, [.. book.Milestones.Where(one => !one.Off || rows.ContainsKey(one.Id)).Select(one =>
        {
            var row = rows.GetValueOrDefault(one.Id) ?? new(one.Id, 0, null, new long[TakeFigures.Weeks], 0, 0);
            return new MilestoneFigures(one.Id, one.Title, row.Reached, Percent.Of(row.Reached, taken.Figures.Customers), row.MedianDays, row.Weeks,
                Compare(row.Early, row.EarlyRetained, taken.Figures.Alive - row.Early, taken.Figures.Retained - row.EarlyRetained));
        })]);
    }

    /// <summary>Pure.</summary>
    public static RetentionComparison Compare(long early, long earlyRetained, long others, long othersRetained)
    {
        var (one, other) = (new RetainedGroup(early, earlyRetained, Rate(earlyRetained, early)), new RetainedGroup(others, othersRetained, Rate(othersRetained, others)));
        if (early < Fewest || others < Fewest) return new(one, other, null, null, null, "too_few");
        var (difference, low, high) = Proportions.Newcombe(earlyRetained, early, othersRetained, others);
        return new(one, other, Points(difference), Points(low), Points(high), low > 0 ? "more" : high < 0 ? "less" : "cannot_tell");
    }

    /// <summary>The middle one of the days, or half way between the two in the middle. Days with how many, in order. Pure.</summary>
    public static decimal? Median(IReadOnlyList<(int Days, long N)> days)
    {
        var all = days.Sum(day => day.N);
        if (all == 0) return null;
        return (At((all - 1) / 2) + At(all / 2)) / 2m;

        int At(long place)
        {
            foreach (var (day, n) in days)
            {
                if (place < n) return day;
                place -= n;
            }

            return days[^1].Days;
        }
    }

    private static decimal? Rate(long hits, long of) => of == 0 ? null : Math.Round(100m * hits / of, 1, MidpointRounding.AwayFromZero);

    private static decimal Points(double share) => Math.Round((decimal)(100 * share), 1, MidpointRounding.AwayFromZero);
}
