using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>Compares what was acknowledged with what the database holds, and what was stored with what was counted.</summary>
internal static class Verify
{
    public sealed record Found(int Acknowledged, int Stored, int Lost, long Twice);

    public static Task<Found> Run(Product product, Sender sender) => Ids(product, sender.Acknowledged);

    public static async Task<Found> Ids(Product product, IEnumerable<string> ids)
    {
        await using var connection = new NpgsqlConnection(product.ConnectionString);
        await connection.OpenAsync();
        var stored = (await connection.QueryAsync<string>("select id from events where source = 'native'", commandTimeout: 0)).ToList();
        var there = stored.ToHashSet(StringComparer.Ordinal);
        var acknowledged = ids.Distinct(StringComparer.Ordinal).ToList();
        var lost = acknowledged.Count(id => !there.Contains(id));
        // Calls count each; issues and pull requests once per URL, and each URL of the load stands in few events of one customer.
        var counted = await connection.QuerySingleAsync<(long Calls, long CallEvents, long Support, long SupportEvents)>(
            """
            select (select coalesce(sum(api_calls), 0)::bigint from activity), (select count(*) from events where type = 'api_call'),
              (select coalesce(sum(support_requests), 0)::bigint from activity), (select count(*) from events where type = 'support_request')
            """, commandTimeout: 0);
        var twice = stored.Count - there.Count + Math.Abs(counted.Calls - counted.CallEvents) + Math.Abs(counted.Support - counted.SupportEvents);
        return new Found(acknowledged.Count, acknowledged.Count - lost, lost, twice);
    }
}
