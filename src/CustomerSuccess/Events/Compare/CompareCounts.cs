using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Compare;

/// <summary>Our daily counts beside another tool's, while both receive the same events: where they differ, and by how much.</summary>
public static class CompareCounts
{
    public const int MostDays = 400;
    public const int MostShown = 500;

    /// <summary>One day and event; theirs and ours.</summary>
    public sealed record Line(DateOnly Day, string Type, long Theirs, long Ours)
    {
        public long Difference => Ours - Theirs;

        /// <summary>Of theirs, in tenths of a percent rounded half up; null where they have none.</summary>
        public decimal? Percent => Theirs == 0 ? null : Math.Round(100m * Difference / Theirs, 1, MidpointRounding.AwayFromZero);
    }

    /// <summary>Differences, the largest first; and how much was compared.</summary>
    public sealed record Result(DateOnly From, DateOnly To, string Zone, string? Source, int Compared, int Equal, long Theirs, long Ours, IReadOnlyList<Line> Differences)
    {
        public int More { get; init; }
    }

    /// <param name="db">The log.</param>
    /// <param name="theirs">The other tool's counts.</param>
    /// <param name="source">Ours of this source only; null: of all that come from outside.</param>
    /// <param name="zone">Whose days the export means.</param>
    /// <param name="ct">Stops the query.</param>
    public static async Task<Result> Run(NpgsqlDataSource db, IReadOnlyList<ReadExport.Row> theirs, string? source, TimeZoneInfo zone, CancellationToken ct)
    {
        var (first, last) = (theirs.Min(row => row.Day), theirs.Max(row => row.Day));
        var ours = (await Counts(db, first, last, source, zone, ct)).ToDictionary(row => (row.Day, row.Type), row => row.Count);
        var said = theirs.ToDictionary(row => (row.Day, row.Type), row => row.Count);
        // Events of ours that their export does not know at all are no difference: it may show only some.
        var types = theirs.Select(row => row.Type).ToHashSet(StringComparer.Ordinal);
        var lines = said.Keys.Union(ours.Keys.Where(key => types.Contains(key.Type)))
            .Select(key => new Line(key.Day, key.Type, said.GetValueOrDefault(key), ours.GetValueOrDefault(key))).ToList();
        var differences = lines.Where(line => line.Difference != 0).OrderByDescending(line => Math.Abs(line.Difference)).ThenBy(line => line.Day).ThenBy(line => line.Type, StringComparer.Ordinal).ToList();
        return new Result(first, last, zone.Id, source, lines.Count, lines.Count - differences.Count, lines.Sum(line => line.Theirs), lines.Sum(line => line.Ours), differences[..Math.Min(MostShown, differences.Count)])
        {
            More = Math.Max(0, differences.Count - MostShown),
        };
    }

    /// <summary>The events behind one of our counts, newest first.</summary>
    public sealed record Event(string Id, string Source, DateTime OccurredAt, DateTime ReceivedAt, string? Who, string? Url, string Properties);

    public static async Task<IReadOnlyList<Event>> EventsBehind(NpgsqlDataSource db, DateOnly day, string type, string? source, TimeZoneInfo zone, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Event>(new CommandDefinition(
            """
            select id, source, occurred_at, received_at, coalesce(customer_id, person_id, group_id, visitor_id) as who, url, left(properties::text, 500) as properties
            from events where occurred_at >= @from and occurred_at < @to and received_at >= @early and type = @type
              and case when @source::text is null then source not in ('ui', 'system', 'cli', 'csv') else source = @source end
            order by occurred_at desc limit 200
            """,
            Window(day, day, source, zone, type), cancellationToken: ct))).AsList();
    }

    private static async Task<IEnumerable<ReadExport.Row>> Counts(NpgsqlDataSource db, DateOnly first, DateOnly last, string? source, TimeZoneInfo zone, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        // The index is by time of receipt, and nothing is received before it happens (by more than a clock's error).
        return await connection.QueryAsync<ReadExport.Row>(new CommandDefinition(
            """
            select (occurred_at at time zone @zone)::date as day, type, count(*) as count
            from events where occurred_at >= @from and occurred_at < @to and received_at >= @early
              and case when @source::text is null then source not in ('ui', 'system', 'cli', 'csv') else source = @source end
            group by 1, 2
            """,
            Window(first, last, source, zone, null), cancellationToken: ct));
    }

    private static object Window(DateOnly first, DateOnly last, string? source, TimeZoneInfo zone, string? type)
    {
        var from = TimeZoneInfo.ConvertTimeToUtc(first.ToDateTime(TimeOnly.MinValue), zone);
        return new { from, to = TimeZoneInfo.ConvertTimeToUtc(last.AddDays(1).ToDateTime(TimeOnly.MinValue), zone), early = from.AddDays(-1), source, zone = zone.Id, type };
    }
}
