using System.Text.Json;
using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>Writes where customers stand into the tables that the board and analytics read; rows that say the same already are left alone.</summary>
public static class StoreProgress
{
    public static async Task Run(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Standing> standings, CancellationToken ct)
    {
        if (standings.Count == 0) return;
        var customers = standings.Select(one => one.Progress.CustomerId).ToArray();
        var tasks = standings.SelectMany(one => one.Progress.Tasks.Where(Told).Select(task => (one.Progress.CustomerId, Task: task, Counted: one.Counted.GetValueOrDefault(task.Task.Id) ?? Counted.Nothing)))
            .OrderBy(one => one.CustomerId, StringComparer.Ordinal).ThenBy(one => one.Task.Task.Id, StringComparer.Ordinal).ToList();
        var stages = standings.SelectMany(one => one.Progress.Stages.Select(stage => (one.Progress.CustomerId, Stage: stage))).ToList();
        await Execute("Onboarding/Workflow/Behind/store_workflow.sql", Workflows(standings, customers));
        await Execute("Onboarding/Workflow/Behind/store_tasks.sql", new
        {
            customers,
            ids = tasks.Select(one => one.CustomerId).ToArray(),
            tasks = tasks.Select(one => one.Task.Task.Id).ToArray(),
            stages = tasks.Select(one => one.Task.Stage).ToArray(),
            states = tasks.Select(one => TaskMoves.Word(one.Task.State)).ToArray(),
            since = tasks.Select(one => one.Task.Since).ToArray(),
            opened = tasks.Select(one => Text(one.Task.OpenedAt)).ToArray(),
            done = tasks.Select(one => Text(one.Task.DoneAt)).ToArray(),
            by = tasks.Select(one => one.Task.By).ToArray(),
            attempts = tasks.Select(one => one.Task.Attempts).ToArray(),
            counted = tasks.Select(one => one.Counted.N).ToArray(),
            reached = tasks.Select(one => Text(one.Counted.ReachedAt)).ToArray(),
            reached_by = tasks.Select(one => one.Counted.By).ToArray(),
        });
        await Execute("Onboarding/Workflow/Behind/store_stages.sql", new
        {
            customers,
            ids = stages.Select(one => one.CustomerId).ToArray(),
            stages = stages.Select(one => one.Stage.Stage.Id).ToArray(),
            states = stages.Select(one => TaskMoves.Word(one.Stage.State)).ToArray(),
            since = stages.Select(one => one.Stage.Since).ToArray(),
            opened = stages.Select(one => Text(one.Stage.OpenedAt)).ToArray(),
            completed = stages.Select(one => Text(one.Stage.Completed ? one.Stage.Since : null)).ToArray(),
        });

        Task Execute(string sql, object args) => connection.ExecuteAsync(new CommandDefinition(Sql.Read(sql), args, transaction, commandTimeout: 600, cancellationToken: ct));
    }

    // An array in which some instants are missing goes as text: Npgsql takes its type from the first, which may be none.
    private static string? Text(DateTime? at) => at?.ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    private static bool Told(TaskProgress task) => task.State != TaskState.Locked || task.Attempts > 0 || task.Counted > 0;

    private static object Workflows(IReadOnlyList<Standing> standings, string[] customers)
    {
        var stuck = standings.Select(one => Stuck.Of(one.Progress, one.BlockedAt)).ToList();
        var awaits = standings.Select(one => Awaited.Of(one.Progress, one.Counted)).ToList();
        var weeks = standings.Select(one => CountedWeeks.Of(one.Definition, one.Counted, one.Weeks)).ToList();
        return new
        {
            customers,
            versions = standings.Select(one => one.Progress.Version).ToArray(),
            started = standings.Select(one => one.Progress.StartedAt).ToArray(),
            stages = standings.Select(one => one.Progress.Current?.Id ?? "completed").ToArray(),
            stage_since = standings.Select(one => one.Progress.CurrentSince).ToArray(),
            done = standings.Select(one => one.Progress.Done).ToArray(),
            total = standings.Select(one => one.Progress.Tasks.Count).ToArray(),
            points = standings.Select(one => one.Progress.Points).ToArray(),
            // Arrays of arrays are tables to PostgreSQL: these go as JSON.
            badges = standings.Select(one => JsonSerializer.Serialize(one.Progress.Badges.Select(badge => badge.Id))).ToArray(),
            next = standings.Select(one => one.Progress.Next?.Task.Id ?? "").ToArray(),
            next_since = standings.Select(one => Text(one.Progress.Next?.Since)).ToArray(),
            progress = standings.Select(one => one.Progress.LastProgressAt).ToArray(),
            completed = standings.Select(one => Text(one.Progress.CompletedAt)).ToArray(),
            stuck_at = stuck.Select(one => Text(one?.At)).ToArray(),
            stuck_by = stuck.Select(one => one?.By ?? "").ToArray(),
            counted = standings.Select(one => one.InTotals).ToArray(),
            awaits = awaits.Select(one => JsonSerializer.Serialize(one.Any)).ToArray(),
            settled = awaits.Select(one => JsonSerializer.Serialize(one.Before)).ToArray(),
            weeks = weeks.Select(one => JsonSerializer.Serialize(one.Counted.Select(week => week.Iso()))).ToArray(),
            weeks_until = weeks.Select(one => Text(one.Until)).ToArray(),
        };
    }
}
