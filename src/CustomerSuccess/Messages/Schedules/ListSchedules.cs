using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>Every schedule with when it runs next and how its last runs went.</summary>
public static class ListSchedules
{
    /// <param name="Name">As the addresses of the API call it.</param>
    /// <param name="Title">For people.</param>
    /// <param name="About">What it does.</param>
    /// <param name="Cron">Minute, hour, day of month, month, day of week.</param>
    /// <param name="Zone">Whose clock on the wall that is.</param>
    /// <param name="InWords">Cron for people.</param>
    /// <param name="Enabled">Off: it runs only when somebody says so.</param>
    /// <param name="GraceMinutes">How late a run may begin; later it is missed.</param>
    /// <param name="Options">What was chosen, by name.</param>
    /// <param name="ChangedAt">When any of that was changed last.</param>
    /// <param name="Next">The next times it is due; none while it is off.</param>
    /// <param name="Runs">The last ones, newest first.</param>
    public sealed record Shown(
        string Name, string Title, string About, string Cron, string Zone, string InWords, bool Enabled, int GraceMinutes, IReadOnlyDictionary<string, int> Options, DateTime ChangedAt,
        IReadOnlyList<DateTime> Next, IReadOnlyList<ScheduledRun> Runs);

    /// <summary>All schedules: when they run, next and last runs with their outcome.</summary>
    public static async Task<Ok<IReadOnlyList<Shown>>> Handle(NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) => TypedResults.Ok(await Run(db, clock.Now(), ct));

    /// <summary>One schedule: when it runs, next and last runs with their outcome.</summary>
    public static async Task<Results<Ok<Shown>, NotFound>> HandleOne(string name, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        (await Run(db, clock.Now(), ct)).FirstOrDefault(each => each.Name == name) is { } found ? TypedResults.Ok(found) : TypedResults.NotFound();

    public static async Task<IReadOnlyList<Shown>> Run(NpgsqlDataSource db, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var runs = (await ScheduledRun.Latest(connection, 10, ct)).ToLookup(run => run.Schedule, StringComparer.Ordinal);
        return [.. (await ScheduleSetting.All(connection, now, ct)).Select(setting => Of(setting, [.. runs[setting.Schedule]], now))];
    }

    private static Shown Of(ScheduleSetting setting, IReadOnlyList<ScheduledRun> runs, DateTime now)
    {
        var (known, times) = (setting.Known, setting.Times);
        return new(known.Name, known.Title, known.About, setting.Cron, setting.Zone, times?.InWords ?? $"never: the zone {setting.Zone} is not known on this machine", setting.Enabled, setting.GraceMinutes,
            known.Choices.ToDictionary(choice => choice.Name, choice => setting.Chosen(choice.Name)), setting.ChangedAt,
            // A date that was run by hand already is not run again.
            setting.Enabled && times is not null ? [.. times.Between(now > setting.Since ? now : setting.Since, now.AddYears(5)).Where(slot => !runs.Any(run => run.LocalDate == slot.Date && run.State != "missed")).Take(3).Select(slot => slot.At)] : [], runs);
    }
}
