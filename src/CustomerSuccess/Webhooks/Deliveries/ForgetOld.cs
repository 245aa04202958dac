using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>
/// Deliveries that became nothing are kept for a month, the others for a year; the events they became stay for good, and so do the
/// counters, and of GitHub's deliveries what tells them from new ones: their signature is good for ever.
/// </summary>
public static class ForgetOld
{
    private const string Old = "(last_at < @year or last_at < @month and outcome = 'ignored')";

    public static Job Job(IServiceProvider all) => new("forget-old-deliveries", Platform.Jobs.Job.Daily(new TimeOnly(3, 10)), (now, ct) => Run(all.GetRequiredService<NpgsqlDataSource>(), now, ct));

    public static async Task<string> Run(NpgsqlDataSource db, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var old = new { year = now.AddDays(-365), month = now.AddDays(-30) };
        // Committed before they go, so that a body is in one of the tables at any time.
        await connection.ExecuteAsync(new CommandDefinition(
            $"insert into webhook_bodies (provider, body_hash) select provider, body_hash from webhook_deliveries where provider = 'github' and {Old} on conflict do nothing",
            old, commandTimeout: 600, cancellationToken: ct));
        var gone = await connection.ExecuteAsync(new CommandDefinition(
            $"""
            delete from webhook_deliveries d where {Old}
              and (provider <> 'github' or exists (select 1 from webhook_bodies b where b.provider = d.provider and b.body_hash = d.body_hash))
            """,
            old, commandTimeout: 600, cancellationToken: ct));
        return $"{gone} deliveries forgotten";
    }
}
