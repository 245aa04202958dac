using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>A log that is already long, made once and kept: what ingest costs on top of it.</summary>
internal static class ManyRows
{
    /// <summary>At least so many events over a year, in the order of time, analyzed as autovacuum would have.</summary>
    public static async Task Make(Product product, int rows, int customers)
    {
        if (rows == 0) return;
        await using var connection = new NpgsqlConnection(product.ConnectionString);
        await connection.OpenAsync();
        var there = await connection.ExecuteScalarAsync<long>("select count(*) from events where id like 'old-%'");
        if (there >= rows) return;
        Console.Error.WriteLine($"{rows} rows: about a minute for two million");
        var others = (await connection.QueryAsync<(string Name, string Definition)>("select indexname, indexdef from pg_indexes where tablename = 'events' and indexname <> 'events_pkey'")).ToList();
        await connection.ExecuteAsync(string.Concat(others.Select(one => $"drop index {one.Name};")) + "alter table events drop constraint events_pkey; set max_parallel_workers_per_gather = 0");
        await connection.ExecuteAsync(
            """
            insert into events (subject, source, id, type, occurred_at, received_at, customer_id, properties, history, actor)
            select c, 'native', 'old-' || n, case when n % 3 = 0 then 'issue_resolution' else 'api_call' end, at, at, c,
              case when n % 3 = 0 then jsonb_build_object('issue_url', 'https://github.com/acme/app/issues/' || n, 'pr_url', 'https://github.com/acme/app/pull/' || n, 'success', true, 'duration_ms', n % 9000)
                else '{"status": 200}' end, false, 'key:bench'
            from generate_series(@there, @rows - 1) n,
              lateral (select 'l' || lpad((1 + n * 7919 % @customers)::text, 4, '0') as c, now() - interval '365 days' * (1 - n::float8 / @rows) as at) one;
            """, new { there, rows = (long)rows, customers = (long)customers });
        await connection.ExecuteAsync("alter table events add primary key (id, source, subject);" + string.Join(";", others.Select(one => one.Definition)));
        await connection.ExecuteAsync("vacuum analyze events");
    }
}
