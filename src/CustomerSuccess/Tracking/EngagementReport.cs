using CustomerSuccess.Engagement;

namespace CustomerSuccess.Tracking;

/// <summary>What everyone did in the days up to and including a day. Lists all; sums those that are not churned, archived or a test.</summary>
public sealed record EngagementReport(DateOnly From, DateOnly AsOf, IReadOnlyList<EngagementReport.Line> Lines, Counts Total)
{
    public sealed record Line(string CustomerId, string Organization, Counts Counts, long DaysActive, bool Counted);

    /// <summary>The first of so many days that end on a day.</summary>
    public static DateOnly Start(int days, DateOnly asOf) => asOf.AddDays(1 - Math.Min(days, asOf.DayNumber + 1));

    /// <summary>The accounts' totals are those of the window already.</summary>
    public static EngagementReport Of(IEnumerable<Account> accounts, DateOnly from, DateOnly asOf)
    {
        var lines = accounts
            .Select(account => new Line(account.Customer.Id, account.Customer.Organization, account.Totals.Counts, account.Totals.DaysActive, account.Counted))
            .OrderBy(line => line.CustomerId, Comparer<string>.Create(Ids.Compare)).ToList();
        return new EngagementReport(from, asOf, lines, lines.Where(line => line.Counted).Aggregate(Counts.Zero, (sum, line) => sum + line.Counts));
    }
}
