using CustomerSuccess.Engagement;

namespace CustomerSuccess.Tracking;

/// <summary>A line of customers.csv. Team size may be unknown.</summary>
public sealed record CustomerRow(
    string Id, string Email, string Organization, string GithubUsername, DateOnly SignupDate,
    string Cohort, string Industry, int? TeamSize, string Status);

/// <summary>A line of onboarding.csv. Bit n of Steps is set when step n of the five is done.</summary>
public sealed record OnboardingRow(
    string Id, string CustomerId, int Steps, DateOnly? CompletedDate, int? DaysToComplete, string BlockerType, string Notes);

/// <summary>A line of engagement.csv: what was counted for a customer on a day.</summary>
public sealed record EngagementRow(string Id, string CustomerId, DateOnly Date, Counts Counts);

/// <summary>The sums of a customer's days. An active day has a count above 0; an all-zero row is none.</summary>
public sealed record Totals(Counts Counts, long DaysActive, DateOnly? LastActive)
{
    public static Totals None { get; } = new(Counts.Zero, 0, null);

    /// <summary>Sum rows; two rows of one day are one active day.</summary>
    public static Totals Of(IEnumerable<EngagementRow> rows)
    {
        var sum = Counts.Zero;
        var days = new HashSet<DateOnly>();
        foreach (var row in rows)
        {
            sum += row.Counts;
            if (row.Counts.Active) days.Add(row.Date);
        }

        return new Totals(sum, days.Count, days.Count == 0 ? null : days.Max());
    }
}

/// <summary>
/// One customer as reports and exports see it, whoever loaded it (a folder, the database). Churned, archived and test
/// customers are listed but not counted.
/// </summary>
public sealed record Account(CustomerRow Customer, OnboardingRow? Onboarding, Totals Totals, bool Counted)
{
    public int Steps => Onboarding?.Steps ?? 0;

    public bool Completed => Onboarding?.CompletedDate is not null;
}
