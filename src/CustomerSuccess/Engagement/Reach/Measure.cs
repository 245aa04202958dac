using CustomerSuccess.Events;

namespace CustomerSuccess.Engagement.Reach;

/// <summary>
/// Types that the product counts by day: once for each issue and pull request however many tell of it, with what was recorded by hand.
/// Whoever waits for them goes by these counts and says what the usage says.
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

    // Calls are counted by day, too; asked for by what they answered, they are looked up one by one.
    private static readonly Measure ApiCalls = new("api_calls", "", [EventTypes.ApiCall]);

    /// <summary>Whatever makes a day active.</summary>
    public static IReadOnlyList<string> Activity { get; } =
        [EventTypes.ApiCall, EventTypes.IssueTagged, EventTypes.IssueResolution, EventTypes.PrGenerated, EventTypes.PrMerged, EventTypes.PrRejected, EventTypes.SupportRequest, EventTypes.EngagementRecorded];

    public static Measure? Of(string type) => All.GetValueOrDefault(type);

    public static Measure? Of(Completion on) => on.Event is not { } type ? null : type == EventTypes.ApiCall && on.Property is null ? ApiCalls : Of(type);
}
