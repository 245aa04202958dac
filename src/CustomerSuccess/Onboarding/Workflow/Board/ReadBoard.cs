using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Figures;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Kit;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Board;

/// <summary>How many customers in totals stand in a stage, and how many of them are stuck. The stages of the newest version first, then older ones, 'completed' last.</summary>
public sealed record StageCount(string Stage, string Title, long Customers, long Stuck);

/// <summary>
/// A customer on the board. Why: of those who are stuck, in words. Since: when they became stuck, of those who are through when that was, else when anything last moved.
/// </summary>
public sealed record BoardRow(
    string CustomerId, string Organization, string Owner, int Version, string Stage, string StageTitle, int Percent, int Done, int Total, string? NextTask, DateTime LastProgressAt, string StuckBy, string Why, DateTime Since)
{
    public bool Stuck => StuckBy.Length > 0;
}

/// <summary>A page of the list. Next: the value of after for the next one.</summary>
public sealed record BoardList(IReadOnlyList<BoardRow> Rows, string? Next, int Total);

/// <summary>Where everyone stands: counts by stage, and the customers of a stage, stuck ones first. By indexes, so that it costs what it shows.</summary>
public static class ReadBoard
{
    private sealed record Row(
        string CustomerId, string Organization, string Owner, int Version, string Stage, int Done, int Total, string NextTask, DateTime LastProgressAt, DateTime? CompletedAt, DateTime? StuckAt, string StuckBy, string BlockerType, string? Failed);

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

    /// <summary>The first of a stage: who is stuck longest, then by when they will be; of 'completed' the latest.</summary>
    public static async Task<IReadOnlyList<BoardRow>> First(NpgsqlConnection connection, KnownDefinitions definitions, string stage, int take, DateTime now, CancellationToken ct)
    {
        var values = new DynamicParameters(new { stage });
        var rows = await Rows(connection, "w.counted and w.stage = @stage", stage == "completed" ? "w.completed_at desc, w.customer_id" : "w.stuck_at, w.customer_id", values, take, ct);
        return rows.ConvertAll(row => Shown(row, definitions.Of(row.Version), now));
    }

    /// <summary>A page of those who fit a filter: found in memory, where any filter costs the same, and read here as they are now.</summary>
    public static async Task<BoardList> List(NpgsqlConnection connection, IReadOnlyList<Followed> all, BoardFilter filter, DateTime now, CancellationToken ct)
    {
        var definitions = await KnownDefinitions.Read(connection, null, ct);
        var (customers, next, total) = filter.Page(all, now);
        var rows = await Rows(connection, "w.counted and w.customer_id = any(@customers)", "w.stuck_at, w.customer_id", new DynamicParameters(new { customers = customers.ToArray() }), customers.Count, ct);
        return new(rows.ConvertAll(row => Shown(row, definitions.Of(row.Version), now)), next, total);
    }

    private static async Task<List<Row>> Rows(NpgsqlConnection connection, string where, string order, DynamicParameters values, int take, CancellationToken ct)
    {
        values.Add("take", take);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            Sql.Read("Onboarding/Workflow/Board/board_rows.sql").Replace("{where}", where, StringComparison.Ordinal).Replace("{order}", order, StringComparison.Ordinal), values, cancellationToken: ct))).AsList();
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
        return new(row.CustomerId, row.Organization, row.Owner, row.Version, row.Stage, row.Stage == "completed" ? "Completed" : definition.Stages.FirstOrDefault(each => each.Id == row.Stage)?.Title ?? Words.Plain(row.Stage), Percent.Of(row.Done, row.Total), row.Done, row.Total,
            row.NextTask.Length > 0 ? definition.TitleOf(row.NextTask) : null, row.LastProgressAt, stuck ? row.StuckBy : "", why, stuck ? row.StuckAt!.Value : row.CompletedAt ?? row.LastProgressAt);
    }
}
