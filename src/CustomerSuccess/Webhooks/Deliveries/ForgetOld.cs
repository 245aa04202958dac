using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>Deliveries that became nothing are kept for a month, the others for a year; the events they became stay for good, and so do the counters.</summary>
public static class ForgetOld
{
    public static Job Job(IServiceProvider all) => new("forget-old-deliveries", Platform.Jobs.Job.Daily(new TimeOnly(3, 10)), (now, ct) => Run(all.GetRequiredService<NpgsqlDataSource>(), now, ct));

    public static async Task<string> Run(NpgsqlDataSource db, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var gone = await connection.ExecuteAsync(new CommandDefinition(
            "delete from webhook_deliveries where last_at < @year or (last_at < @month and outcome = 'ignored')",
            new { year = now.AddDays(-365), month = now.AddDays(-30) }, commandTimeout: 600, cancellationToken: ct));
        return $"{gone} deliveries forgotten";
    }
}
