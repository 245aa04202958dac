using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Engagement;

/// <summary>What customers do with the product, by day and in total.</summary>
public static class EngagementRoom
{
    public static IReadOnlyList<Fold> Folds { get; } =
    [
        new(["activity", "counted_urls", "active_people"],
            Sql.Read("Engagement/activity.sql").Replace("/*counts*/", Sql.Read("Engagement/counts.sql"), StringComparison.Ordinal),
            "activity_unsettled", Sql.Read("Engagement/settle.sql"), Takes: Counted),
        new(["engagement_rows"], Sql.Read("Engagement/rows.sql"), "rows_unsettled", Takes: e => e.Type == EventTypes.EngagementRecorded),
        new(["support_requests"], Sql.Read("Engagement/support.sql"), Takes: e => e.Type == EventTypes.SupportRequest),
    ];

    private static bool Counted(Envelope e) => e.PersonId is not null || e.Type is EventTypes.ApiCall or EventTypes.IssueResolution or EventTypes.IssueTagged
        or EventTypes.PrGenerated or EventTypes.PrMerged or EventTypes.PrRejected or EventTypes.SupportRequest or EventTypes.EngagementRecorded;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/customers/{id}/engagement", GetEngagement.Handle).OfCustomer().RequireAuthorization(Permissions.Viewer).WithTags("Engagement");
}
