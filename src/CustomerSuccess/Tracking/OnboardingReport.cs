using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Tracking;

/// <summary>How far everyone's onboarding is, as of a day. Lists all; counts those that are not churned, archived or a test.</summary>
public sealed record OnboardingReport(DateOnly AsOf, IReadOnlyList<OnboardingReport.Line> Lines, IReadOnlyList<int> StepCounts, int Completed, int Total)
{
    /// <summary>Days: signup to completion where complete, else signup to the day of the report.</summary>
    public sealed record Line(
        string CustomerId, string Organization, int Steps, int Percentage, string Stage, int Days, DateOnly? CompletedDate, string BlockerType, bool Counted);

    public int CompletionRate => Percent.Of(Completed, Total);

    public static OnboardingReport Of(IEnumerable<Account> accounts, DateOnly asOf)
    {
        var lines = accounts.Select(account => Of(account, asOf)).OrderBy(line => line.CustomerId, Comparer<string>.Create(Ids.Compare)).ToList();
        var counted = lines.Where(line => line.Counted).ToList();
        return new OnboardingReport(
            asOf, lines, OnboardingSteps.All.Select(step => counted.Count(line => OnboardingSteps.Has(line.Steps, step))).ToList(),
            counted.Count(line => line.CompletedDate is not null), counted.Count);
    }

    private static Line Of(Account account, DateOnly asOf)
    {
        var signup = account.Customer.SignupDate;
        var completed = account.Onboarding?.CompletedDate;
        return new Line(
            account.Customer.Id, account.Customer.Organization, account.Steps,
            OnboardingSteps.Percentage(System.Numerics.BitOperations.PopCount((uint)account.Steps)),
            OnboardingSteps.Stage(account.Steps, account.Completed), OnboardingSteps.DaysToComplete(signup, completed ?? asOf),
            completed, account.Onboarding?.BlockerType ?? "", account.Counted);
    }
}
