using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>When one schedule runs here, and what was chosen for it.</summary>
/// <param name="Schedule">Its name.</param>
/// <param name="Cron">Five fields.</param>
/// <param name="Zone">IANA name.</param>
/// <param name="Enabled">Off: it runs only when somebody says so.</param>
/// <param name="GraceMinutes">How late a run may begin.</param>
/// <param name="Options">JSON object: the choices by name.</param>
/// <param name="Since">Times before are none of its.</param>
/// <param name="ChangedAt">Last change.</param>
/// <param name="ChangedBy">By whom.</param>
public sealed record ScheduleSetting(string Schedule, string Cron, string Zone, bool Enabled, int GraceMinutes, string Options, DateTime Since, DateTime ChangedAt, string ChangedBy)
{
    public const int UsualGrace = 12 * 60, MostGrace = 7 * 24 * 60;

    public KnownSchedule Known => KnownSchedule.Find(Schedule)!;

    public TimeSpan Grace => TimeSpan.FromMinutes(GraceMinutes);

    /// <summary>Null where the zone is not known on this machine.</summary>
    public Timetable? Times => Timetable.Read(Cron, Zone, new List<Fault>());

    public int Chosen(string name)
    {
        var choice = Known.Choices.First(each => each.Name == name);
        return JsonElement.Parse(Options).TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? number : choice.Usual;
    }

    /// <summary>All of them; those that nobody has seen yet begin now.</summary>
    public static async Task<IReadOnlyList<ScheduleSetting>> All(NpgsqlConnection connection, DateTime now, CancellationToken ct)
    {
        const string read = "select schedule, cron, zone, enabled, grace_minutes, options::text as options, since, changed_at, changed_by from schedules";
        var all = (await connection.QueryAsync<ScheduleSetting>(new CommandDefinition(read, cancellationToken: ct))).AsList();
        if (KnownSchedule.All.Any(known => all.All(each => each.Schedule != known.Name)))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into schedules (schedule, cron, zone, enabled, grace_minutes, since, changed_at, changed_by)
                select s, c, 'UTC', true, @UsualGrace, @now, @now, 'system' from unnest(@names, @crons) as n(s, c) on conflict do nothing
                """,
                new { names = KnownSchedule.All.Select(known => known.Name).ToArray(), crons = KnownSchedule.All.Select(known => known.Cron).ToArray(), now, UsualGrace }, cancellationToken: ct));
            all = (await connection.QueryAsync<ScheduleSetting>(new CommandDefinition(read, cancellationToken: ct))).AsList();
        }

        return [.. KnownSchedule.All.Select(known => all.First(each => each.Schedule == known.Name))];
    }
}
