using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Keys;

/// <summary>Once a minute, writes down which keys were used.</summary>
public sealed class RecordKeyUse(NpgsqlDataSource db, KnownKeys known, TimeProvider clock, ILogger<RecordKeyUse> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var minute = new PeriodicTimer(TimeSpan.FromMinutes(1), clock);
        try
        {
            while (await minute.WaitForNextTickAsync(stoppingToken)) await Run(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await Run(limit.Token);
        }
    }

    /// <summary>A missed minute is no loss worth an error: the next use writes it.</summary>
    public async Task Run(CancellationToken ct)
    {
        var used = known.TakeUsed();
        if (used.Count == 0) return;
        try
        {
            await using var connection = await db.OpenConnectionAsync(ct);
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update api_keys k set last_used_at = greatest(k.last_used_at, u.at)
                from unnest(@ids, @times) as u(id, at) where k.id = u.id
                """,
                new { ids = used.Keys.ToArray(), times = used.Values.ToArray() }, cancellationToken: ct));
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            log.LogDebug("Key use not recorded: {Reason}", error.Message);
        }
    }
}
