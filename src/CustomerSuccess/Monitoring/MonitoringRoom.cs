using CustomerSuccess.Monitoring.Exposition;
using CustomerSuccess.Monitoring.Figures;
using CustomerSuccess.Monitoring.Otlp;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Monitoring;

/// <summary>What an operator watches the product by. Reads what the other rooms measure, writes nothing.</summary>
public static class MonitoringRoom
{
    /// <summary>What this room measures itself.</summary>
    public static IReadOnlyList<Metric> Metrics { get; } = [.. QueueMetrics.All, .. Measured.All];

    public static void Add(IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(MetricsSettings.Read(settings)).AddSingleton<Measured>();
        services.AddSingleton<Sampled, QueueMetrics>();
        SendTelemetry.Add(services, settings);
    }

    /// <summary>Outermost: what comes to the metrics' own address goes no further.</summary>
    public static void Use(WebApplication app)
    {
        var settings = app.Services.GetRequiredService<MetricsSettings>();
        ProcessMetrics.Watch(app.Services.GetRequiredService<Instruments>());
        foreach (var figures in app.Services.GetServices<Sampled>()) figures.Oldest = settings.Oldest;
        // From now on, and not only from the first scrape.
        _ = app.Services.GetRequiredService<Measured>();
        if (settings.Listen is not null) app.Use(ShowMetrics.OwnAddress(settings));
        SendTelemetry.Use(app);
    }

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(ShowMetrics.Path, ShowMetrics.Handle).AllowAnonymous().DisableHttpMetrics().ExcludeFromDescription();
}
