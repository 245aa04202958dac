using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Npgsql;

namespace CustomerSuccess.Milestones.Behind;

/// <summary>Finds what is reached, behind the events, and tells the open pages. Looks by itself every second.</summary>
public sealed class MilestoneWorker(NpgsqlDataSource db, EventLog events, Signals signals, TimeProvider clock, ILogger<MilestoneWorker> log) : BackgroundService
{
    private const int AtOnce = 1000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Health has looked at whoever did something, and told of it.
        using var hints = signals.Subscribe(Signals.Standings);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var began = clock.GetTimestamp();
                var round = await FollowMilestones.Run(db, events, clock, AtOnce, stoppingToken);
                if (round is { Customers.Count: > 0 })
                {
                    signals.Publish(Signals.Events);
                    signals.Publish(Signals.Standings, string.Join(',', round.Customers));
                }

                await Task.Delay(Rest.After(clock.GetElapsedTime(began)), stoppingToken);
                if (round is not { Noted: > 0 }) await hints.Wait(TimeSpan.FromSeconds(1), stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Never out of here: an exception that leaves a background service stops the whole process.
                if (error is NpgsqlException or TimeoutException) log.LogWarning("Milestones wait: {Reason}", error.Message);
                else log.LogError(error, "Milestones wait: this should not happen");
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }
}
