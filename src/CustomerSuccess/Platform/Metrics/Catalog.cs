namespace CustomerSuccess.Platform.Metrics;

/// <summary>Every metric there is, in the order in which it is shown.</summary>
public sealed record Catalog(IReadOnlyList<Metric> Metrics)
{
    /// <summary>The most series there can ever be: what the labels allow, or the metric's own limit and one more for each combination of known values.</summary>
    public static int Most(Metric metric)
    {
        long all = 1, known = 1;
        foreach (var label in metric.Labels)
        {
            all = Math.Min(int.MaxValue, all * (label.Most + 1));
            if (label.Known) known *= label.Most + 1;
        }

        return (int)Math.Min(all, metric.Most + known);
    }

    /// <summary>Lines that one of its series takes in the answer.</summary>
    public static int Lines(Metric metric) => metric.Kind == MetricKind.Histogram ? metric.Buckets.Count + 3 : 1;
}
