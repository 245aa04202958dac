using CustomerSuccess.Events.Ingestion;
using CustomerSuccess.Events.Visits;
using CustomerSuccess.Funnel.Figures;
using CustomerSuccess.Funnel.Journeys;
using CustomerSuccess.Funnel.Sections;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Funnel.Overview;

/// <summary>Everything the funnel page shows of a window.</summary>
public sealed record FunnelOverview(
    FunnelFigures Figures, FunnelCounts Before, bool Empty, FunnelSettings Settings,
    IReadOnlyList<FunnelOverview.Part> Sections, IReadOnlyList<FunnelOverview.Part> Channels, IReadOnlyList<FunnelOverview.Referrer> Referrers,
    IReadOnlyDictionary<int, (long Open, double? Median)> Steps, FunnelOverview.KeyLife Keys, IReadOnlyList<FunnelOverview.Stuck> StuckOnes, long StuckCount,
    IReadOnlyList<Journey> Latest)
{
    /// <summary>A section or channel: visits, visitors whose first visit it was, customers who signed up in the window and first came so.</summary>
    public sealed record Part(string Name, long Visits, long NewVisitors, long Signups);

    public sealed record Referrer(string Name, string Class, long Visits);

    /// <summary>Of the customers whose first key is of the window: how many called, succeeded, and came back on enough days.</summary>
    public sealed record KeyLife(long Keys, long Called, long Succeeded, long Repeated);

    /// <summary>A customer whose last calls fail. Calls and Since: those since the last that did not.</summary>
    public sealed record Stuck(string CustomerId, string Organization, string Status, DateTime Last, DateTime? LastOk, long Calls, DateTime Since);

    private sealed record Failing(string CustomerId, string Organization, DateTime LastFailedAt, string? Status, DateTime? LastOkAt, long Stuck);

    private sealed record Signups(string Origin, string Page, bool Visited, long Customers);

    public FunnelWindow Window => Figures.Window;

    /// <summary>Days of the window whose figures changed after they were over.</summary>
    public IReadOnlyDictionary<DateOnly, RestatedDay> Restated { get; init; } = new Dictionary<DateOnly, RestatedDay>();

    public static async Task<FunnelOverview> Read(NpgsqlDataSource db, FunnelWindow window, Func<FunnelWindow, Task<long?>> uniqueBefore, CancellationToken ct)
    {
        // Beside each other: none of them needs another.
        var (reading, readingBefore, readingLatest) = (FunnelFigures.Read(db, window, ct), FunnelFigures.Read(db, window.Before, ct, uniqueBefore), ListJourneys.Run(db, new JourneyFilter { Limit = 8 }, null, ct));
        await using var connection = await db.OpenConnectionAsync(ct);
        var settings = await FunnelSettings.Read(connection, ct);
        var args = new
        {
            from = window.From,
            to = window.Last,
            start = window.Start,
            end = window.End,
            test = await FunnelFigures.TestCustomers(connection, ct),
            repeat_days = settings.RepeatDays,
        };
        await using var answer = await connection.QueryMultipleAsync(new CommandDefinition(Sql.Read("Funnel/Overview/overview.sql"), args, cancellationToken: ct));
        var counts = (await answer.ReadAsync<(string What, string Value, long Visits)>()).AsList();
        var signups = (await answer.ReadAsync<Signups>()).AsList();
        var steps = (await answer.ReadAsync<(int Stage, long Open, double? Median)>()).ToDictionary(each => each.Stage, each => (each.Open, each.Median));
        var keys = await answer.ReadSingleAsync<KeyLife>();
        var failing = (await answer.ReadAsync<Failing>()).AsList();
        var any = await answer.ReadSingleAsync<bool>();
        await answer.DisposeAsync();
        var failures = failing.Count == 0 ? [] : (await connection.QueryAsync<(string Id, long Calls, DateTime Since)>(new CommandDefinition(
            Sql.Read("Funnel/Overview/failures.sql"), new { ids = failing.ConvertAll(each => each.CustomerId).ToArray() }, cancellationToken: ct))).ToDictionary(each => each.Id, each => (each.Calls, each.Since));
        await Task.WhenAll(reading, readingBefore, readingLatest);
        var (figures, before, latest) = (await reading, await readingBefore, await readingLatest);

        // Test customers' visits come off here as they do from the counts.
        foreach (var off in figures.TestVisits.Where(each => !each.Bot))
        {
            counts.Add(("page", off.Page, -off.Visits));
            counts.Add(("origin", off.Origin, -off.Visits));
        }

        return new FunnelOverview(
            figures, before.Total, !any, settings,
            Parts([.. settings.Sections.Select(section => section.Name), FunnelSettings.Other],
                counts.Where(each => each.What == "page").Select(each => (settings.SectionOf(each.Value), each.Visits)), [],
                signups.Where(each => each.Visited).Select(each => (settings.SectionOf(each.Page), each.Customers))),
            Parts(Channel.All,
                counts.Where(each => each.What == "origin").Select(each => (Name: Origin.Channel(each.Value), each.Visits)).Where(each => each.Name != Channel.Internal),
                counts.Where(each => each.What == "first").Select(each => (Origin.Channel(each.Value), each.Visits)),
                signups.Where(each => each.Visited).Select(each => (Origin.Channel(each.Origin), each.Customers))),
            [.. counts.Where(each => each.What == "origin").Select(each => (Of: Origin.Referral(each.Value), each.Visits))
                .Where(each => each.Of.Class is not (ReferrerClass.Direct or ReferrerClass.Internal))
                .GroupBy(each => each.Of).Select(group => new Referrer(group.Key.Name, group.Key.Class, group.Sum(each => each.Visits)))
                .Where(each => each.Visits > 0).OrderByDescending(each => each.Visits).ThenBy(each => each.Name, StringComparer.Ordinal).Take(8)],
            steps, keys,
            [.. failing.Select(each => failures.TryGetValue(each.CustomerId, out var since) ? since : (Calls: 1, Since: each.LastFailedAt))
                .Zip(failing, (since, each) => new Stuck(each.CustomerId, each.Organization, each.Status ?? "", each.LastFailedAt, each.LastOkAt, since.Calls, since.Since))],
            failing.Count > 0 ? failing[0].Stuck : 0, latest.Journeys)
        {
            Restated = await RestatedDays.Of(connection, window.From, window.To, ct),
        };
    }

    // In the order of the names; what is nowhere is left out.
    private static List<Part> Parts(IEnumerable<string> names, IEnumerable<(string Name, long Count)> visits, IEnumerable<(string Name, long Count)> first, IEnumerable<(string Name, long Count)> signups)
    {
        var (seen, new_, signed) = (Sum(visits), Sum(first), Sum(signups));
        return [.. names.Select(name => new Part(name, Math.Max(0, seen.GetValueOrDefault(name)), Math.Max(0, new_.GetValueOrDefault(name)), signed.GetValueOrDefault(name)))
            .Where(part => part.Visits + part.NewVisitors + part.Signups > 0).OrderByDescending(part => part.Visits)];

        static Dictionary<string, long> Sum(IEnumerable<(string Name, long Count)> counts) =>
            counts.GroupBy(each => each.Name, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(each => each.Count), StringComparer.Ordinal);
    }
}
