using Dapper;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>
/// Derives every projection again from the log, some customers at a time, while the product goes on. With check, it only
/// compares and changes nothing.
/// </summary>
public static class Rebuild
{
    private const int AtOnce = 200;

    /// <summary>A customer (or what else a table is kept by) whose rows are not what the log says.</summary>
    public sealed record Difference(string CustomerId, string Table, string Stored, string Derived);

    public sealed record Report(int Customers, IReadOnlyList<Difference> Differences);

    public static async Task<Report> Run(
        NpgsqlDataSource db, Projections projections, bool check, Action<int, int>? progress, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var tables = projections.Folds.SelectMany(fold => fold.Tables).Concat(projections.Replays.Select(replay => replay.Table)).ToArray();
        var all = await Subjects(connection, tables, ct);
        var differences = new List<Difference>();
        for (var done = 0; done < all.Length; done += AtOnce)
        {
            var customers = all[done..Math.Min(all.Length, done + AtOnce)];
            await using var transaction = await connection.BeginTransactionAsync(ct);
            // Alone: no writer may add to a row between its removal and its return.
            await Execute("select set_config('jit', 'off', true), set_config('lock_timeout', '60s', true), pg_advisory_xact_lock(7, -1)");
            foreach (var trail in projections.Trails) await trail.CatchUp(connection, transaction, ct);
            var before = check ? await Rows(connection, transaction, tables, customers, ct) : [];
            foreach (var table in tables) await Execute($"delete from {table} where customer_id = any(@customers)");
            await Execute("delete from customer_emails where customer_id = any(@customers)");
            await Execute(projections.Refold);
            var log = new EventLog(projections);
            await log.ReplayAll(connection, transaction, customers, _ => true, ct);
            foreach (var trail in projections.Trails) await trail.CatchUp(connection, transaction, ct);
            if (check)
            {
                differences.AddRange(Compare(before, await Rows(connection, transaction, tables, customers, ct)));
                await transaction.RollbackAsync(ct);
            }
            else
            {
                await transaction.CommitAsync(ct);
            }

            progress?.Invoke(Math.Min(all.Length, done + AtOnce), all.Length);

            async Task Execute(string sql) => await connection.ExecuteAsync(new CommandDefinition(sql, new { customers }, transaction, commandTimeout: 600, cancellationToken: ct));
        }

        foreach (var trail in projections.Trails) differences.AddRange(await trail.Whole(db, check, ct));
        return new Report(all.Length, differences);
    }

    // Whoever has events or rows: a row without events must go too.
    private static async Task<string[]> Subjects(NpgsqlConnection connection, string[] tables, CancellationToken ct)
    {
        var everyone = string.Join(" union ", tables.Select(table => $"select customer_id from {table}"));
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            $"select customer_id from ({everyone} union select distinct customer_id from events where customer_id is not null union select customer_id from identities where customer_id is not null) s order by customer_id",
            commandTimeout: 600, cancellationToken: ct))];
    }

    private static async Task<Dictionary<(string Customer, string Table), string>> Rows(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string[] tables, string[] customers, CancellationToken ct)
    {
        var rows = new Dictionary<(string, string), string>();
        foreach (var table in tables)
        {
            foreach (var (customer, text) in await connection.QueryAsync<(string, string)>(new CommandDefinition(
                $"select customer_id, string_agg(t::text, E'\\n' order by t::text) from {table} t where customer_id = any(@customers) group by customer_id",
                new { customers }, transaction, cancellationToken: ct)))
                rows[(customer, table)] = text;
        }

        return rows;
    }

    private static IEnumerable<Difference> Compare(
        Dictionary<(string Customer, string Table), string> stored, Dictionary<(string Customer, string Table), string> derived) =>
        stored.Keys.Union(derived.Keys)
            .Where(key => stored.GetValueOrDefault(key) != derived.GetValueOrDefault(key))
            .Select(key => new Difference(key.Customer, key.Table, stored.GetValueOrDefault(key, "(no row)"), derived.GetValueOrDefault(key, "(no row)")));
}
