using System.Diagnostics.Metrics;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Events;

/// <summary>What came through the doors and how the commits went. Noted once a commit, whatever it holds.</summary>
public sealed class IngestMetrics(Instruments instruments)
{
    public const string Invalid = "invalid", UnknownCustomer = "unknown_customer", Forbidden = "forbidden", Full = "full", Slow = "slow", Away = "database";

    private static readonly string[] Verdicts = [.. Enum.GetValues<Verdict>().Where(verdict => verdict != Verdict.Rejected).Select(verdict => verdict.ToString().ToLowerInvariant())];
    private static readonly Metric EventsMetric = Metric.Counter("cs_ingest_events", "Events by what became of them; late ones are stored as well, and restate an earlier day", Label.Of("verdict", Verdicts));
    private static readonly Metric RejectedMetric = Metric.Counter("cs_ingest_rejected_events", "Events that were refused for good", Label.Of("reason", Invalid, UnknownCustomer, Forbidden));
    private static readonly Metric AwayMetric = Metric.Counter("cs_ingest_unavailable_calls", "Calls answered with 503 that their sender repeats", Label.Of("reason", Full, Slow, Away));
    private static readonly Metric TookMetric = Metric.Histogram("cs_ingest_commit_duration_seconds", "Time one commit of events took") with { Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] };
    private static readonly Metric SizeMetric = Metric.Histogram("cs_ingest_commit_events", "Events in one commit") with { Buckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] };
    private static readonly Metric WaitingMetric = Metric.Gauge("cs_ingest_queue_calls", "Calls that wait for the writer");
    private static readonly Metric OldestMetric = Metric.Gauge("cs_ingest_queue_oldest_seconds", "How long the first of them has waited");

    private readonly Counter<long> events = instruments.Counter(EventsMetric), rejected = instruments.Counter(RejectedMetric), away = instruments.Counter(AwayMetric);
    private readonly Histogram<double> took = instruments.Histogram(TookMetric), size = instruments.Histogram(SizeMetric);

    public static IReadOnlyList<Metric> All { get; } = [EventsMetric, RejectedMetric, AwayMetric, TookMetric, SizeMetric, WaitingMetric, OldestMetric];

    public void Watch(Func<(int Calls, TimeSpan Oldest)> behind)
    {
        instruments.Watch(WaitingMetric, () => behind().Calls);
        instruments.Watch(OldestMetric, () => behind().Oldest.TotalSeconds);
    }

    /// <summary>A commit, and how long it took where it was one of its own. Unknown customers are counted where they are refused.</summary>
    public void Committed(IReadOnlyList<Receipt> receipts, TimeSpan? time)
    {
        Span<int> by = stackalloc int[Verdicts.Length + 1];
        for (var n = 0; n < receipts.Count; n++) by[(int)receipts[n].Verdict]++;
        Count(Verdict.Accepted, by);
        Count(Verdict.Late, by);
        Count(Verdict.Duplicate, by);
        Count(Verdict.Quarantined, by);
        if (time is not { } spent) return;
        took.Record(spent.TotalSeconds);
        size.Record(receipts.Count);
    }

    public void Rejected(string reason) => rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void TurnedAway(string reason, int calls = 1) => away.Add(calls, new KeyValuePair<string, object?>("reason", reason));

    private void Count(Verdict verdict, Span<int> by)
    {
        if (by[(int)verdict] is > 0 and var many) events.Add(many, new KeyValuePair<string, object?>("verdict", Word(verdict)));
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Accepted => "accepted",
        Verdict.Late => "late",
        Verdict.Duplicate => "duplicate",
        _ => "quarantined",
    };
}
