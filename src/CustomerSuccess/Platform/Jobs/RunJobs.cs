using Dapper;
using Npgsql;

namespace CustomerSuccess.Platform.Jobs;

/// <summary>
/// Runs what is due. Any number of processes look; the one that puts the job's period into job_runs does it. Who dies at it
/// is followed after two hours, a failure is tried again after ten minutes.
/// </summary>
public sealed class RunJobs(NpgsqlDataSource db, IReadOnlyList<Job> jobs, TimeProvider clock, ILogger<RunJobs> log, JobMetrics? metrics = null) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(30);

    private const string Claim = """
        insert into job_runs as r (job, period, started_at) values (@job, @period, clock_timestamp())
        on conflict (job, period) do update set started_at = excluded.started_at, outcome = null
          where r.finished_at is null and r.started_at < excluded.started_at - case when r.outcome is null then interval '2 hours' else interval '10 minutes' end
        returning 1
        """;

    /// <summary>Run what is due and unclaimed now; returns the names of the jobs that were run here.</summary>
    public async Task<IReadOnlyList<string>> Once(CancellationToken ct)
    {
        var done = new List<string>();
        var now = clock.Now();
        foreach (var job in jobs)
        {
            if (job.Due(now) is not { } period || !await Claimed(job.Name, period, ct)) continue;
            done.Add(job.Name);
            var began = TimeProvider.System.GetTimestamp();
            var (outcome, finished) = await Result(job, now, ct);
            metrics?.Ran(job.Name, finished, TimeProvider.System.GetElapsedTime(began));
            await using var connection = await db.OpenConnectionAsync(CancellationToken.None);
            await connection.ExecuteAsync(
                "update job_runs set outcome = @outcome, finished_at = case when @finished then clock_timestamp() end where job = @job and period = @period",
                new { outcome, finished, job = job.Name, period });
        }

        return done;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (metrics is not null) metrics.Names = [.. jobs.Select(job => job.Name)];
        while (jobs.Count > 0)
        {
            try
            {
                await Once(stoppingToken);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                log.LogWarning("Jobs wait: {Reason}", error.Message);
            }

            await Task.Delay(Between, stoppingToken);
        }
    }

    private async Task<bool> Claimed(string job, string period, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<int?>(new CommandDefinition(Claim, new { job, period }, cancellationToken: ct)) is not null;
    }

    private async Task<(string Outcome, bool Finished)> Result(Job job, DateTime now, CancellationToken ct)
    {
        try
        {
            var outcome = await job.Run(now, ct);
            if (outcome.Length > 0) log.LogInformation("{Job}: {Outcome}", job.Name, outcome);
            return (outcome, true);
        }
        catch (Exception error)
        {
            // Whatever it is, the next job is none the worse for it: what leaves a background service stops the whole process.
            log.LogError("{Job} failed and is tried again: {Reason}", job.Name, error.Message);
            return ("failed: " + error.Message, false);
        }
    }
}
