using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Npgsql;

namespace CustomerSuccess.Health;

/// <summary>Keeps standings up to date behind the events, and tells the open pages. Looks by itself every second.</summary>
public sealed class HealthWorker(NpgsqlDataSource db, EventLog events, Signals signals, TimeProvider clock, ILogger<HealthWorker> log) : BackgroundService
{
    private const int AtOnce = 5_000;

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

                var began = clock.GetTimestamp();
                var done = await RefreshStandings.Run(db, events, clock, AtOnce, stoppingToken);
                if (done.Count > 0) signals.Publish(Signals.Standings, string.Join(',', done));
                if (done.Count < AtOnce) await Task.Delay(Rest.After(clock.GetElapsedTime(began)), stoppingToken);
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
