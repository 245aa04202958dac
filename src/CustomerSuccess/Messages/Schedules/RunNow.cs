using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>
/// Runs a schedule because somebody says so: as the run of today's date in its zone. Where that was done already it is done again, and finds
/// that everybody has their message: doubles are excluded by the messages' own keys.
/// </summary>
public sealed class RunNow(NpgsqlDataSource db, AuditLog audit, Signals signals, TimeProvider clock)
{
    private const string Ask = """
        insert into schedule_runs as r (schedule, local_date, due_at, state, asked_by, noted_at)
        values (@Schedule, @date, @now, 'waiting', @actor, @now)
        on conflict (schedule, local_date) do update
        set state = excluded.state, asked_by = excluded.asked_by, noted_at = excluded.noted_at, not_before = excluded.not_before, failures = 0,
          cursor = '', already = 0, passed = '{}', outcome = '', started_at = null, finished_at = null
        where r.state in ('done', 'failed', 'missed')
        returning 1
        """;

    /// <summary>Run it today, whenever it would be due. Under way already: 409, and that run goes on.</summary>
    public static async Task<Results<Accepted<ScheduledRun>, NotFound, Conflict<ProblemDetails>>> Handle(string name, ClaimsPrincipal who, RunNow now, CancellationToken ct)
    {
        if (KnownSchedule.Find(name) is not { } known) return TypedResults.NotFound();
        var (run, begun) = await now.Run(known, who, ct);
        return begun ? TypedResults.Accepted($"/api/v1/schedules/{name}", run)
            : TypedResults.Conflict(new ProblemDetails { Status = StatusCodes.Status409Conflict, Title = "Under way already", Detail = $"The run of {run.LocalDate.Iso()} is {run.State}." });
    }

    /// <summary>Begun: false where it is under way already.</summary>
    public async Task<(ScheduledRun Run, bool Begun)> Run(KnownSchedule known, ClaimsPrincipal who, CancellationToken ct)
    {
        var now = clock.Now();
        await using var connection = await db.OpenConnectionAsync(ct);
        var setting = (await ScheduleSetting.All(connection, now, ct)).First(each => each.Schedule == known.Name);
        var date = setting.Times?.Today(now) ?? now.Day();
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var begun = await connection.ExecuteScalarAsync<int?>(new CommandDefinition(Ask, new { setting.Schedule, date, now, actor = who.Actor() }, transaction, cancellationToken: ct)) is not null;
        var run = (await ScheduledRun.Find(connection, transaction, known.Name, date, ct))!;
        if (begun) await audit.Write(connection, transaction, who.AuditActor(), "schedule.run", "schedule:" + known.Name, new { date = date.Iso() }, ct);
        await transaction.CommitAsync(ct);
        signals.Publish(Signals.Messages, RunSchedules.Hint);
        return (run, begun);
    }
}
