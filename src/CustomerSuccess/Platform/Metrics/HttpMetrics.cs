namespace CustomerSuccess.Platform.Metrics;

/// <summary>What ASP.NET Core measures of requests, under names of ours.</summary>
public static class HttpMetrics
{
    public const string Hosting = "Microsoft.AspNetCore.Hosting", Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>The route of whatever no route takes.</summary>
    public const string Unmatched = "unmatched";

    /// <summary>A route's template as it is shown: a group's own address ends in a slash that nobody writes.</summary>
    public static string Route(string template) => template.Length > 1 ? template.TrimEnd('/') : template;

    public static IReadOnlyList<Metric> All { get; } =
    [
        Metric.Histogram("http_request_duration_seconds", "Time from a request's first byte until its answer was written; not of live streams, /metrics, /healthz and /readyz",
            Label.Of("method", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") with { Tag = "http.request.method" },
            new("route") { Tag = "http.route", Missing = Unmatched, Tidy = Route, Most = 600, Says = $"the route's template, never the path; `{Unmatched}` where there is none" },
            new("status") { Tag = "http.response.status_code", Most = 40, Says = "of the answer" })
            with { Meter = Hosting, Instrument = "http.server.request.duration", Most = 2000 },
        Metric.Gauge("http_connections", "Connections to the web server that are open") with { Meter = Kestrel, Instrument = "kestrel.active_connections" },
        Metric.Counter("http_connections_rejected", "Connections refused because too many were open") with { Meter = Kestrel, Instrument = "kestrel.rejected_connections" },
        Shell.LiveSeats.Metric,
    ];
}
