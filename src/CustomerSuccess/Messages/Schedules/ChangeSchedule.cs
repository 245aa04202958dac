using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>When a schedule runs and what was chosen for it. A new time counts from now on: one that has passed today is not made up for.</summary>
public sealed class ChangeSchedule(NpgsqlDataSource db, AuditLog audit, Signals signals, TimeProvider clock)
{
    /// <summary>What is left out stays. Cron: minute, hour, day of month, month, day of week. Zone: an IANA name. Options: days, most_days, by schedule.</summary>
    public sealed record Request(
        [property: StringLength(100)] string? Cron, [property: StringLength(60)] string? Zone, bool? Enabled, int? GraceMinutes, IReadOnlyDictionary<string, int>? Options);

    private const string Save = """
        update schedules set cron = @Cron, zone = @Zone, enabled = @Enabled, grace_minutes = @GraceMinutes, options = @Options::jsonb, since = @Since,
          changed_at = @ChangedAt, changed_by = @ChangedBy
        where schedule = @Schedule
        """;

    /// <summary>Change when a schedule runs, switch it on or off.</summary>
    public static async Task<Results<Ok<ListSchedules.Shown>, NotFound, ValidationProblem>> Handle(
        string name, Request request, ClaimsPrincipal who, ChangeSchedule change, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (KnownSchedule.Find(name) is not { } known) return TypedResults.NotFound();
        if (await change.Run(known, request, who, ct) is { Count: > 0 } faults) return EventAnswers.Invalid(faults);
        return TypedResults.Ok((await ListSchedules.Run(db, clock.Now(), ct)).First(each => each.Name == name));
    }

    /// <summary>What is wrong with it; nothing is saved then. Seen: the mark of what a form was filled with; null: what is left out stays as it is by now.</summary>
    public async Task<IReadOnlyList<Fault>> Run(KnownSchedule known, Request request, ClaimsPrincipal who, CancellationToken ct, string? seen = null)
    {
        var now = clock.Now();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition("select from schedules where schedule = @Name for update", new { known.Name }, transaction, cancellationToken: ct));
        var before = (await ScheduleSetting.All(connection, now, ct)).First(each => each.Schedule == known.Name);
        var faults = new List<Fault>();
        if (SavedSetting.Newer(seen, before.ChangedAt)) faults.Add(new Fault(SavedSetting.Seen, SavedSetting.Changed));
        var times = Timetable.Read(request.Cron ?? before.Cron, request.Zone ?? before.Zone, faults);
        if (request.GraceMinutes is < 0 or > ScheduleSetting.MostGrace) faults.Add(new Fault("grace_minutes", $"must be from 0 to {ScheduleSetting.MostGrace}"));
        foreach (var (name, value) in request.Options ?? new Dictionary<string, int>())
        {
            if (known.Choices.FirstOrDefault(choice => choice.Name == name) is not { } choice) faults.Add(new Fault(name, "is nothing this schedule lets one choose"));
            else if (value < choice.Least || value > choice.Most) faults.Add(new Fault(name, $"must be from {choice.Least} to {choice.Most}"));
        }

        if (faults.Count > 0) return faults;
        var enabled = request.Enabled ?? before.Enabled;
        var after = before with
        {
            Cron = times!.Cron,
            Zone = request.Zone ?? before.Zone,
            Enabled = enabled,
            GraceMinutes = request.GraceMinutes ?? before.GraceMinutes,
            Options = JsonSerializer.Serialize(known.Choices.ToDictionary(choice => choice.Name, choice => request.Options?.TryGetValue(choice.Name, out var chosen) == true ? chosen : before.Chosen(choice.Name))),
            Since = times.Cron != before.Cron || (request.Zone ?? before.Zone) != before.Zone || enabled && !before.Enabled ? now : before.Since,
            ChangedAt = now,
            ChangedBy = who.Actor(),
        };
        await connection.ExecuteAsync(new CommandDefinition(Save, after, transaction, cancellationToken: ct));
        await audit.Write(connection, transaction, who.AuditActor(), "schedule.changed", "schedule:" + known.Name, new { after.Cron, after.Zone, after.Enabled, after.GraceMinutes }, ct);
        await transaction.CommitAsync(ct);
        signals.Publish(Signals.Messages, RunSchedules.Hint);
        return [];
    }
}
