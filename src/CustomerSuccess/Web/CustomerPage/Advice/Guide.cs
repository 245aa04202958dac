using CustomerSuccess.Onboarding;

namespace CustomerSuccess.Web.CustomerPage.Advice;

/// <summary>Short documentation that solves a common problem; its steps go into the mail. Pure.</summary>
public sealed record Guide(string Title, IReadOnlyList<string> Steps)
{
    private static readonly Guide Permissions = new("Repository permissions",
    [
        "In the organization's settings under GitHub Apps, give the app access to the repositories it should work on.",
        "In each repository under Settings, Actions, General, choose Read and write permissions for workflows.",
        "On the same page tick Allow GitHub Actions to create and approve pull requests.",
        "Tag an issue again: the pull request should appear within minutes.",
    ]);

    private static readonly Guide Install = new("Install the GitHub Action",
    [
        "Create the secret with the API key under Settings, Secrets and variables, Actions.",
        "Add the workflow file from the README under .github/workflows and commit it to the default branch.",
        "Run it once by hand from the Actions tab and look at its log.",
    ]);

    private static readonly Guide Keys = new("API key and secrets",
    [
        "Make a new API key and copy it at once; it is shown only this time.",
        "Store it as an Actions secret of the repository or the organization, without spaces or line ends.",
        "Run the workflow again: a 401 in its log means that the secret's name or text differs.",
    ]);

    private static readonly Guide Workflow = new("When the workflow fails",
    [
        "Open the failed run in the Actions tab and look at the first red step.",
        "Check that the workflow runs on issues that are labeled, on the default branch.",
        "Self-hosted runners need outgoing HTTPS to our service.",
    ]);

    private static readonly Guide Approval = new("Security and procurement questions",
    [
        "What we read and store, and for how long, on two pages.",
        "How permissions are limited to the repositories you choose, and how to take them back.",
        "Terms, data processing agreement and invoicing.",
    ]);

    private static readonly Guide FirstIssue = new("Tag a first issue",
    [
        "Pick a small, well described issue: one file, one clear problem.",
        "Put the label on it that the workflow listens for.",
        "Watch the run in the Actions tab; the result is linked from the issue.",
    ]);

    private static readonly Guide FirstPr = new("From issue to pull request",
    [
        "Look at the run of the tagged issue: it says what was tried.",
        "Issues that name the file and the expected behaviour succeed most often.",
        "Check that the app may create pull requests in this repository.",
    ]);

    private static readonly Guide Merge = new("Reviewing generated pull requests",
    [
        "Read the description first: it says what was changed and why.",
        "Leave a review comment to have it changed instead of closing it.",
        "Add a test to the issue: pull requests that come with one are merged more often.",
    ]);

    private static readonly Guide Start = new("Getting started",
    [
        "Install the GitHub Action in one repository.",
        "Tag one small issue.",
        "Review the pull request together with us.",
    ]);

    /// <summary>What fits a blocker's type, whatever words were used for it.</summary>
    public static Guide ForBlocker(string type)
    {
        bool Says(params string[] words) => words.Any(word => type.Contains(word, StringComparison.OrdinalIgnoreCase));
        return Says("permission", "github_config", "config", "access", "org") ? Permissions
            : Says("key", "auth", "secret", "token", "credential") ? Keys
            : Says("install") ? Install
            : Says("workflow", "ci", "action", "runner", "build") ? Workflow
            : Says("legal", "security", "procure", "budget", "billing", "approval", "compliance") ? Approval
            : Says("issue") ? FirstIssue
            : Says("pr", "pull") ? FirstPr
            : Start;
    }

    /// <summary>What helps with the step that comes next; null when all are done.</summary>
    public static Guide ForStep(string? step) => step switch
    {
        OnboardingSteps.GithubActionInstalled => Install,
        OnboardingSteps.FirstIssueTagged => FirstIssue,
        OnboardingSteps.FirstPrGenerated => FirstPr,
        null => Merge,
        _ => Start,
    };
}
