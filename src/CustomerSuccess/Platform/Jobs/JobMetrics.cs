using System.Diagnostics.Metrics;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Platform.Jobs;

/// <summary>How the jobs that run here went. When each was done last, by any process, is read from job_runs.</summary>
public sealed class JobMetrics(Instruments instruments)
{
    private static readonly Label Job = new("job") { Most = 40, Says = "its name in the schedule" };
    private static readonly Metric RunsMetric = Metric.Counter("cs_job_runs", "Runs of recurring work that this process took", Job, Label.Of("status", "done", "failed"));
    private static readonly Metric TookMetric = Metric.Histogram("cs_job_duration_seconds", "Time a run took, failed ones too", Job) with { Buckets = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600] };

    private readonly Counter<long> runs = instruments.Counter(RunsMetric);
    private readonly Histogram<double> took = instruments.Histogram(TookMetric);

    /// <summary>Of all jobs in the schedule, once it runs.</summary>
    public IReadOnlyList<string> Names { get; set; } = [];

    public static IReadOnlyList<Metric> All { get; } = [RunsMetric, TookMetric];

    public void Ran(string job, bool finished, TimeSpan time)
    {
        runs.Add(1, new("job", job), new KeyValuePair<string, object?>("status", finished ? "done" : "failed"));
        took.Record(time.TotalSeconds, new KeyValuePair<string, object?>("job", job));
    }
}
