namespace CustomerSuccess.Platform.Metrics;

/// <summary>What Npgsql measures of our pool, under names of ours.</summary>
public static class DatabaseMetrics
{
    public const string Meter = "Npgsql", PoolTag = "db.client.connection.pool.name";

    public static IReadOnlyList<Metric> All { get; } =
    [
        Of(Metric.Histogram("db_query_duration_seconds", "Time from sending a command to PostgreSQL until its answer was read"), "db.client.operation.duration")
            with { Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
        Of(Metric.Counter("db_queries_failed", "Commands that PostgreSQL refused or that did not come back"), "db.client.operation.failed"),
        Of(Metric.Gauge("db_pool_connections", "Connections of the pool", Label.Of("state", "idle", "used") with { Tag = "db.client.connection.state" }), "db.client.connection.count"),
        Of(Metric.Gauge("db_pool_max_connections", "The most connections the pool opens"), "db.client.connection.max"),
        Of(Metric.Gauge("db_pool_pending_requests", "Requests that wait for a connection because all are in use"), "db.client.connection.npgsql.pending_requests"),
        Of(Metric.Counter("db_pool_timeouts", "Requests that waited for a connection in vain"), "db.client.connection.npgsql.timeouts"),
        SlowQueries.Metric,
    ];

    private static Metric Of(Metric metric, string instrument) => metric with { Meter = Meter, Instrument = instrument, OfPool = true };
}
