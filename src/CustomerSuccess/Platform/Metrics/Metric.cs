namespace CustomerSuccess.Platform.Metrics;

public enum MetricKind
{
    /// <summary>Only grows; its samples end in _total.</summary>
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// One metric as Prometheus knows it, defined beside the code that notes it; Rooms.Metrics lists all of them, and docs/operate/metrics.md
/// is written from that list.
/// </summary>
/// <param name="Kind">Counter, gauge or histogram.</param>
/// <param name="Name">With its unit at the end, without _total: cs_ingest_events, cs_ingest_commit_duration_seconds.</param>
/// <param name="Help">One sentence without full stop.</param>
public sealed record Metric(MetricKind Kind, string Name, string Help)
{
    public const string Seconds = "seconds", Bytes = "bytes", Ratio = "ratio";

    /// <summary>From a millisecond to ten seconds, with edges where the alert rules have theirs.</summary>
    public static readonly IReadOnlyList<double> Durations = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10];

    /// <summary>seconds, bytes, ratio, or "" for a number of things.</summary>
    public string Unit => new[] { Seconds, Bytes, Ratio }.FirstOrDefault(unit => Name.EndsWith("_" + unit, StringComparison.Ordinal)) ?? "";

    public IReadOnlyList<Label> Labels { get; init; } = [];

    /// <summary>Upper edges of a histogram, the least first.</summary>
    public IReadOnlyList<double> Buckets { get; init; } = [];

    /// <summary>So many series at most; what comes after is counted with "other" in place of the values that are not known beforehand.</summary>
    public int Most { get; init; } = 200;

    /// <summary>The meter that measures it: ours, or one of the runtime's or a library's.</summary>
    public string Meter { get; init; } = Instruments.Meter;

    /// <summary>What that meter calls it.</summary>
    public string Instrument
    {
        get => field ?? (Unit.Length > 0 ? Name[..^(Unit.Length + 1)] : Name).Replace('_', '.');
        init;
    }

    /// <summary>Measured once for all pools of the process: only what carries our pool's name is ours.</summary>
    public bool OfPool { get; init; }

    /// <summary>The name of its samples, but for those of a histogram.</summary>
    public string SampleName => Kind == MetricKind.Counter ? Name + "_total" : Name;

    public static Metric Counter(string name, string help, params IReadOnlyList<Label> labels) => new(MetricKind.Counter, name, help) { Labels = labels };

    public static Metric Gauge(string name, string help, params IReadOnlyList<Label> labels) => new(MetricKind.Gauge, name, help) { Labels = labels };

    public static Metric Histogram(string name, string help, params IReadOnlyList<Label> labels) => new(MetricKind.Histogram, name, help) { Labels = labels, Buckets = Durations };
}

/// <summary>A label and how many values it can have: either those that are named, or so many different ones. All others are "other".</summary>
/// <param name="Name">As Prometheus knows it.</param>
public sealed record Label(string Name)
{
    public const string Other = "other";

    /// <summary>All values there are; empty: whatever comes, at most <see cref="Most"/>.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>So many different values, "other" aside.</summary>
    public int Most { get => Values.Count > 0 ? Values.Count : field; init; } = 50;

    /// <summary>What the meter calls it.</summary>
    public string Tag { get => field ?? Name; init; }

    /// <summary>Stands for a measurement that does not have it.</summary>
    public string Missing { get; init; } = "";

    /// <summary>Makes a value as it is measured into one as it is shown; null: the same.</summary>
    public Func<string, string>? Tidy { get; init; }

    /// <summary>In words, for the list of metrics: what the values are.</summary>
    public string Says { get; init; } = "";

    public bool Known => Values.Count > 0;

    public static Label Of(string name, params IReadOnlyList<string> values) => new(name) { Values = values };
}
