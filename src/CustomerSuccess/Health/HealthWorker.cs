using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Health;

/// <summary>Keeps standings up to date behind the events, and tells the open pages. Looks by itself every second.</summary>
public sealed class HealthWorker(NpgsqlDataSource db, EventLog events, Signals signals, TimeProvider clock, ILogger<HealthWorker> log) : BackgroundService
{
    private const int AtOnce = 1_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hints = signals.Subscribe(Signals.Events);
        DateOnly? looked = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (looked != clock.Today())
                {
                    await RefreshStandings.TouchTheSilent(db, clock, stoppingToken);
                    looked = clock.Today();
                }

                var done = await RefreshStandings.Run(db, events, clock, AtOnce, stoppingToken);
                if (done.Count > 0) signals.Publish(Signals.Standings, string.Join(',', done));
                // Under load one round takes all that came during a quarter second: a busy customer is worked out once, not per event.
                if (done.Count < AtOnce) await Task.Delay(TimeSpan.FromMilliseconds(250), stoppingToken);
                if (done.Count == 0) await hints.Wait(TimeSpan.FromSeconds(1), stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Never out of here: an exception that leaves a background service stops the whole process.
                if (error is NpgsqlException or TimeoutException) log.LogWarning("Standings wait: {Reason}", error.Message);
                else log.LogError(error, "Standings wait: this should not happen");
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }
}
