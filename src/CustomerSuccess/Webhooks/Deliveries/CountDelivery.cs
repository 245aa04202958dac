using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>Adds to the counters by kind, outcome and reason.</summary>
public static class CountDelivery
{
    /// <summary>Call it last in a transaction: everybody who counts the same waits for its end.</summary>
    public static Task Run(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string provider, string kind, string outcome, string reason, long times, DateTime now, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            insert into webhook_counts as c (provider, kind, outcome, reason, total, last_at) values (@provider, @kind, @outcome, @reason, @times, @now)
            on conflict (provider, kind, outcome, reason) do update set total = c.total + excluded.total, last_at = excluded.last_at
            """,
            new { provider, kind, outcome, reason, times, now }, transaction, cancellationToken: ct));
}
