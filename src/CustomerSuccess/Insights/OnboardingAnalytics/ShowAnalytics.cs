using CustomerSuccess.Access;
using CustomerSuccess.Funnel.Figures;
using CustomerSuccess.Insights.OnboardingAnalytics.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>What the page is made from.</summary>
public sealed record AnalyticsModel(AnalyticsAnswer Answer, FunnelWindow Window, string? Fault, bool MayExport)
{
    public string Query => Window.To == Window.Today ? $"days={Window.Days}" : $"from={Window.From.Iso()}&to={Window.To.Iso()}";

    /// <summary>Added to links, so that they lead to exactly those who are counted.</summary>
    public string More => $"&from={Window.From.Iso()}&to={Window.To.Iso()}";
}

/// <summary>The page of the analytics and its fragment for htmx.</summary>
public static class ShowAnalytics
{
    public const string Path = "/onboarding/analytics";

    public static async Task<IResult> Handle([AsParameters] AnalyticsFilter filter, HttpContext http, LatestAnalytics latest, TimeProvider clock, CancellationToken ct)
    {
        var (window, fault) = filter.Shown(clock.Today());
        var model = new AnalyticsModel(await latest.Of(window.From, window.To, fault is null ? filter.By : null, ct), window, fault, http.User.IsInRole(Roles.Admin));
        http.Response.Headers.Vary = "HX-Request-Type";
        if (http.Request.Headers["HX-Request-Type"] != "partial") return new RazorComponentResult<AnalyticsPage>(new { Model = model });
        http.Response.Headers["HX-Push-Url"] = $"{Path}?{model.Query}";
        return new RazorComponentResult<AnalyticsRegion>(new { Model = model });
    }
}
