namespace CustomerSuccess.Engagement.Reach;

/// <summary>What was counted of a customer on a UTC day.</summary>
public sealed record CountedDay(string CustomerId, DateOnly Date, long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests, long ApiCalls)
{
    /// <summary>By the name of the column.</summary>
    public long Of(string column) => column switch
    {
        "issues_tagged" => IssuesTagged,
        "prs_generated" => PrsGenerated,
        "prs_merged" => PrsMerged,
        "prs_rejected" => PrsRejected,
        "api_calls" => ApiCalls,
        _ => SupportRequests,
    };

    public bool Active => IssuesTagged > 0 || PrsGenerated > 0 || PrsMerged > 0 || PrsRejected > 0 || SupportRequests > 0 || ApiCalls > 0;
}
