using System.Globalization;
using CustomerSuccess.Engagement;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Tracking.Csv;

/// <summary>The three store files, header by header as SPEC has them. Cells are raw: what was typed is what is kept.</summary>
public static class Tables
{
    public static TableFormat<CustomerRow> Customers { get; } = new(
        "customers.csv",
        ["id", "email", "organization", "github_username", "signup_date", "cohort", "industry", "team_size", "status"],
        cells => new CustomerRow(
            cells.CustomerId(), cells.Checked(Fields.EmailAddress), cells.Text(Fields.Name, required: true), cells.Text(Fields.Short),
            cells.Day() ?? default, cells.Text(Fields.Short), cells.Text(Fields.Short), cells.TeamSize(), cells.Checked(Fields.Status)),
        row =>
        [
            row.Id, row.Email, row.Organization, row.GithubUsername, row.SignupDate.Iso(), row.Cohort, row.Industry,
            row.TeamSize is { } size ? Number(size) : "", row.Status,
        ]);

    public static TableFormat<OnboardingRow> Onboarding { get; } = new(
        "onboarding.csv",
        ["id", "customer_id", .. OnboardingSteps.All, "completed_date", "days_to_complete", "blocker_type", "notes"],
        cells =>
        {
            var (id, customer) = (cells.RowId(), cells.CustomerId());
            var steps = OnboardingSteps.All.Aggregate(0, (set, step) => cells.Flag() ? set | OnboardingSteps.Bit(step) : set);
            return new OnboardingRow(id, customer, steps, cells.Day(optional: true), (int?)cells.Number(optional: true, most: int.MaxValue), cells.Text(Fields.Blocker), cells.Text(Fields.Notes));
        },
        row =>
        [
            row.Id, row.CustomerId, .. OnboardingSteps.All.Select(step => OnboardingSteps.Has(row.Steps, step) ? "true" : "false"),
            row.CompletedDate?.Iso() ?? "", row.DaysToComplete is { } days ? Number(days) : "", row.BlockerType, row.Notes,
        ]);

    public static TableFormat<EngagementRow> Engagement { get; } = new(
        "engagement.csv",
        ["id", "customer_id", "date", "issues_tagged", "prs_generated", "prs_merged", "prs_rejected", "support_requests"],
        cells => new EngagementRow(cells.RowId(), cells.CustomerId(), cells.Day() ?? default, new Counts(cells.Count(), cells.Count(), cells.Count(), cells.Count(), cells.Count())),
        row =>
        [
            row.Id, row.CustomerId, row.Date.Iso(), Number(row.Counts.IssuesTagged), Number(row.Counts.PrsGenerated),
            Number(row.Counts.PrsMerged), Number(row.Counts.PrsRejected), Number(row.Counts.SupportRequests),
        ]);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
