using System.Diagnostics.Metrics;

namespace CustomerSuccess.Platform.Metrics;

/// <summary>Makes what rooms measure with, from their metrics. One meter a host: several houses in one process do not count each other's events.</summary>
public sealed class Instruments(IMeterFactory factory)
{
    public const string Meter = "CustomerSuccess";

    private readonly System.Diagnostics.Metrics.Meter meter = factory.Create(Meter);

    public Counter<long> Counter(Metric metric) => meter.CreateCounter<long>(metric.Instrument, Unit(metric), metric.Help);

    public Histogram<double> Histogram(Metric metric) => meter.CreateHistogram(
        metric.Instrument, Unit(metric), metric.Help, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = metric.Buckets });

    /// <summary>Asked when somebody looks, many times at once too: it must be cheap. No answer: there is no such figure now.</summary>
    public void Watch(Metric metric, Func<double?> read) => Watch(metric, () => read() is { } value ? [new Measurement<double>(value)] : []);

    /// <summary>The same, one measurement for each combination of labels.</summary>
    public void Watch(Metric metric, Func<IEnumerable<Measurement<double>>> read)
    {
        if (metric.Kind == MetricKind.Counter) meter.CreateObservableCounter(metric.Instrument, read, Unit(metric), metric.Help);
        else meter.CreateObservableGauge(metric.Instrument, read, Unit(metric), metric.Help);
    }

    // As OpenTelemetry writes units.
    private static string? Unit(Metric metric) => metric.Unit switch
    {
        Metric.Seconds => "s",
        Metric.Bytes => "By",
        Metric.Ratio => "1",
        _ => null,
    };
}
