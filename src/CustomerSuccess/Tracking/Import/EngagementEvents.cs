using CustomerSuccess.Engagement;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Change;

namespace CustomerSuccess.Tracking.Import;

/// <summary>What a row of engagement.csv means as events. Pure.</summary>
internal static class EngagementEvents
{
    public static Envelope New(EngagementRow row, Moment moment) =>
        moment.Recorded(row.Date, EventTypes.EngagementRecorded, row.CustomerId, EngagementChanges.Properties(row.Id, row.Date, row.Counts), row.Id);

    /// <summary>What differs in a known row, and the corrections: differences where the day stays, else the row leaves one day and comes to another.</summary>
    public static (List<string> What, List<Envelope> Events) Change(EngagementRow known, EngagementRow row, Moment moment)
    {
        var what = Names.Zip(Values(known.Counts), Values(row.Counts)).Where(count => count.Second != count.Third)
            .Select(count => FormattableString.Invariant($"{count.First} {count.Second} → {count.Third}")).ToList();
        if (known.Date != row.Date) what.Insert(0, $"date {known.Date.Iso()} → {row.Date.Iso()}");
        var events = what.Count == 0 ? []
            : known.Date == row.Date ? new List<Envelope> { Correction(row.Date, row.Counts - known.Counts, 0) }
            : [Correction(known.Date, Counts.Zero - known.Counts, -1), Correction(row.Date, row.Counts, 1)];
        return (what, events);

        Envelope Correction(DateOnly day, Counts difference, int copies) =>
            moment.Recorded(day, EventTypes.EngagementRecorded, row.CustomerId, EngagementChanges.Properties(row.Id, day, difference, copies));
    }

    private static readonly string[] Names = ["issues_tagged", "prs_generated", "prs_merged", "prs_rejected", "support_requests"];

    private static long[] Values(Counts counts) =>
        [counts.IssuesTagged, counts.PrsGenerated, counts.PrsMerged, counts.PrsRejected, counts.SupportRequests];
}
