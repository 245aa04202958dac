using CustomerSuccess.Events.Ingestion;
using CustomerSuccess.Health;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Web.Dashboard;

/// <summary>
/// The dashboard's figures, shared by all who look: worked out when someone asks and something changed, at most once a second.
/// History and filter values are as of the last five minutes.
/// </summary>
public sealed class LatestFigures(NpgsqlDataSource db, Signals signals, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HistoryAge = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private Work? running;
    private Work? waiting;
    private long changed;
    private (DateOnly Day, long At, DashboardHistory History)? history;

    private sealed record Work(long Started, DateOnly Day, Task<DashboardFigures> Figures);

    /// <summary>For a page that is opened: at most a second old.</summary>
    public Task<DashboardFigures> Now()
    {
        lock (gate)
        {
            var fresh = running is { Figures.IsFaulted: false } && running.Day == clock.Today() &&
                (running.Started > changed ? clock.GetElapsedTime(running.Started) < Oldest : clock.GetElapsedTime(running.Started) < Spacing);
            return fresh ? running!.Figures : Since(clock.GetTimestamp());
        }
    }

    /// <summary>For a page that follows: with everything that was announced before now.</summary>
    public Task<DashboardFigures> Latest()
    {
        lock (gate)
        {
            return running is { Figures.IsFaulted: false } && running.Day == clock.Today() && running.Started > changed && clock.GetElapsedTime(running.Started) < Oldest
                ? running.Figures : Since(clock.GetTimestamp());
        }
    }

    /// <summary>Lines and filter values; the first caller of a day waits, later ones never.</summary>
    public async Task<DashboardHistory> History(CancellationToken ct)
    {
        if (history is not { } known || known.Day != clock.Today()) return await ReadHistory(await Now(), ct);
        if (clock.GetElapsedTime(known.At) > HistoryAge)
        {
            history = known with { At = clock.GetTimestamp() };
            _ = Task.Run(async () => await ReadHistory(await Now(), CancellationToken.None), CancellationToken.None);
        }

        return known.History;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hints = signals.Subscribe(Signals.Standings);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!await hints.Wait(TimeSpan.FromMinutes(1), stoppingToken)) continue;
            lock (gate) changed = clock.GetTimestamp();
        }
    }

    private Task<DashboardFigures> Since(long moment)
    {
        if (running is { Figures.IsFaulted: false } && running.Started >= moment) return running.Figures;
        waiting ??= new Work(moment, clock.Today(), Task.Run(async () =>
        {
            var pause = running is null ? TimeSpan.Zero : Spacing - clock.GetElapsedTime(running.Started);
            if (pause > TimeSpan.Zero) await Task.Delay(pause, clock);
            lock (gate)
            {
                running = waiting! with { Started = clock.GetTimestamp(), Day = clock.Today() };
                waiting = null;
            }

            return await Read(running.Day);
        }));
        return waiting.Figures;
    }

    private async Task<DashboardFigures> Read(DateOnly today)
    {
        await using var connection = await db.OpenConnectionAsync();
        var args = new { today, inactive_after = ScoreHealth.InactiveAfterDays };
        await using var answer = await connection.QueryMultipleAsync(Sql.Read("Web/Dashboard/figures.sql"), args);
        var groups = (await answer.ReadAsync<DashboardFigures.Group>()).AsList();
        var active = await answer.ReadSingleAsync<long>();
        var absent = await answer.ReadSingleAsync<DashboardFigures.Absent>();
        var needs = (await answer.ReadAsync<NeedsYou>()).AsList();
        if (needs.Count > 0) needs = await Evidence(connection, needs, today);
        return new DashboardFigures(today, groups, active, absent, needs);
    }

    private static async Task<List<NeedsYou>> Evidence(NpgsqlConnection connection, List<NeedsYou> needs, DateOnly today)
    {
        var args = new { ids = needs.Select(need => need.CustomerId).ToArray(), week_ago = today.AddDays(-7) };
        await using var answer = await connection.QueryMultipleAsync(Sql.Read("Web/Dashboard/evidence.sql"), args);
        var scores = (await answer.ReadAsync<(string Id, int Score)>()).ToDictionary(each => each.Id, each => each.Score);
        var requests = (await answer.ReadAsync<(string Id, long Requests)>()).ToDictionary(each => each.Id, each => each.Requests);
        return needs.ConvertAll(need => need with
        {
            ScoreWeekAgo = scores.TryGetValue(need.CustomerId, out var score) ? score : null,
            SupportRequests = requests.GetValueOrDefault(need.CustomerId),
        });
    }

    private async Task<DashboardHistory> ReadHistory(DashboardFigures now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var answer = await connection.QueryMultipleAsync(new CommandDefinition(Sql.Read("Web/Dashboard/history.sql"), new { today = now.Today }, cancellationToken: ct));
        var read = DashboardHistory.Of(now,
            (await answer.ReadAsync<DashboardHistory.ActiveDay>()).AsList(),
            (await answer.ReadAsync<DashboardHistory.DayCount>()).AsList(),
            (await answer.ReadAsync<DashboardHistory.DayCount>()).AsList(),
            (await answer.ReadAsync<DashboardHistory.Choice>()).AsList());
        await answer.DisposeAsync();
        var restated = await RestatedDays.Of(connection, now.Today.AddDays(1 - DashboardHistory.Days), now.Today, ct);
        read = read with { Restated = [.. restated.Values.OrderBy(day => day.Day)] };
        history = (now.Today, clock.GetTimestamp(), read);
        return read;
    }
}
