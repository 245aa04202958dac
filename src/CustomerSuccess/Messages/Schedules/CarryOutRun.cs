using System.Text.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>
/// Takes runs and does them part by part. A part writes its messages and how far it came in one transaction, in which the attempt must still
/// be the last one: who was overtaken writes nothing, and who follows a process that died begins where it stopped.
/// </summary>
public sealed class CarryOutRun(NpgsqlDataSource db, TimeProvider clock, ILogger<CarryOutRun> log)
{
    private const int MostFailures = 5;

    private const string Hold = """
        update schedule_runs set leased_until = clock_timestamp() + @Lease
        where schedule = @Schedule and local_date = @LocalDate and attempt = @Attempt and state = 'running'
        """;

    private const string Save = """
        update schedule_runs set cursor = @cursor, queued = @queued, already = @already, passed = @passed::jsonb,
          state = case when @finished then 'done' else state end, outcome = '', finished_at = case when @finished then @now end
        where schedule = @Schedule and local_date = @LocalDate and attempt = @Attempt
        """;

    private const string Fail = """
        update schedule_runs set failures = failures + 1, state = case when failures + 1 >= @MostFailures then 'failed' else 'waiting' end, outcome = @outcome,
          not_before = clock_timestamp() + (failures + 1) * interval '1 minute', finished_at = case when failures + 1 >= @MostFailures then @now end
        where schedule = @Schedule and local_date = @LocalDate and attempt = @Attempt and state = 'running'
        """;

    /// <summary>How long a process may be silent about its run.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    private string Worker { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.CreateVersion7():N}";

    /// <summary>Takes the next run and does it; null where none waits.</summary>
    public async Task<ScheduledRun?> Next(CancellationToken ct)
    {
        if (await Claim(ct) is not { } run) return null;
        try
        {
            while (run is { State: "running" }) run = await Go(run, ct);
            return run;
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            // Whatever it is, the other schedules are none the worse for it.
            log.LogError("{Schedule} of {Date} failed: {Reason}", run!.Schedule, run.LocalDate.Iso(), error.Message);
            await using var connection = await db.OpenConnectionAsync(CancellationToken.None);
            await connection.ExecuteAsync(Fail, new { run.Schedule, run.LocalDate, run.Attempt, MostFailures, outcome = "failed: " + error.Message, now = clock.Now() });
            return run;
        }
    }

    internal async Task<ScheduledRun?> Claim(CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<ScheduledRun>(new CommandDefinition(
            Sql.Read("Messages/Schedules/claim_run.sql"), new { Lease, worker = Worker, now = clock.Now() }, cancellationToken: ct));
    }

    /// <summary>One part. Null: somebody else has the run by now, and nothing of this part was written.</summary>
    internal async Task<ScheduledRun?> Go(ScheduledRun run, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteAsync(new CommandDefinition(Hold, new { Lease, run.Schedule, run.LocalDate, run.Attempt }, transaction, cancellationToken: ct)) == 0) return null;
        var setting = (await ScheduleSetting.All(connection, clock.Now(), ct)).First(each => each.Schedule == run.Schedule);
        var part = await setting.Known.Next(connection, transaction, run, setting, ct);
        var after = run with
        {
            Cursor = part.Cursor ?? run.Cursor,
            Queued = run.Queued + part.Queued,
            Already = run.Already + part.Already,
            Passed = Sum(run.Passed, part.Passed),
            State = part.Cursor is null ? "done" : "running",
        };
        await connection.ExecuteAsync(new CommandDefinition(Save,
            new { after.Schedule, after.LocalDate, after.Attempt, after.Cursor, after.Queued, after.Already, after.Passed, finished = part.Cursor is null, now = clock.Now() }, transaction, cancellationToken: ct));
        await transaction.CommitAsync(ct);
        return after;
    }

    private static string Sum(string before, IReadOnlyDictionary<string, long>? more)
    {
        if (more is null or { Count: 0 }) return before;
        var sum = JsonSerializer.Deserialize<SortedDictionary<string, long>>(before)!;
        foreach (var (reason, count) in more) sum[reason] = sum.GetValueOrDefault(reason) + count;
        return JsonSerializer.Serialize(sum);
    }
}
