namespace CustomerSuccess.Events;

/// <summary>The five steps of the onboarding record by name, in the order of the journey: what a message may call a step.</summary>
public static class Steps
{
    public const string WelcomeEmailSent = "welcome_email_sent";
    public const string AccountCreated = "account_created";
    public const string GithubActionInstalled = "github_action_installed";
    public const string FirstIssueTagged = "first_issue_tagged";
    public const string FirstPrGenerated = "first_pr_generated";

    public static IReadOnlyList<string> All { get; } = [WelcomeEmailSent, AccountCreated, GithubActionInstalled, FirstIssueTagged, FirstPrGenerated];
}
