using System.Diagnostics.Metrics;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using CustomerSuccess.Platform.Metrics;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Monitoring.Figures;

/// <summary>What waits: behind the log, in the outbox, of the schedule. One small question for all of it, by keys and with an end.</summary>
public sealed class QueueMetrics : Sampled
{
    // What is more is as bad.
    private const int Most = 10_000;
    private const int Remembered = 100;

    private static readonly Label Worker = Label.Of("worker", "funnel", "health", "identities", "milestones", "workflow");
    private static readonly Metric WaitingMetric = Metric.Gauge("cs_worker_queue_entries", $"Commits that a worker behind the log has not taken in yet, counted up to {Most}", Worker);
    private static readonly Metric LagMetric = Metric.Gauge("cs_worker_lag_seconds", "For how long at least the first of them has waited", Worker);
    private static readonly Metric MessagesMetric = Metric.Gauge("cs_messages_waiting", $"Messages that are queued, being sent, or of which nobody knows whether they went out; counted up to {Most} each",
        Label.Of("kind", Kinds.All), Label.Of("status", States.Queued, States.Sending, States.Unknown));
    private static readonly Metric OldestMetric = Metric.Gauge("cs_messages_oldest_waiting_seconds", "How long the message has waited that should have gone out first");
    private static readonly Metric JobMetric = Metric.Gauge("cs_job_last_success_timestamp_seconds", "When the job was last done, by any process, as seconds since 1970", new Label("job") { Most = 40, Says = "its name in the schedule" });
    private static readonly Metric SizeMetric = Metric.Gauge("db_size_bytes", "Size of the database on disk");
    private static readonly Metric FreeMetric = Metric.Gauge("cs_data_disk_free_bytes", "Room left on the disk of CS_DATA");

    private readonly NpgsqlDataSource db;
    private readonly JobMetrics jobs;
    private readonly List<(long At, Dictionary<string, long> Last)> seen = [];
    private Figures? figures;

    public QueueMetrics(NpgsqlDataSource db, Settings settings, JobMetrics jobs, Instruments instruments, ILogger<QueueMetrics> log)
        : base(log)
    {
        (this.db, this.jobs) = (db, jobs);
        instruments.Watch(WaitingMetric, () => Each(now => now.Queues, queue => Of(queue.Waiting, new KeyValuePair<string, object?>("worker", queue.Worker))));
        instruments.Watch(LagMetric, () => Each(now => now.Queues, queue => Of(queue.Lag, new KeyValuePair<string, object?>("worker", queue.Worker))));
        instruments.Watch(MessagesMetric, () => Each(now => now.Messages, row => Of(row.N, new("kind", row.Kind), new KeyValuePair<string, object?>("status", row.State))));
        instruments.Watch(OldestMetric, () => figures?.Oldest);
        instruments.Watch(JobMetric, () => Each(now => now.Jobs, job => Of(job.At, new KeyValuePair<string, object?>("job", job.Name))));
        instruments.Watch(SizeMetric, () => figures?.Size);
        instruments.Watch(FreeMetric, () => Directory.Exists(settings.Data) ? new DriveInfo(settings.Data).AvailableFreeSpace : null);
    }

    public static IReadOnlyList<Metric> All { get; } = [WaitingMetric, LagMetric, MessagesMetric, OldestMetric, JobMetric, SizeMetric, FreeMetric];

    protected override bool Empty => figures is null;

    protected override void Forget() => figures = null;

    protected override async Task Read(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var answer = await connection.QueryMultipleAsync(new CommandDefinition(Sql.Read("Monitoring/Figures/queues.sql"), new { most = Most, jobs = jobs.Names.ToArray() }, cancellationToken: ct));
        var queues = (await answer.ReadAsync<(string Worker, long Waiting, long? First, long? Last)>()).AsList();
        figures = new(
            Lags(queues),
            (await answer.ReadAsync<(string State, string Kind, long N)>()).AsList(),
            (await answer.ReadAsync<(string Name, double At)>()).AsList(),
            await answer.ReadSingleAsync<double?>() ?? 0,
            await answer.ReadSingleAsync<long>());
    }

    // The queues carry no times. But their numbers grow: what had been given out when we looked before has waited at least since then.
    private List<Queue> Lags(List<(string Worker, long Waiting, long? First, long? Last)> queues)
    {
        var now = TimeProvider.System.GetTimestamp();
        seen.Add((now, queues.ToDictionary(queue => queue.Worker, queue => queue.Last ?? 0, StringComparer.Ordinal)));
        if (seen.Count > Remembered) seen.RemoveAt(0);
        return queues.ConvertAll(queue =>
        {
            var since = queue.First is { } first ? seen.Find(look => look.Last.GetValueOrDefault(queue.Worker) >= first).At : now;
            return new Queue(queue.Worker, queue.Waiting, since == 0 ? 0 : TimeProvider.System.GetElapsedTime(since, now).TotalSeconds);
        });
    }

    private IEnumerable<Measurement<double>> Each<T>(Func<Figures, IReadOnlyList<T>> rows, Func<T, Measurement<double>> say) => figures is { } now ? rows(now).Select(say) : [];

    private sealed record Queue(string Worker, long Waiting, double Lag);

    private sealed record Figures(
        IReadOnlyList<Queue> Queues, IReadOnlyList<(string State, string Kind, long N)> Messages, IReadOnlyList<(string Name, double At)> Jobs, double Oldest, long Size);
}
