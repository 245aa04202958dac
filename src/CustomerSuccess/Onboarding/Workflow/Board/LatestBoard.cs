using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Figures;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Board;

/// <summary>A stage with the first of those who stand there.</summary>
public sealed record BoardColumn(StageCount Count, IReadOnlyList<BoardRow> First);

/// <summary>Everything the board shows. Owners: of these customers, what lists can be narrowed to.</summary>
public sealed record WholeBoard(IReadOnlyList<BoardColumn> Columns, IReadOnlyList<TaskFigure> Tasks, IReadOnlyList<StageFigure> Stages, IReadOnlyList<string> Owners, bool Demo)
{
    public long Customers => Columns.Sum(column => column.Count.Customers);

    public long Completed => Columns.Where(column => column.Count.Stage == "completed").Sum(column => column.Count.Customers);

    public long Stuck => Columns.Sum(column => column.Count.Stuck);
}

/// <summary>The board, worked out at most once a second and shared by all who look. Figures of tasks and stages are counted anew where somebody moved.</summary>
public sealed class LatestBoard
{
    /// <summary>So many of each stage; the rest is on the list.</summary>
    public const int Shown = 8;

    private readonly Latest<WholeBoard> latest;
    private Figures? counted;

    private sealed record Figures(long Round, DateTime At, (IReadOnlyList<TaskFigure> Tasks, IReadOnlyList<StageFigure> Stages) Of, IReadOnlyList<string> Owners);

    public LatestBoard(NpgsqlDataSource db, FollowedCustomers followed, TimeProvider clock) => latest = new(() => Read(db, followed, clock.Now()), clock);

    /// <summary>For a page that was asked for: at most a second old.</summary>
    public Task<WholeBoard> Now() => latest.Now();

    /// <summary>For a page that follows: with everything that was announced before this call.</summary>
    public Task<WholeBoard> Next() => latest.Next();

    private async Task<WholeBoard> Read(NpgsqlDataSource db, FollowedCustomers followed, DateTime now)
    {
        await using var connection = await db.OpenConnectionAsync();
        var definitions = await KnownDefinitions.Read(connection, null, default);
        var columns = new List<BoardColumn>();
        foreach (var count in await ReadBoard.Counts(connection, now, default))
            columns.Add(new(count, count.Customers == 0 ? [] : await ReadBoard.First(connection, definitions, count.Stage, Shown, now, default)));
        var all = await followed.Now(default);
        // Who becomes stuck by waiting moves nothing: a minute later they are counted.
        var figures = counted is { } known && known.Round == all.Round && now - known.At < TimeSpan.FromMinutes(1) ? known : counted = new(all.Round, now,
            CountFollowed.Of(definitions, all.All, now), [.. all.All.Select(one => one.Owner).Where(owner => owner.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(200)]);
        return new(columns, figures.Of.Tasks, figures.Of.Stages, figures.Owners, await DemoMark.Is(connection, default));
    }
}
