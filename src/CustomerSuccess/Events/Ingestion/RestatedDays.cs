using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>A day that was over when events came that belong to it: how many, and when the last.</summary>
public sealed record RestatedDay(DateOnly Day, long Events, DateTime LastAt);

/// <summary>Days whose figures changed after they were over. Whoever shows figures by day marks them.</summary>
public static class RestatedDays
{
    public static async Task<IReadOnlyDictionary<DateOnly, RestatedDay>> Of(NpgsqlDataSource db, DateOnly from, DateOnly to, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await Of(connection, from, to, ct);
    }

    public static async Task<IReadOnlyDictionary<DateOnly, RestatedDay>> Of(NpgsqlConnection connection, DateOnly from, DateOnly to, CancellationToken ct) =>
        (await connection.QueryAsync<RestatedDay>(new CommandDefinition(
            "select day, sum(events)::bigint as events, max(last_at) as last_at from restated_days where day between @from and @to group by day order by day", new { from, to }, cancellationToken: ct)))
            .ToDictionary(day => day.Day);
}
