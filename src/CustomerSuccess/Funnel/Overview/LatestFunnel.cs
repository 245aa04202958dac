using System.Collections.Concurrent;
using CustomerSuccess.Funnel.Figures;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Funnel.Overview;

/// <summary>
/// The funnel page's figures, worked out at most once a second a window and shared by all viewers. Unique visitors of the
/// period before take a look at every visitor; they change seldom and are worked out beside the page.
/// </summary>
public sealed class LatestFunnel(NpgsqlDataSource db, TimeProvider clock)
{
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(10), Patience = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<FunnelWindow, Latest<FunnelOverview>> slots = new();
    private readonly ConcurrentDictionary<FunnelWindow, (long At, Lazy<Task<long>> Unique)> settled = new();

    /// <summary>For a page that was asked for: at most a second old.</summary>
    public Task<FunnelOverview> Now(FunnelWindow window) => SlotOf(window).Now();

    /// <summary>For a page that follows: with everything that was announced before this call.</summary>
    public Task<FunnelOverview> Next(FunnelWindow window) => SlotOf(window).Next();

    private Latest<FunnelOverview> SlotOf(FunnelWindow window)
    {
        if (slots.Count > 100) slots.Clear();
        return slots.GetOrAdd(window, static (key, self) => new Latest<FunnelOverview>(() => FunnelOverview.Read(self.db, key, self.Unique, CancellationToken.None), self.clock), (db, clock, Unique: (Func<FunnelWindow, Task<long?>>)Unique));
    }

    private async Task<long?> Unique(FunnelWindow window)
    {
        if (settled.Count > 100) settled.Clear();
        var entry = settled.AddOrUpdate(window, Make, (key, known) =>
            clock.GetElapsedTime(known.At) < Settled && !(known.Unique.IsValueCreated && known.Unique.Value.IsFaulted) ? known : Make(key));
        var task = entry.Unique.Value;
        return await Task.WhenAny(task, Task.Delay(Patience)) == task && task.IsCompletedSuccessfully ? await task : null;
    }

    private (long, Lazy<Task<long>>) Make(FunnelWindow window) => (clock.GetTimestamp(), new Lazy<Task<long>>(() => Task.Run(async () =>
    {
        await using var connection = await db.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(Sql.Read("Funnel/Figures/unique_visitors.sql"), FunnelFigures.Bounds(window));
    })));
}
