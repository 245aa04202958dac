using System.IO.Compression;
using CustomerSuccess.Monitoring.Exposition;
using CustomerSuccess.Platform.Metrics;
using Microsoft.AspNetCore.Http.Features;

namespace CustomerSuccess.Monitoring;

/// <summary>GET /metrics: everything measured, in the format the scraper would rather have.</summary>
public static class ShowMetrics
{
    public const string Path = "/metrics";

    // Before there are figures from the database at all. A database that is away must not take the metrics with it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A small answer is not worth the work.
    private const int WorthPacking = 1024;

    public static Task Handle(HttpContext context, MetricsSettings settings)
    {
        if (MayScrape.Refusal(context, settings) is not { } refusal) return Write(context);
        if (refusal.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer realm=\"metrics\"";
        return TypedResults.Problem(refusal.Why, statusCode: refusal.Status, title: "The metrics are not for everyone.").ExecuteAsync(context);
    }

    /// <summary>What comes to the metrics' own address is answered here and goes no further.</summary>
    public static Func<HttpContext, RequestDelegate, Task> OwnAddress(MetricsSettings settings) => (context, next) =>
    {
        if (!MayScrape.AtOwnAddress(context, settings)) return next(context);
        if (context.Features.Get<IHttpMetricsTagsFeature>() is { } counted) counted.MetricsDisabled = true;
        if (context.Request.Path == Path && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))) return Write(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("This address serves GET /metrics and nothing else.\n");
    };

    private static async Task Write(HttpContext context)
    {
        var services = context.RequestServices;
        var ready = Task.WhenAll(services.GetServices<Sampled>().Select(figures => figures.Ready()));
        if (!ready.IsCompleted) await Task.WhenAny(ready, Task.Delay(Patience, context.RequestAborted));
        var text = new MetricsText(Negotiate.OpenMetrics(context.Request.Headers));
        services.GetRequiredService<Measured>().Write(text);

        var response = context.Response;
        response.ContentType = text.ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept, Accept-Encoding";
        var body = text.Written;
        if (body.Length > WorthPacking && Negotiate.Gzip(context.Request.Headers))
        {
            response.Headers.ContentEncoding = "gzip";
            using var packed = new MemoryStream(body.Length / 8);
            await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(body.Span);
            body = packed.GetBuffer().AsMemory(0, (int)packed.Length);
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
