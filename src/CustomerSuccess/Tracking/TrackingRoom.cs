using CustomerSuccess.Access;
using CustomerSuccess.Tracking.Export;
using CustomerSuccess.Tracking.Upload;

namespace CustomerSuccess.Tracking;

/// <summary>The tracking files: the CSV format, the folder of the early access program, the way in and the export.</summary>
public static class TrackingRoom
{
    public static void Add(IServiceCollection services) => services.AddSingleton<Uploads>();

    public static void Map(IEndpointRouteBuilder app)
    {
        // Programs only: a borrowed browser must not take everything away. The page asks people for their password.
        app.MapGet("/api/v1/export", ExportData.Handle).RequireAuthorization(Permissions.AdminKey).WithName("ExportData").WithTags("Export");
        app.MapGet("/settings/export", ExportPage.Show).RequireAuthorization(Permissions.Admin);
        app.MapPost("/settings/export", ExportPage.Handle).RequireAuthorization(Permissions.Admin);
        ImportPages.Map(app.MapGroup("/settings/import"));
    }
}
