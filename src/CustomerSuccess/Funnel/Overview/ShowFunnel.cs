using CustomerSuccess.Funnel.Figures;
using CustomerSuccess.Funnel.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Funnel.Overview;

/// <summary>What the page is made from.</summary>
public sealed record FunnelModel(FunnelOverview Overview, string? Fault)
{
    public FunnelWindow Window => Overview.Window;

    /// <summary>The window as a query: days=30, or from and to.</summary>
    public string Query => QueryOf(Window);

    public static string QueryOf(FunnelWindow window) => window.To == window.Today ? $"days={window.Days}" : $"from={window.From.Iso()}&to={window.To.Iso()}";

    /// <summary>The customers who reached a stage in the window; more narrows further.</summary>
    public string Reached(string stage, string more = "") => $"/funnel/journeys?reached={stage}&{Query}{(more.Length > 0 ? "&" + more : "")}";
}

/// <summary>The funnel page, its fragment for htmx, and its live stream.</summary>
public static class ShowFunnel
{
    public static async Task<IResult> Handle([AsParameters] FunnelPeriod period, HttpContext http, LatestFunnel latest, TimeProvider clock)
    {
        var (window, fault) = period.Shown(clock.Today());
        var model = new FunnelModel(await latest.Now(window), fault);
        http.Response.Headers.Vary = "HX-Request-Type";
        if (http.Request.Headers["HX-Request-Type"] != "partial") return new RazorComponentResult<FunnelPage>(new { Model = model });
        http.Response.Headers["HX-Push-Url"] = "/funnel?" + model.Query;
        return new RazorComponentResult<FunnelRegion>(new { Model = model });
    }

    public static Task Live([AsParameters] FunnelPeriod period, HttpContext http, LatestFunnel latest, TimeProvider clock) =>
        LiveStream.Send<FunnelBody>(http, async _ => period.Shown(clock.Today()) is var (window, fault)
            ? new Dictionary<string, object?> { ["Model"] = new FunnelModel(await latest.Next(window), fault) } : null!, channel: Signals.Funnel);
}
