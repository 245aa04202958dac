using System.Collections.Frozen;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Outbox;

namespace CustomerSuccess.Messages.Causes;

/// <summary>An event that has a message for its effect.</summary>
/// <param name="Name">As the settings and the API call it.</param>
/// <param name="Title">For people.</param>
/// <param name="When">What must happen.</param>
/// <param name="Type">Of the event.</param>
/// <param name="Kind">Of the message.</param>
/// <param name="Topic">What a customer can do without; team for notices.</param>
/// <param name="Priority">Higher goes first.</param>
public sealed record Cause(string Name, string Title, string When, string Type, string Kind, string Topic, int Priority)
{
    /// <summary>The step, or onboarding_completed: names the tag in Kit and the effect (once in a customer's life). Empty: a notice to the team.</summary>
    public string Milestone { get; init; } = "";

    public bool ToTeam => Milestone.Length == 0;

    /// <summary>Each one names its own effect, and has no tag in Kit: only the six of the onboarding have sequences there.</summary>
    public const string Any = "*";
}

/// <summary>Everything that causes a message by happening. Six reach the customer, each with its tag in Kit.</summary>
public static class KnownCauses
{
    private const string Step = EventTypes.StepPrefix, Onboarding = "onboarding", Team = "team";

    public const string AtRisk = "at_risk";

    /// <summary>What happened more days before it came in causes nothing. As long as missed webhooks are fetched again.</summary>
    public const int FreshDays = 3;

    public static IReadOnlyList<Cause> All { get; } =
    [
        new("welcome", "Welcome", "A customer is created", EventTypes.CustomerCreated, Kinds.Welcome, Onboarding, 90) { Milestone = Steps.WelcomeEmailSent },
        new("account_created", "Account created", "The account is ready, for the first time", Step + Steps.AccountCreated, Kinds.AccountCreated, Onboarding, 50) { Milestone = Steps.AccountCreated },
        new("github_action_installed", "GitHub Action installed", "The GitHub Action reports for the first time", Step + Steps.GithubActionInstalled, Kinds.GitHubActionInstalled, Onboarding, 60) { Milestone = Steps.GithubActionInstalled },
        new("first_issue", "First issue", "The first issue is tagged", Step + Steps.FirstIssueTagged, Kinds.FirstIssue, Onboarding, 65) { Milestone = Steps.FirstIssueTagged },
        new("first_pr", "First pull request", "The first pull request is made", Step + Steps.FirstPrGenerated, Kinds.FirstPr, Onboarding, 70) { Milestone = Steps.FirstPrGenerated },
        new("onboarding_completed", "Onboarding completed", "The fifth step is done, once in a customer's life", EventTypes.OnboardingCompleted, Kinds.OnboardingCompleted, Onboarding, 80) { Milestone = EventTypes.OnboardingCompleted },
        new("completion_notice", "Completion notice", "The fifth step is done", EventTypes.OnboardingCompleted, Kinds.CompletionNotice, Team, 40),
        new("milestone", "Milestone", "A milestone is reached that is celebrated by mail", EventTypes.MilestoneReached, Kinds.Milestone, "product", 30) { Milestone = Cause.Any },
        new("milestone_notice", "Milestone notice", "A milestone is reached that the team wants to hear of", EventTypes.MilestoneReached, Kinds.MilestoneNotice, Team, 35),
        new("blocker_notice", "Blocker notice", "A blocker is recorded, or becomes another one", EventTypes.Blocked, Kinds.BlockerNotice, Team, 45),
        new("help_notice", "Request for help", "A customer asks for help in the widget", EventTypes.SupportRequest, Kinds.HelpNotice, Team, 85),
    ];

    /// <summary>Its entries wait for the next at-risk digest (a schedule), so it has no message of its own.</summary>
    public static Cause IntoRisk { get; } = new(AtRisk, "At risk", "A customer comes to be at risk: an entry in the next at-risk digest", EventTypes.HealthChanged, Kinds.AtRiskAlert, Team, 45);

    private static readonly FrozenSet<string> Types = All.Select(cause => cause.Type).ToFrozenSet(StringComparer.Ordinal);

    public static bool Exists(string name) => name == AtRisk || All.Any(cause => cause.Name == name);

    /// <summary>Whether it may cause a message. History never does.</summary>
    /// <remarks>Requests for support that another tool told have been answered there.</remarks>
    public static bool Takes(Envelope e) => !e.History && Types.Contains(e.Type) && (e.Type != EventTypes.SupportRequest || e.Source == "widget");

    /// <summary>Whether somebody may have come to be at risk by it: most changes of health are none.</summary>
    public static bool TakesRisk(Envelope e) => !e.History && e.Type == EventTypes.HealthChanged && e.Properties.Contains("\"at_risk\"", StringComparison.Ordinal);
}
