using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Templates.Facts;
using CustomerSuccess.Messages.Templates.Language;

namespace CustomerSuccess.Messages.Templates;

/// <summary>A message the product sends: who gets it, when, and what its template can speak of (the letter's type).</summary>
public sealed record TemplateKind(string Name, string Title, bool ToCustomer, string When, Type Letter)
{
    public static IReadOnlyList<TemplateKind> All { get; } =
    [
        Customer(Kinds.Welcome, "Welcome", "A customer signed up"),
        Customer(Kinds.AccountCreated, "Account created", "The account is ready to use"),
        Customer(Kinds.GitHubActionInstalled, "GitHub Action installed", "The GitHub Action reported for the first time"),
        Customer(Kinds.FirstIssue, "First issue", "The first issue was tagged"),
        Customer(Kinds.FirstPr, "First pull request", "The first pull request was made"),
        Customer(Kinds.OnboardingCompleted, "Onboarding completed", "All steps are done, once in a customer's life"),
        Customer(Kinds.WeeklySummary, "Weekly summary", "Every week, by the schedule"),
        Customer(Kinds.ReEngagement, "Re-engagement", "Nothing happened for a while"),
        Customer(Kinds.Milestone, "Milestone", "A milestone was reached"),
        Team(Kinds.TeamWeeklySummary, "Weekly summary for the team", "Every week, by the schedule", typeof(DigestLetter)),
        Team(Kinds.AtRiskAlert, "At-risk alert", "Customers are newly at risk", typeof(DigestLetter)),
        Team(Kinds.CompletionNotice, "Completion notice", "A customer completed onboarding", typeof(StaffLetter)),
        Team(Kinds.MilestoneNotice, "Milestone notice", "A customer reached a milestone that the team wants to hear of", typeof(StaffLetter)),
        Team(Kinds.BlockerNotice, "Blocker notice", "A customer's onboarding is blocked", typeof(StaffLetter)),
        Team(Kinds.HelpNotice, "Request for help", "A customer asked for help in the widget", typeof(StaffLetter)),
    ];

    /// <summary>What its templates may name.</summary>
    public Shape Shape => Shape.Of(Letter);

    public static TemplateKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    private static TemplateKind Customer(string name, string title, string when) => new(name, title, true, when, typeof(CustomerLetter));

    private static TemplateKind Team(string name, string title, string when, Type letter) => new(name, title, false, when, letter);
}
