using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Npgsql;

namespace CustomerSuccess.Funnel;

/// <summary>Keeps the funnel a quarter of a second behind the events, and tells the open pages. Looks by itself every second.</summary>
public sealed class FunnelWorker(NpgsqlDataSource db, Signals signals, TimeProvider clock, ILogger<FunnelWorker> log) : BackgroundService
{
    private const int AtOnce = 64, Tries = 4;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hints = signals.Subscribe(Signals.Events);
        var failed = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // After each failure fewer commits at once, 64, 16, 4, 1; the one that still fails then is taken apart.
                var limit = Math.Max(1, AtOnce >> (2 * failed));
                var began = clock.GetTimestamp();
                var done = await FollowEvents.Run(db, log, limit, stoppingToken, tired: failed >= Tries) ?? 0;
                if (done > 0) failed = Math.Max(0, failed - 1);
                if (done > 0) signals.Publish(Signals.Funnel);
                var round = clock.GetElapsedTime(began);
                await Task.Delay(done < limit ? Rest.After(round) : 4 * round, stoppingToken);
                if (done == 0) await hints.Wait(TimeSpan.FromSeconds(1), stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Never out of here: an exception that leaves a background service stops the whole process.
                if (error is PostgresException refused && FollowEvents.MayBeTheData(refused)) failed = Math.Min(Tries, failed + 1);
                if (error is NpgsqlException or TimeoutException) log.LogWarning("The funnel waits: {Reason}", error.Message);
                else log.LogError(error, "The funnel waits: this should not happen");
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }
}
