using CustomerSuccess.Access;
using CustomerSuccess.Onboarding.Workflow;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>How the onboarding goes: where time goes, where people stop, who is behind. Here and not with the workflow, because it asks the funnel for channels.</summary>
public static class AnalyticsDoor
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/customer-success/onboarding/analytics").WithTags("Onboarding");
        api.MapGet("", GetAnalytics.Handle).RequireAuthorization(Permissions.Viewer).Example("get analytics");
        api.MapPost("export", ExportAnalytics.Handle).RequireAuthorization(Permissions.Admin).Example("post analytics/export");
        app.MapGet(ShowAnalytics.Path, ShowAnalytics.Handle).RequireAuthorization(Permissions.Viewer).ExcludeFromDescription();
        app.MapPost(ShowAnalytics.Path + "/export", ExportAnalytics.Submit).RequireAuthorization(Permissions.Admin).ExcludeFromDescription();
    }
}
