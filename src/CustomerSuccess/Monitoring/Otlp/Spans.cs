using System.Diagnostics;
using CustomerSuccess.Platform.Metrics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using OpenTelemetry;

namespace CustomerSuccess.Monitoring.Otlp;

/// <summary>
/// What leaves of a request and of a statement: route, method, status, the text of the SQL. Paths, queries, addresses and
/// messages of exceptions may name people, so everything that is not on the list is taken off before it is sent.
/// </summary>
public sealed class Spans : BaseProcessor<Activity>
{
    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "http.request.method", "http.route", "http.response.status_code", "error.type",
        "db.system.name", "db.query.text", "db.operation.name", "db.response.status_code", "db.npgsql.rows",
    };

    /// <summary>Name the request's span by its route; those that nobody counts are not sent either.</summary>
    public static async Task Name(HttpContext context, RequestDelegate next)
    {
        var span = context.Features.Get<IHttpActivityFeature>()?.Activity;
        // Before anything: where it fails, the handler of exceptions takes it off.
        var endpoint = context.GetEndpoint() as RouteEndpoint;
        await next(context);
        if (span is null) return;
        if (endpoint?.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is not null)
        {
            Drop(span);
            return;
        }

        var route = HttpMetrics.Route(endpoint?.RoutePattern.RawText ?? HttpMetrics.Unmatched);
        span.DisplayName = $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= 500) span.SetStatus(ActivityStatusCode.Error);
    }

    public override void OnEnd(Activity data)
    {
        foreach (var name in data.TagObjects.Select(tag => tag.Key).Where(name => !Kept.Contains(name)).ToList()) data.SetTag(name, null);
        if (data.Status == ActivityStatusCode.Error) data.SetStatus(ActivityStatusCode.Error);
        // An exception's message may quote what somebody typed, and an event cannot be taken off.
        if (data.Events.Any(e => e.Name == "exception")) Drop(data);
    }

    private static void Drop(Activity span)
    {
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
