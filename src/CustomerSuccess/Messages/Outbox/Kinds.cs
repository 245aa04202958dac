namespace CustomerSuccess.Messages.Outbox;

/// <summary>The messages the product sends by itself. Rules may send others under names of their own.</summary>
public static class Kinds
{
    public const string Welcome = "welcome", AccountCreated = "account_created", GitHubActionInstalled = "github_action_installed", FirstIssue = "first_issue",
        FirstPr = "first_pr", OnboardingCompleted = "onboarding_completed", WeeklySummary = "weekly_summary", ReEngagement = "re_engagement", Milestone = "milestone";

    /// <summary>To the team.</summary>
    public const string TeamWeeklySummary = "team_weekly_summary", AtRiskAlert = "at_risk_alert", CompletionNotice = "completion_notice", BlockerNotice = "blocker_notice", MilestoneNotice = "milestone_notice", HelpNotice = "help_notice";

    public static readonly IReadOnlyList<string> All =
    [
        Welcome, AccountCreated, GitHubActionInstalled, FirstIssue, FirstPr, OnboardingCompleted, WeeklySummary, ReEngagement, Milestone,
        TeamWeeklySummary, AtRiskAlert, CompletionNotice, BlockerNotice, MilestoneNotice, HelpNotice,
    ];
}
