using CustomerSuccess.Access;
using CustomerSuccess.Tracking.Export;

namespace CustomerSuccess.Tracking;

/// <summary>The tracking files: the CSV format, the folder of the early access program, the way in and the export.</summary>
public static class TrackingRoom
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/export", ExportData.Handle).RequireAuthorization(Permissions.Admin).WithName("ExportData").WithTags("Export");
}
