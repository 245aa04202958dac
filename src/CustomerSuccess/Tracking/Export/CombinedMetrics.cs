using System.Globalization;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tracking.Export;

/// <summary>A line of combined_metrics.csv: one customer, everything that counts, as of a day.</summary>
public sealed record CombinedMetrics(Account Account, HealthScore Health)
{
    public static CombinedMetrics Of(Account account, HealthModel model, DateOnly asOf) =>
        new(account, ScoreHealth.Of(Facts(account), model, asOf));

    public static HealthFacts Facts(Account account) => new(
        account.Customer.Id, account.Customer.SignupDate, account.Steps, account.Completed, account.Totals.DaysActive,
        account.Totals.LastActive, account.Totals.Counts.PrsGenerated, account.Totals.Counts.PrsMerged, account.Onboarding?.BlockerType ?? "");

    /// <summary>People open this file in a spreadsheet, so no cell of it may start a formula.</summary>
    public static TableFormat<CombinedMetrics> Table { get; } = new(
        "combined_metrics.csv",
        [
            "customer_id", "organization", "cohort", "signup_date", "onboarding_complete", "onboarding_percent", "days_to_complete", "blocker_type",
            "total_issues_tagged", "total_prs_generated", "total_prs_merged", "success_rate", "days_active", "health_score", "health_status",
        ],
        _ => throw new NotSupportedException("combined_metrics.csv is written, never read."),
        row => row.Cells().Select(Formula.Safe));

    private IEnumerable<string> Cells()
    {
        var (customer, record, totals, _) = Account;
        return
        [
            customer.Id, customer.Organization, customer.Cohort, customer.SignupDate.Iso(), Account.Completed ? "yes" : "no",
            Number(Percentage), record?.DaysToComplete is { } days ? Number(days) : "", record?.BlockerType ?? "",
            Number(totals.Counts.IssuesTagged), Number(totals.Counts.PrsGenerated), Number(totals.Counts.PrsMerged),
            Number(totals.Counts.SuccessRate), Number(totals.DaysActive), Number(Health.Score), Health.Status,
        ];
    }

    private int Percentage => OnboardingSteps.Percentage(System.Numerics.BitOperations.PopCount((uint)Account.Steps));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
