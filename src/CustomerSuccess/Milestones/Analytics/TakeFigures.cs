using System.Diagnostics;
using System.Text.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones.Analytics;

/// <summary>
/// Takes the figures of all milestones. Where that is a matter of milliseconds it is done when they are asked for; where there are many customers the
/// last ones are shown, which a job takes anew every ten minutes.
/// </summary>
public static class TakeFigures
{
    public const int Weeks = 12, Usual = 30;

    // What takes longer is not done while somebody waits.
    private const int AtOnceMs = 100;

    public static readonly IReadOnlyList<int> Landmarks = [7, Usual, 90];

    /// <summary>By milestone. Early: alive at the landmark and had reached it by then; of them retained.</summary>
    public sealed record Row(string Id, long Reached, decimal? MedianDays, long[] Weeks, long Early, long EarlyRetained);

    /// <summary>Customers in totals; those alive at the landmark, and of them retained.</summary>
    public sealed record Sums(long Customers, long Alive, long Retained, DateOnly FirstWeek, IReadOnlyList<Row> Milestones);

    public sealed record Taken(int Landmark, DateTime TakenAt, Sums Figures);

    /// <summary>Null where it is none; 30 where nothing is said.</summary>
    public static int? Landmark(string? text) => string.IsNullOrEmpty(text) ? Usual : Landmarks.Select(days => (int?)days).FirstOrDefault(days => text == string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{days}"));

    public static async Task All(NpgsqlDataSource db, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        foreach (var landmark in Landmarks) await Run(connection, landmark, now, ct);
    }

    public static async Task<Taken> Latest(NpgsqlConnection connection, int landmark, DateTime now, CancellationToken ct)
    {
        var (at, took, figures) = await connection.QuerySingleOrDefaultAsync<(DateTime, int, string?)>(new CommandDefinition(
            "select taken_at, took_ms, figures::text from milestone_figures where landmark = @landmark", new { landmark }, cancellationToken: ct));
        return figures is null || took < AtOnceMs ? await Run(connection, landmark, now, ct) : new(landmark, at, JsonSerializer.Deserialize<Sums>(figures, JsonSerializerOptions.Web)!);
    }

    private static async Task<Taken> Run(NpgsqlConnection connection, int landmark, DateTime now, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var today = now.Day();
        var first = today.AddDays(-(((int)today.DayOfWeek + 6) % 7) - 7 * (Weeks - 1));
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            Sql.Read("Milestones/Analytics/figures.sql") + ";\n" + Sql.Read("Milestones/Analytics/retention.sql"), new { first, today, landmark }, commandTimeout: 600, cancellationToken: ct));
        var customers = await read.ReadSingleAsync<long>();
        var days = (await read.ReadAsync<(string Milestone, int Days, long N)>()).ToLookup(row => row.Milestone, row => (row.Days, row.N), StringComparer.Ordinal);
        var weeks = (await read.ReadAsync<(string Milestone, int Week, long N)>()).ToLookup(row => row.Milestone, row => (row.Week, row.N), StringComparer.Ordinal);
        var retained = (await read.ReadAsync<(string Milestone, long N, long Retained)>()).ToDictionary(row => row.Milestone, row => (row.N, row.Retained), StringComparer.Ordinal);
        await read.DisposeAsync();
        var (alive, alsoRetained) = retained.GetValueOrDefault("");
        var figures = new Sums(customers, alive, alsoRetained, first, [.. days.Select(row => row.Key).Union(retained.Keys.Where(key => key.Length > 0)).Order(StringComparer.Ordinal).Select(id =>
        {
            var trend = new long[Weeks];
            foreach (var (week, n) in weeks[id].Where(one => one.Week is >= 0 and < Weeks)) trend[week] = n;
            var early = retained.GetValueOrDefault(id);
            return new Row(id, days[id].Sum(one => one.N), MilestoneAnalytics.Median([.. days[id]]), trend, early.N, early.Retained);
        })]);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into milestone_figures (landmark, taken_at, took_ms, figures) values (@landmark, @now, @took, @figures::jsonb)
            on conflict (landmark) do update set taken_at = excluded.taken_at, took_ms = excluded.took_ms, figures = excluded.figures
            """, new { landmark, now, took = (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds, figures = JsonSerializer.Serialize(figures, JsonSerializerOptions.Web) }, cancellationToken: ct));
        return new(landmark, now, figures);
    }
}
