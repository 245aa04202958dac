using CustomerSuccess.Platform.Http;
using CustomerSuccess.Platform.Http.Outgoing;
using CustomerSuccess.Platform.Jobs;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Platform;

/// <summary>The ground floor: errors as problem details, request ids, liveness, hints between processes.</summary>
public static class PlatformRoom
{
    public static IReadOnlyList<Metric> Metrics { get; } = [.. HttpMetrics.All, .. DatabaseMetrics.All, .. WebhookMetrics.All, .. JobMetrics.All, .. ProcessMetrics.All];

    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(OutgoingSettings.Read(settings)).AddSingleton(all => new OutgoingHttp(all.GetRequiredService<OutgoingSettings>()));
        // Attributes on request records are checked before their handler runs.
        services.AddValidation();
        services.AddMetrics().AddSingleton<Instruments>().AddSingleton<JobMetrics>().AddSingleton<WebhookMetrics>();
        services.AddHostedService<SlowQueries>();
        services.AddSingleton<Signals>();
        services.AddHostedService(all => all.GetRequiredService<Signals>());
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = problem =>
        {
            problem.ProblemDetails.Extensions.Remove("trace_id");
            problem.ProblemDetails.Extensions["request_id"] = problem.HttpContext.TraceIdentifier;
            if (problem.ProblemDetails is HttpValidationProblemDetails invalid) invalid.Errors = FieldNames.AsSent(invalid.Errors);
        });
        services.AddExceptionHandler<ProblemHandler>();
        // Names in JSON are those of the log, the exports and the command line.
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower);
        // Malformed JSON becomes an exception that says what is wrong, instead of an empty 400.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    }

    public static void Use(WebApplication app)
    {
        app.Use(RequestId.Give);
        app.Use(HostName.Check);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Text("ok")).AllowAnonymous().DisableHttpMetrics().ExcludeFromDescription();
        app.MapGet("/readyz", Readiness.Handle).AllowAnonymous().DisableHttpMetrics().ExcludeFromDescription();
    }
}
