using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Funnel.Figures;

/// <summary>The funnel of a window: in all, and day by day. The total is the sum of the days, but for unique visitors.</summary>
public sealed record FunnelFigures(FunnelWindow Window, FunnelCounts Total, IReadOnlyList<(DateOnly Day, FunnelCounts Counts)> Days, IReadOnlyList<FunnelFigures.TestVisit> TestVisits)
{
    /// <summary>What test customers visited, already taken off the counts.</summary>
    public sealed record TestVisit(DateOnly Day, string Visitor, bool Bot, string Page, string Origin, long Visits);

    private sealed record VisitDay(DateOnly Day, long Visits, long Bots, long Visitors, long LastSeen);

    /// <param name="db">Where.</param>
    /// <param name="window">Which days.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="unique">The unique visitors of a window that has ended, where the caller keeps them; null: not known yet, shown as 0 visitors.</param>
    public static async Task<FunnelFigures> Read(NpgsqlDataSource db, FunnelWindow window, CancellationToken ct, Func<FunnelWindow, Task<long?>>? unique = null)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var test = await TestCustomers(connection, ct);
        var tested = test.Length == 0 ? [] : (await connection.QueryAsync<TestVisit>(new CommandDefinition(
            Sql.Read("Funnel/Figures/test_visits.sql"), new { start = window.Start, end = window.End, test }, cancellationToken: ct))).AsList();
        var persons = tested.Where(each => !each.Bot).ToList();
        var args = new
        {
            from = window.From,
            to = window.Last,
            start = window.Start,
            end = window.End,
            off_days = persons.ConvertAll(each => each.Day).ToArray(),
            off_visitors = persons.ConvertAll(each => each.Visitor).ToArray(),
            before = FunnelWindow.Number(window.From) - 1,
            last = FunnelWindow.Number(window.Last),
            test,
        };
        await using var answer = await connection.QueryMultipleAsync(new CommandDefinition(Sql.Read("Funnel/Figures/figures.sql"), args, cancellationToken: ct));
        var visits = (await answer.ReadAsync<VisitDay>()).ToDictionary(day => day.Day);
        var stages = (await answer.ReadAsync<(int Stage, DateOnly Day, long Customers)>()).ToLookup(each => (each.Stage, each.Day), each => each.Customers);
        var same = (await answer.ReadAsync<(DateOnly? Day, long TooMany)>()).ToLookup(each => each.Day, each => each.TooMany);
        await answer.DisposeAsync();
        var different = window.EndsNow ? visits.Values.Sum(day => day.LastSeen)
            : unique is not null ? await unique(window) ?? 0
            : await connection.ExecuteScalarAsync<long>(new CommandDefinition(Sql.Read("Funnel/Figures/unique_visitors.sql"), args, cancellationToken: ct));

        // What a fast clock put after the last day belongs to it.
        var extra = visits.Keys.Concat(stages.Select(each => each.Key.Day)).Concat(tested.Select(each => each.Day)).Where(day => day > window.To).Distinct().ToList();
        var days = Enumerable.Range(0, window.Days).Select(n => window.From.AddDays(n)).Select(day => (day, Counts(day == window.To ? [day, .. extra] : [day]))).ToList();
        var total = new FunnelCounts(
            days.Sum(day => day.Item2.WebsiteVisits), Math.Max(0, different - same[null].Sum() - persons.Select(each => each.Visitor).Distinct(StringComparer.Ordinal).Count()), days.Sum(day => day.Item2.Signups), days.Sum(day => day.Item2.ApiKeysCreated),
            days.Sum(day => day.Item2.ActivatedUsers), days.Sum(day => day.Item2.RetainedUsers), days.Sum(day => day.Item2.Bots));
        return new FunnelFigures(window, total, days, tested);

        FunnelCounts Counts(IReadOnlyList<DateOnly> of)
        {
            long Stage(int stage) => of.Sum(day => stages[(stage, day)].Sum());
            var seen = of.Select(day => visits.GetValueOrDefault(day)).OfType<VisitDay>().ToList();
            var off = tested.Where(each => of.Contains(each.Day)).ToList();
            return new FunnelCounts(
                seen.Sum(day => day.Visits) - off.Where(each => !each.Bot).Sum(each => each.Visits),
                Math.Max(0, seen.Sum(day => day.Visitors) - of.Sum(day => same[day].Sum()) - off.Where(each => !each.Bot).Select(each => (each.Day, each.Visitor)).Distinct().Count()),
                Stage(2), Stage(3), Stage(4), Stage(5),
                seen.Sum(day => day.Bots) - off.Where(each => each.Bot).Sum(each => each.Visits));
        }
    }

    /// <summary>The window as visitors.days is asked: after and up to these day numbers.</summary>
    internal static object Bounds(FunnelWindow window) => new { before = FunnelWindow.Number(window.From) - 1, last = FunnelWindow.Number(window.Last) };

    internal static async Task<string[]> TestCustomers(NpgsqlConnection connection, CancellationToken ct) =>
        [.. await connection.QueryAsync<string>(new CommandDefinition("select customer_id from customers where is_test", cancellationToken: ct))];
}
