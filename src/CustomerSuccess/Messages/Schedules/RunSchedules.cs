using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>Looks every few seconds what is due, and does it. Any number of processes may; the rows of the runs share the work out.</summary>
public sealed class RunSchedules(NpgsqlDataSource db, CarryOutRun carryOut, Signals signals, MessageSettings settings, TimeProvider clock, ILogger<RunSchedules> log) : BackgroundService
{
    /// <summary>Concerns those who show or run schedules.</summary>
    public const string Hint = "schedules";

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    /// <summary>Do all that is due now; how many runs that were.</summary>
    public async Task<int> Once(CancellationToken ct)
    {
        await using (var connection = await db.OpenConnectionAsync(ct))
        {
            var now = clock.Now();
            await NoteDueRuns.Run(connection, await ScheduleSetting.All(connection, now, ct), now, ct);
        }

        var runs = 0;
        while (await carryOut.Next(ct) is { } run)
        {
            runs++;
            if (run.Queued > 0) signals.Publish(Signals.Outbox);
            signals.Publish(Signals.Messages, Hint);
        }

        return runs;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hints = signals.Subscribe(Signals.Messages);
        while (settings.Schedules && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Once(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Schedules wait: {Reason}", error.Message);
            }

            await hints.Wait(Between, stoppingToken, hint => hint == Hint);
        }
    }
}
