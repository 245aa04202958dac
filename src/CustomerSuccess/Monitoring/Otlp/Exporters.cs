using CustomerSuccess.Platform.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CustomerSuccess.Monitoring.Otlp;

/// <summary>OpenTelemetry's own providers and exporter, with the variables that its specification names (OTEL_…).</summary>
public sealed class Exporters(IConfiguration settings, ILogger<Exporters> log) : IHostedService
{
    private MeterProvider? metrics;
    private TracerProvider? traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var name = settings["OTEL_SERVICE_NAME"] is { Length: > 0 } own ? own : "customer-success";
        void Us(ResourceBuilder resource) => resource.AddService(name, serviceVersion: ProcessMetrics.Version).AddEnvironmentVariableDetector();
        metrics = Sdk.CreateMeterProviderBuilder().ConfigureServices(services => services.AddSingleton(settings)).ConfigureResource(Us)
            .AddMeter(Instruments.Meter, HttpMetrics.Hosting, HttpMetrics.Kestrel, DatabaseMetrics.Meter, "System.Runtime")
            // Npgsql's name of a pool is its connection string.
            .AddView("db.client.*", new MetricStreamConfiguration { TagKeys = ["db.client.connection.state"] })
            .AddView("kestrel.*", new MetricStreamConfiguration { TagKeys = [] })
            .AddOtlpExporter().Build();
        traces = Sdk.CreateTracerProviderBuilder().ConfigureServices(services => services.AddSingleton(settings)).ConfigureResource(Us)
            .AddSource("Microsoft.AspNetCore", "Npgsql")
            .AddProcessor(new Spans())
            .AddOtlpExporter().Build();
        log.LogInformation("Metrics and traces go to {Endpoint}", new Uri(settings[SendTelemetry.Endpoint]!).GetLeftPart(UriPartial.Authority));
        return Task.CompletedTask;
    }

    /// <summary>What has not been sent yet is sent, for a few seconds at most.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            traces?.Shutdown(3000);
            metrics?.Shutdown(3000);
            traces?.Dispose();
            metrics?.Dispose();
        }, CancellationToken.None);
}
