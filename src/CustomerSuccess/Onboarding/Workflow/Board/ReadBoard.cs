using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Kit;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Board;

/// <summary>How many customers in totals stand in a stage, and how many of them are stuck. The stages of the newest version first, then older ones, 'completed' last.</summary>
public sealed record StageCount(string Stage, string Title, long Customers, long Stuck);

/// <summary>A customer on the board. Why: of those who are stuck, in words. Since: when they became stuck, else when anything last moved.</summary>
public sealed record BoardRow(
    string CustomerId, string Organization, string Owner, int Version, string Stage, string StageTitle, int Percent, int Done, int Total, string? NextTask, DateTime LastProgressAt, string StuckBy, string Why, DateTime Since);

/// <summary>Where everyone stands: counts by stage, and the customers of a stage, stuck ones first. By indexes, so that it costs what it shows.</summary>
public static class ReadBoard
{
    private sealed record Row(
        string CustomerId, string Organization, string Owner, int Version, string Stage, int Done, int Total, string NextTask, DateTime LastProgressAt, DateTime? StuckAt, string StuckBy, string BlockerType, string? Failed);

    public static async Task<IReadOnlyList<StageCount>> Counts(NpgsqlConnection connection, DateTime now, CancellationToken ct)
    {
        var definitions = await KnownDefinitions.Read(connection, null, ct);
        var counts = (await connection.QueryAsync<(string Stage, long Customers, long Stuck)>(new CommandDefinition(
            "select stage, count(*), count(*) filter (where stuck_at <= @now) from workflow where counted group by stage", new { now }, cancellationToken: ct))).ToDictionary(row => row.Stage, StringComparer.Ordinal);
        var stages = definitions.Versions.Values.Reverse().SelectMany(version => version.Stages).DistinctBy(stage => stage.Id, StringComparer.Ordinal).Select(stage => (stage.Id, stage.Title)).Append(("completed", "Completed"));
        var current = definitions.Current.Stages.Select(stage => stage.Id).Append("completed").ToHashSet(StringComparer.Ordinal);
        return [.. stages.Where(stage => current.Contains(stage.Item1) || counts.ContainsKey(stage.Item1))
            .Select(stage => new StageCount(stage.Item1, stage.Item2, counts.GetValueOrDefault(stage.Item1).Customers, counts.GetValueOrDefault(stage.Item1).Stuck))];
    }

    /// <summary>Those who are stuck longest first; then, where a stage is named, everyone else of it by when they will be.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="stage">One stage or 'completed'; null: the stuck of all stages.</param>
    /// <param name="now">Decides who is stuck.</param>
    /// <param name="skip">So many rows are passed over.</param>
    /// <param name="take">So many at most.</param>
    /// <param name="ct">Stops the wait.</param>
    public static async Task<IReadOnlyList<BoardRow>> Customers(NpgsqlConnection connection, string? stage, DateTime now, int skip, int take, CancellationToken ct)
    {
        var definitions = await KnownDefinitions.Read(connection, null, ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            select w.customer_id, c.organization, c.owner, w.version, w.stage, w.done, w.total, w.next_task, w.last_progress_at, w.stuck_at, w.stuck_by,
              coalesce(o.blocker_type, '') as blocker_type, (select min(t.task) from workflow_tasks t where t.customer_id = w.customer_id and t.state = 'failed') as failed
            from (
              select * from workflow where counted and {(stage is null ? "stuck_at <= @now" : "stage = @stage")}
              order by {(stage is null ? "" : "stage, ")}stuck_at, customer_id offset @skip limit @take
            ) w
            join customers c on c.customer_id = w.customer_id
            left join onboarding o on o.customer_id = w.customer_id
            order by w.stuck_at, w.customer_id
            """, new { stage, now, skip, take }, cancellationToken: ct));
        return [.. rows.Select(row => Shown(row, definitions.Of(row.Version), now))];
    }

    private static BoardRow Shown(Row row, WorkflowDefinition definition, DateTime now)
    {
        var stuck = row.StuckAt <= now;
        var why = !stuck ? "" : row.StuckBy switch
        {
            "blocked" => $"Blocked: {Words.Plain(row.BlockerType)}.",
            "failed" => $"“{definition.TitleOf(row.Failed ?? "")}” has failed.",
            _ => $"Nothing moved for {Words.Count(Math.Max(0, (long)(now - row.LastProgressAt).TotalDays), "day")}{(row.NextTask.Length > 0 ? $"; next is “{definition.TitleOf(row.NextTask)}”" : "")}.",
        };
        return new(row.CustomerId, row.Organization, row.Owner, row.Version, row.Stage, definition.Stages.FirstOrDefault(each => each.Id == row.Stage)?.Title ?? Words.Plain(row.Stage), Percent.Of(row.Done, row.Total), row.Done, row.Total,
            row.NextTask.Length > 0 ? definition.TitleOf(row.NextTask) : null, row.LastProgressAt, stuck ? row.StuckBy : "", why, stuck ? row.StuckAt!.Value : row.LastProgressAt);
    }
}
