using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>The analytics as a file, with a line in the audit log.</summary>
public static class ExportAnalytics
{
    /// <param name="Format">csv (one figure a row: section, key, title, metric, value) or json (as GET answers).</param>
    /// <param name="Days">The last so many days; 90 unless told.</param>
    /// <param name="From">First UTC day; instead of days.</param>
    /// <param name="To">Last UTC day.</param>
    /// <param name="Interval">week or month.</param>
    public sealed record Request([property: Required, StringLength(10)] string Format, int? Days = null, [property: StringLength(20)] string? From = null, [property: StringLength(20)] string? To = null, [property: StringLength(10)] string? Interval = null);

    /// <summary>Download the analytics as CSV or JSON. Leaves an audit row.</summary>
    public static Task<Results<FileContentHttpResult, ValidationProblem>> Handle(Request request, HttpContext http, LatestAnalytics latest, TimeProvider clock) => Run(request, http, latest, clock);

    /// <summary>The page's form.</summary>
    public static async Task<IResult> Submit(IFormCollection fields, HttpContext http, LatestAnalytics latest, TimeProvider clock)
    {
        var sent = await Run(new(fields["format"].ToString(), null, fields["from"], fields["to"], fields["interval"]), http, latest, clock);
        return sent.Result;
    }

    private static async Task<Results<FileContentHttpResult, ValidationProblem>> Run(Request request, HttpContext http, LatestAnalytics latest, TimeProvider clock)
    {
        var (faults, ct, services) = (new List<Fault>(), http.RequestAborted, http.RequestServices);
        if (request.Format is not ("csv" or "json")) faults.Add(new("format", $"is '{request.Format}'; it can be csv or json"));
        var filter = new AnalyticsFilter { Days = request.Days?.ToString(System.Globalization.CultureInfo.InvariantCulture), From = request.From, To = request.To, Interval = request.Interval };
        var window = filter.Read(clock.Today(), faults);
        if (window is null || faults.Count > 0) return EventAnswers.Invalid(faults);
        var answer = await latest.Of(window.From, window.To, filter.By, ct);
        await services.GetRequiredService<AuditLog>().Write(services.GetRequiredService<NpgsqlDataSource>(), http.User.AuditActor(), "onboarding.exported", "", new { request.Format, from = window.From.Iso(), to = window.To.Iso() }, ct);
        http.Response.Headers.CacheControl = "no-store";
        var name = $"onboarding_{window.From.Iso()}_{window.To.Iso()}.{request.Format}";
        var json = services.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions;
        return request.Format == "csv" ? TypedResults.File(AnalyticsCsv.Of(answer), "text/csv; charset=utf-8", name)
            : TypedResults.File(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(answer, json), "application/json", name);
    }
}
