using CustomerSuccess.Events;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>
/// Types that the product counts by day: once for each issue and pull request however many tell of it, with what was recorded by hand.
/// Tasks that wait for them go by these counts, so that they say what the usage says.
/// </summary>
/// <param name="Column">Of activity, and the kind of counted_urls.</param>
/// <param name="Url">The property that names what is counted once.</param>
/// <param name="Types">Events that are counted.</param>
public sealed record Measure(string Column, string Url, IReadOnlyList<string> Types)
{
    private static readonly Dictionary<string, Measure> All = new(StringComparer.Ordinal)
    {
        [EventTypes.IssueTagged] = new("issues_tagged", "issue_url", [EventTypes.IssueTagged, EventTypes.IssueResolution, EventTypes.EngagementRecorded]),
        [EventTypes.PrGenerated] = new("prs_generated", "pr_url", [EventTypes.PrGenerated, EventTypes.IssueResolution, EventTypes.EngagementRecorded]),
        [EventTypes.PrMerged] = new("prs_merged", "pr_url", [EventTypes.PrMerged, EventTypes.EngagementRecorded]),
        [EventTypes.PrRejected] = new("prs_rejected", "pr_url", [EventTypes.PrRejected, EventTypes.EngagementRecorded]),
        [EventTypes.SupportRequest] = new("support_requests", "", [EventTypes.SupportRequest, EventTypes.EngagementRecorded]),
    };

    /// <summary>Whatever makes a day active.</summary>
    public static IReadOnlyList<string> Activity { get; } =
        [EventTypes.ApiCall, EventTypes.IssueTagged, EventTypes.IssueResolution, EventTypes.PrGenerated, EventTypes.PrMerged, EventTypes.PrRejected, EventTypes.SupportRequest, EventTypes.EngagementRecorded];

    public static Measure? Of(string type) => All.GetValueOrDefault(type);
}
