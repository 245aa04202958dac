using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>Compares what was acknowledged with what the database holds, and what was stored with what was counted.</summary>
internal static class Verify
{
    public sealed record Found(int Acknowledged, int Lost, long Twice);

    public static async Task<Found> Run(Product product, params Tally[] tallies)
    {
        var (lost, twice) = (0, 0L);
        foreach (var tally in tallies)
        {
            var (missing, more) = await tally.Check(product.ConnectionString);
            (lost, twice) = (lost + missing, twice + more);
        }

        // Calls count each; issues and pull requests once per URL, and each URL of the load stands in few events of one customer.
        await using var connection = new NpgsqlConnection(product.ConnectionString);
        await connection.OpenAsync();
        var counted = await connection.QuerySingleAsync<(long Calls, long CallEvents, long Support, long SupportEvents)>(
            """
            select (select coalesce(sum(api_calls), 0)::bigint from activity), (select count(*) from events where type = 'api_call' and id not like 'old-%'),
              (select coalesce(sum(support_requests), 0)::bigint from activity), (select count(*) from events where type = 'support_request')
            """, commandTimeout: 0);
        return new Found(tallies.Sum(tally => tally.Count), lost, twice + Math.Abs(counted.Calls - counted.CallEvents) + Math.Abs(counted.Support - counted.SupportEvents));
    }
}
