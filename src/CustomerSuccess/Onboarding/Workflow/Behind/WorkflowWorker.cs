using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Jobs;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>Keeps the workflow's tables behind the events, and tells the open pages. Looks by itself every second.</summary>
public sealed class WorkflowWorker(NpgsqlDataSource db, EventLog events, Signals signals, TimeProvider clock, ILogger<WorkflowWorker> log) : BackgroundService
{
    private const int AtOnce = 2000;

    // Whoever looks at a board or a checklist sees an event within a second.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(600);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hints = signals.Subscribe(Signals.Events);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var began = clock.GetTimestamp();
                var round = await FollowWorkflow.Run(db, events, clock, AtOnce, stoppingToken);
                if (round is { Customers.Count: > 0 })
                {
                    signals.Publish(Signals.Workflow, string.Join(',', round.Customers));
                    // A customer's page follows standings, and may have been drawn before this round.
                    signals.Publish(Signals.Standings, string.Join(',', round.Customers));
                }

                if (round is not { Noted: AtOnce }) await Task.Delay(Rest.After(clock.GetElapsedTime(began)) is var rest && rest < LongestRest ? rest : LongestRest, stoppingToken);
                if (round is not { Noted: > 0 }) await hints.Wait(TimeSpan.FromSeconds(1), stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Never out of here: an exception that leaves a background service stops the whole process.
                if (error is NpgsqlException or TimeoutException) log.LogWarning("The workflow waits: {Reason}", error.Message);
                else log.LogError(error, "The workflow waits: this should not happen");
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }
}
