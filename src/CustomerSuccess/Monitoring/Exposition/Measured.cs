using System.Diagnostics.Metrics;
using CustomerSuccess.Platform.Metrics;
using Npgsql;

namespace CustomerSuccess.Monitoring.Exposition;

/// <summary>
/// Listens to everything the catalog names: our own meter and the web server's of this host, and those of libraries that are
/// there once a process. Nothing else is listened to, and so costs nothing.
/// </summary>
public sealed class Measured : IDisposable
{
    private static readonly Metric FoldedMetric = Metric.Counter("cs_metrics_folded", "Measurements counted under \"other\" because a metric had as many series as it may have", new Label("metric") { Most = 100, Says = "its name" });
    private static readonly Metric SeriesMetric = Metric.Gauge("cs_metrics_series", "Series in this answer");
    private static readonly Metric TookMetric = Metric.Gauge("cs_metrics_collect_duration_seconds", "Time that collecting and writing the last answer took");

    private readonly Dictionary<(string Meter, string Instrument), Family> byInstrument;
    private readonly IMeterFactory scope;
    private readonly MeterListener listener = new();
    private readonly Lock collecting = new();
    private long collection;
    private double? took;
    private int series;

    public Measured(Catalog catalog, IMeterFactory scope, Instruments instruments, NpgsqlDataSource db)
    {
        this.scope = scope;
        // Npgsql calls a pool without a name of its own by its connection string, without the password.
        Families = [.. catalog.Metrics.Select(metric => new Family(metric, db.ConnectionString))];
        byInstrument = Families.ToDictionary(family => (family.Metric.Meter, family.Metric.Instrument));
        listener.InstrumentPublished = Publish;
        listener.SetMeasurementEventCallback<long>((_, value, tags, to) => Take(value, tags, to));
        listener.SetMeasurementEventCallback<int>((_, value, tags, to) => Take(value, tags, to));
        listener.SetMeasurementEventCallback<double>((_, value, tags, to) => Take(value, tags, to));
        instruments.Watch(FoldedMetric, () => Families.Where(family => family.Folded > 0).Select(family => new Measurement<double>(family.Folded, new KeyValuePair<string, object?>("metric", family.Metric.Name))));
        instruments.Watch(SeriesMetric, () => series);
        instruments.Watch(TookMetric, () => took);
        listener.Start();
    }

    public static IReadOnlyList<Metric> All { get; } = [SeriesMetric, FoldedMetric, TookMetric];

    internal IReadOnlyList<Family> Families { get; }

    /// <summary>Ask all that must be asked and write everything down.</summary>
    internal void Write(MetricsText to)
    {
        lock (collecting)
        {
            var began = TimeProvider.System.GetTimestamp();
            collection++;
            listener.RecordObservableInstruments();
            var shown = 0;
            foreach (var family in Families) shown += to.Write(family, collection);
            to.End();
            series = shown;
            took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        }
    }

    public void Dispose() => listener.Dispose();

    private void Publish(Instrument instrument, MeterListener to)
    {
        if (instrument.Meter.Scope is { } other && !ReferenceEquals(other, scope)) return;
        if (!byInstrument.TryGetValue((instrument.Meter.Name, instrument.Name), out var family)) return;
        family.Asked = instrument.IsObservable;
        to.EnableMeasurementEvents(instrument, family);
    }

    private void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? to)
    {
        var family = (Family)to!;
        if (family.Asked) family.Say(value, tags, collection);
        else family.Note(value, tags);
    }
}
