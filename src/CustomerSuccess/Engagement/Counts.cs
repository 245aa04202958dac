namespace CustomerSuccess.Engagement;

/// <summary>The five counts of a day, or of any set of days.</summary>
public sealed record Counts(long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests)
{
    public static Counts Zero { get; } = new(0, 0, 0, 0, 0);

    /// <summary>min(100, trunc(merged / generated × 100)); 0 when none was generated.</summary>
    public int SuccessRate => Rate(PrsMerged, PrsGenerated);

    public static int Rate(long merged, long generated) => Math.Clamp(Platform.Percent.Of(merged, generated), 0, 100);

    /// <summary>A day with any of the five above 0 is an active day.</summary>
    public bool Active => IssuesTagged > 0 || PrsGenerated > 0 || PrsMerged > 0 || PrsRejected > 0 || SupportRequests > 0;

    public static Counts operator +(Counts a, Counts b) => new(
        a.IssuesTagged + b.IssuesTagged, a.PrsGenerated + b.PrsGenerated, a.PrsMerged + b.PrsMerged,
        a.PrsRejected + b.PrsRejected, a.SupportRequests + b.SupportRequests);

    public static Counts operator -(Counts a, Counts b) => new(
        a.IssuesTagged - b.IssuesTagged, a.PrsGenerated - b.PrsGenerated, a.PrsMerged - b.PrsMerged,
        a.PrsRejected - b.PrsRejected, a.SupportRequests - b.SupportRequests);
}
