using System.Diagnostics;
using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>
/// A log of ten million events of 850,000 visitors, every fortieth of them a customer's, made once in a database and kept. Written by
/// SQL; indexes come afterwards, and customers' tables by the product's own rebuild.
/// </summary>
internal static class FunnelData
{
    private const int VisitorsACustomer = 40;

    /// <summary>Into the data folder of a product that does not run: its workers would wait for us, and we for them.</summary>
    public static async Task Make(string folder, int events, int visitors, int days, bool rebuild)
    {
        await using var database = await Database.Open(new Settings { Data = Path.GetFullPath(folder) }, patient: true, _ => { }, default);
        var db = database.Source;
        await using var connection = await db.OpenConnectionAsync();
        if (await connection.ExecuteScalarAsync<bool>("select exists (select from settings where name = 'bench_funnel')")) return;
        var began = Stopwatch.GetTimestamp();
        void Say(string what) => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalSeconds,6:0} s  {what}"));

        Say("customers");
        var until = TimeProvider.System.Now();
        // Customers as they would have been made: by their first event, which everything else is derived from.
        await connection.ExecuteAsync(
            """
            insert into events (subject, source, id, type, occurred_at, received_at, customer_id, properties, history, actor)
            select id, 'system', 'customer_created:' || id, 'customer_created', at, at, id, jsonb_build_object('email', 'team@' || id || '.example', 'organization', 'Company ' || n,
              'signup_date', at::date, 'cohort', (array['VIP', 'Beta', 'Early Access', ''])[1 + n % 4], 'plan', (array['Starter', 'Team', 'Business'])[1 + n % 3],
              'industry', (array['SaaS', 'FinTech', 'Retail'])[1 + n % 3], 'is_test', n % 997 = 5), true, 'cli'
            from (select n, 'f' || lpad(n::text, 6, '0') as id, @until - interval '1 day' * @days * (1 - n::float8 / @customers) as at from generate_series(0, @customers) n) c
            """, new { until, days, customers = visitors / VisitorsACustomer });
        await Rebuild.Run(db, Rooms.Projections, check: false, null, default);
        Say("events");
        var indexes = (await connection.QueryAsync<string>("select indexdef from pg_indexes where tablename = 'events' and indexname <> 'events_pkey'")).ToList();
        await connection.ExecuteAsync("drop index " + string.Join(", ", await connection.QueryAsync<string>("select indexname from pg_indexes where tablename = 'events' and indexname <> 'events_pkey'")));
        await connection.ExecuteAsync("alter table events drop constraint events_pkey; truncate touched; set max_parallel_workers_per_gather = 0; set synchronous_commit = off; set lock_timeout = 0; set maintenance_work_mem = '1GB'");
        string Number(long n) => n.ToString(CultureInfo.InvariantCulture);
        await connection.ExecuteAsync((await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "funnel_data.sql")))
            .Replace("$events", Number(events), StringComparison.Ordinal).Replace("$visitors", Number(visitors), StringComparison.Ordinal)
            .Replace("$days", Number(days), StringComparison.Ordinal).Replace("$until", $"'{until:yyyy-MM-dd HH:mm:ss}Z'", StringComparison.Ordinal));
        Say("links");
        await connection.ExecuteAsync(
            """
            insert into identities (identity, target, customer_id, linked_at)
            select '~v:' || substr(md5('v' || n * 40), 1, 20), id, id, @until from (select n, 'f' || lpad(n::text, 6, '0') as id from generate_series(0, @customers) n) c
            on conflict do nothing
            """, new { until, customers = visitors / VisitorsACustomer });
        Say("indexes");
        await connection.ExecuteAsync("alter table events add primary key (id, source, subject);" + string.Join(";", indexes));
        await connection.ExecuteAsync("vacuum analyze events");
        if (rebuild)
        {
            Say("rebuild");
            await Rebuild.Run(db, Rooms.Projections, check: false, (done, all) => { if (done % 5_000 == 0) Say($"rebuild {done} of {all}"); }, default);
            await connection.ExecuteAsync("vacuum analyze");
        }

        // Scores of half a year for every customer are not what is measured here.
        await connection.ExecuteAsync("truncate touched");
        await connection.ExecuteAsync("insert into settings (name, value, changed_at, changed_by) values ('bench_funnel', 'true', now(), 'cli')");
        Say("done");
    }
}
