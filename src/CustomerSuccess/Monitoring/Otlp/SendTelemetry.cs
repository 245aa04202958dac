using CustomerSuccess.Platform;

namespace CustomerSuccess.Monitoring.Otlp;

/// <summary>
/// The same measurements, and traces, to a collector by OTLP: where OTEL_EXPORTER_OTLP_ENDPOINT names one. Else nothing of
/// OpenTelemetry is loaded, no request is given an activity, and nothing is paid for.
/// </summary>
public static class SendTelemetry
{
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        if (settings[Endpoint] is not { Length: > 0 } endpoint) return;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new Trouble($"{Endpoint} holds '{endpoint}', which is no address.", $"For example {Endpoint}=http://127.0.0.1:4317");
        services.AddHostedService<Exporters>();
    }

    public static void Use(WebApplication app)
    {
        if (app.Configuration[Endpoint] is { Length: > 0 }) app.Use(Spans.Name);
    }
}
