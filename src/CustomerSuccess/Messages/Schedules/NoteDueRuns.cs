using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>
/// Writes down the runs that are due. The latest of a schedule waits to be carried out if it is not later than its grace; what came before it
/// is missed. A date is written once; only one that a clock running ahead had marked as missed is free again when its time really comes.
/// </summary>
public static class NoteDueRuns
{
    /// <summary>Times longer ago than this are history nobody needs listed.</summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(35);

    private const string Note = """
        insert into schedule_runs as r (schedule, local_date, due_at, state, asked_by, noted_at, outcome)
        values (@schedule, @date, @at, @state, 'schedule', @now, @outcome)
        on conflict (schedule, local_date) do update
        set due_at = excluded.due_at, state = excluded.state, noted_at = excluded.noted_at, outcome = excluded.outcome
        where r.state = 'missed' and r.noted_at > excluded.noted_at
        """;

    public static async Task Run(NpgsqlConnection connection, IReadOnlyList<ScheduleSetting> settings, DateTime now, CancellationToken ct)
    {
        // A clock that ran ahead when it was switched on must not keep it waiting.
        if (settings.Any(setting => setting.Since > now))
            await connection.ExecuteAsync(new CommandDefinition("update schedules set since = @now where since > @now", new { now }, cancellationToken: ct));
        foreach (var setting in settings)
        {
            if (!setting.Enabled || setting.Times is not { } times) continue;
            var since = setting.Since > now - Horizon ? setting.Since : now - Horizon;
            var slots = times.Between(since, now).ToList();
            if (slots.Count == 0) continue;
            var known = (await connection.QueryAsync<(DateOnly Date, string State, DateTime NotedAt)>(new CommandDefinition(
                "select local_date, state, noted_at from schedule_runs where schedule = @Schedule and local_date >= @first",
                new { setting.Schedule, first = slots[0].Date }, cancellationToken: ct))).ToDictionary(run => run.Date);
            foreach (var slot in slots)
            {
                if (known.TryGetValue(slot.Date, out var run) && (run.State != "missed" || run.NotedAt <= now)) continue;
                var (state, outcome) = Judge(slot, slots[^1], setting.Grace, now);
                await connection.ExecuteAsync(new CommandDefinition(Note, new { setting.Schedule, date = slot.Date, at = slot.At, state, now, outcome }, cancellationToken: ct));
            }
        }
    }

    /// <summary>Pure.</summary>
    internal static (string State, string Outcome) Judge(Slot slot, Slot last, TimeSpan grace, DateTime now) =>
        slot != last ? ("missed", "nothing was running then, and a later run takes its place")
        : now - slot.At > grace ? ("missed", $"nothing was running until {(int)(now - slot.At).TotalMinutes} minutes later; it may begin {(int)grace.TotalMinutes} minutes late")
        : ("waiting", "");
}
