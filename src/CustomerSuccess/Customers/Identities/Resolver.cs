using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Keeps links up to date behind the events, and tells the open pages. Looks by itself every second.</summary>
public sealed class Resolver(NpgsqlDataSource db, EventLog events, LinkSettings settings, Signals signals, TimeProvider clock, ILogger<Resolver> log) : BackgroundService
{
    private const int AtOnce = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hints = signals.Subscribe(Signals.Events);
        var limit = AtOnce;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var began = clock.GetTimestamp();
                var done = await ResolveWaiting.Run(db, events, settings, clock, limit, stoppingToken);
                if (done.Moved.Count > 0)
                {
                    signals.Publish(Signals.Events);
                    signals.Publish(Signals.Standings, string.Join(',', done.Moved.Values.Distinct(StringComparer.Ordinal)));
                }

                if (done.Taken < limit) await Task.Delay(Rest.After(clock.GetElapsedTime(began)), stoppingToken);
                if (done.Taken == 0) await hints.Wait(TimeSpan.FromSeconds(1), stoppingToken);
                limit = Math.Min(AtOnce, limit * 2);
            }
            catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                // Somebody writes what we want to link. Less at once asks for fewer locks.
                limit = Math.Max(1, limit / 2);
                await Task.Delay(TimeSpan.FromMilliseconds(100), stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Never out of here: an exception that leaves a background service stops the whole process.
                if (error is NpgsqlException or TimeoutException) log.LogWarning("Links wait: {Reason}", error.Message);
                else log.LogError(error, "Links wait: this should not happen");
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }
}
