using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>Forgets receipts and counts that are old. What the log holds is not touched: an old message sent again is still a duplicate.</summary>
public static class TrimReceipts
{
    /// <summary>Kept payloads of rejected messages, for they may name people: so many, and so many days.</summary>
    public const int MostPayloads = 10_000, PayloadDays = 30;

    public static IEnumerable<Job> Jobs(IServiceProvider all)
    {
        var settings = IngestionSettings.Read(all.GetRequiredService<IConfiguration>());
        yield return new Job("trim-receipts", Job.Daily(new TimeOnly(3, 20)), (now, ct) => Run(all.GetRequiredService<NpgsqlDataSource>(), settings, now, ct));
    }

    public static async Task<string> Run(NpgsqlDataSource db, IngestionSettings settings, DateTime now, CancellationToken ct)
    {
        var before = now.AddDays(-settings.ReceiptDays);
        await using var connection = await db.OpenConnectionAsync(ct);
        long receipts = 0;
        // A day at a time: one statement over a year of refusals would hold its locks for minutes.
        while (await connection.ExecuteScalarAsync<DateTime?>(new CommandDefinition(
            "select min(last_at) from receipts where last_at < @before and not (verdict = 'quarantined' and settled is null and payload is not null)", new { before }, cancellationToken: ct)) is { } oldest)
        {
            var until = oldest.AddDays(1) < before ? oldest.AddDays(1) : before;
            receipts += await connection.ExecuteAsync(new CommandDefinition(
                "delete from receipts where last_at < @until and not (verdict = 'quarantined' and settled is null and payload is not null)", new { until }, cancellationToken: ct));
        }

        var payloads = await connection.ExecuteAsync(new CommandDefinition(
            """
            update receipts set payload = null where verdict = 'rejected' and payload is not null and last_at < greatest(@limit,
              coalesce((select last_at from receipts where verdict = 'rejected' and payload is not null order by last_at desc offset @most limit 1), @limit))
            """,
            new { limit = now.AddDays(-PayloadDays), most = MostPayloads }, cancellationToken: ct));
        var counts = await connection.ExecuteAsync(new CommandDefinition(
            "delete from ingest_counts where minute < @before; delete from restated_days where last_at < @before", new { before }, cancellationToken: ct));
        return $"{receipts} receipts, {payloads} payloads and {counts} counts forgotten";
    }
}
