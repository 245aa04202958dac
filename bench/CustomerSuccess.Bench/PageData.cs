using System.Diagnostics;
using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Health;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>
/// The large database that pages are timed on, made once and kept. Events are written by SQL; everything else is derived
/// from them by the product's own rebuild and refresh.
/// </summary>
internal static class PageData
{
    /// <param name="product">Runs.</param>
    /// <param name="customers">So many.</param>
    /// <param name="light">Fewer events, and more of what moves the onboarding, for programs that ask for customers and not for their events.</param>
    public static async Task Make(Product product, int customers, bool light = false)
    {
        await using var db = Database.Pool(product.ConnectionString, patient: true);
        await using var connection = await db.OpenConnectionAsync();
        if (await connection.ExecuteScalarAsync<bool>("select exists (select from settings where name = 'bench_pages')")) return;
        var began = Stopwatch.GetTimestamp();
        void Say(string what) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalSeconds,6:0} s  {what}"));

        var indexes = (await connection.QueryAsync<string>("select indexdef from pg_indexes where tablename = 'events' and indexname <> 'events_pkey'")).ToList();
        Say("events");
        await connection.ExecuteAsync("drop index " + string.Join(", ", await connection.QueryAsync<string>("select indexname from pg_indexes where tablename = 'events' and indexname <> 'events_pkey'")));
        await connection.ExecuteAsync("alter table events drop constraint events_pkey; truncate touched; set max_parallel_workers_per_gather = 0");
        var sql = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "page_data.sql")))
            .Replace("$customers", customers.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("$lighter", light ? "2" : "1", StringComparison.Ordinal)
            .Replace("$until", $"'{TimeProvider.System.Now():yyyy-MM-dd HH:mm:ss}'", StringComparison.Ordinal);
        await connection.ExecuteAsync(sql);
        Say("indexes");
        await connection.ExecuteAsync("alter table events add primary key (id, source, subject);" + string.Join(";", indexes) + "; analyze events");
        Say("rebuild");
        await Rebuild.Run(db, Rooms.Projections, check: false, (done, all) => { if (done % 10_000 == 0) Say($"rebuild {done} of {all}"); }, default);
        await connection.ExecuteAsync("vacuum analyze");
        Say("standings");
        var log = new Events.EventLog(Rooms.Projections);
        // The serving process refreshes too; between the two of them the queue runs empty.
        while (await connection.ExecuteScalarAsync<bool>("select exists (select from touched)"))
        {
            if ((await RefreshStandings.Run(db, log, TimeProvider.System, 2_000, default)).Count == 0) await Task.Delay(100);
        }

        Say("history of scores");
        await connection.ExecuteAsync(
            """
            insert into health_scores (customer_id, day, model, version, score, status, points)
            select s.customer_id, current_date - ago, 'early_access', 1, greatest(0, s.score - ago / 4), s.band, h.points
            from standings s join health_scores h on h.customer_id = s.customer_id and h.day = current_date, unnest(array[3, 8, 21, 50, 90]) ago
            on conflict do nothing;
            insert into settings (name, value, changed_at, changed_by) values ('bench_pages', 'true', now(), 'cli')
            """);
        await connection.ExecuteAsync("vacuum analyze");
        Say("done");
    }
}
