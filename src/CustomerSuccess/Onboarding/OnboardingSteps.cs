using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding;

/// <summary>The five steps of the onboarding record and what follows from them. Pure; serves the database and the CSV folder alike.</summary>
public static class OnboardingSteps
{
    public const string WelcomeEmailSent = Steps.WelcomeEmailSent;
    public const string AccountCreated = Steps.AccountCreated;
    public const string GithubActionInstalled = Steps.GithubActionInstalled;
    public const string FirstIssueTagged = Steps.FirstIssueTagged;
    public const string FirstPrGenerated = Steps.FirstPrGenerated;

    /// <summary>In the order of the journey; a step's place is its bit in a set of steps.</summary>
    public static IReadOnlyList<string> All => Steps.All;

    /// <summary>The set in which all five are done.</summary>
    public const int Full = 0b11111;

    public static bool Exists(string step) => All.Contains(step, StringComparer.Ordinal);

    public static string Title(string step) => step switch
    {
        WelcomeEmailSent => "Welcome email",
        AccountCreated => "Account created",
        GithubActionInstalled => "GitHub Action installed",
        FirstIssueTagged => "First issue tagged",
        FirstPrGenerated => "First PR generated",
        _ => step,
    };

    /// <summary>trunc(done / 5 × 100).</summary>
    public static int Percentage(int done) => Percent.Of(done, All.Count);

    /// <summary>Where in its life a customer is, from the steps done (bit n = step n) and completion.</summary>
    public static string Stage(int steps, bool completed) =>
        completed ? "regular_usage"
        : Has(steps, FirstIssueTagged) ? "initial_adoption"
        : Has(steps, GithubActionInstalled) || Has(steps, AccountCreated) ? "onboarding"
        : "new_signup";

    public static IReadOnlyList<string> Stages { get; } = ["new_signup", "onboarding", "initial_adoption", "regular_usage"];

    /// <summary>Signup to completion in whole days, never negative.</summary>
    public static int DaysToComplete(DateOnly signup, DateOnly completed) => Math.Max(0, completed.DayNumber - signup.DayNumber);

    public static bool Has(int steps, string step) => (steps & Bit(step)) != 0;

    public static int Bit(string step)
    {
        for (var n = 0; n < All.Count; n++)
        {
            if (All[n] == step) return 1 << n;
        }

        return 0;
    }
}
