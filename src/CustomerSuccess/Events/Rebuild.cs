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
        var differences = await Wholes(connection, projections, check, ct);
        var tables = Tables(projections);
        var all = await Subjects(connection, tables, ct);
        for (var done = 0; done < all.Length; done += AtOnce)
        {
            var customers = all[done..Math.Min(all.Length, done + AtOnce)];
            await using var transaction = await connection.BeginTransactionAsync(ct);
            // Alone: no writer may add to a row between its removal and its return.
            await connection.ExecuteAsync(new CommandDefinition(
                "select set_config('jit', 'off', true), set_config('lock_timeout', '60s', true), pg_advisory_xact_lock(7, -1)", null, transaction, cancellationToken: ct));
            foreach (var trail in projections.Trails) await trail.CatchUp(connection, transaction, ct);
            var before = check ? await Rows(connection, transaction, tables, customers, ct) : [];
            await Derive(connection, transaction, projections, customers, ct);
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
        }

        foreach (var trail in projections.Trails) differences.AddRange(await trail.Whole(db, check, ct));
        return new Report(all.Length, differences);
    }

    /// <summary>Empty these customers' rows and derive them again; the caller holds the writers' lock (7, -1) alone.</summary>
    internal static async Task Derive(NpgsqlConnection connection, NpgsqlTransaction transaction, Projections projections, string[] customers, CancellationToken ct)
    {
        foreach (var table in Tables(projections)) await Execute($"delete from {table} where customer_id = any(@customers)");
        await Execute("delete from customer_emails where customer_id = any(@customers)");
        await Execute(projections.Refold);
        await new EventLog(projections).ReplayAll(connection, transaction, customers, _ => true, ct);

        async Task Execute(string sql) => await connection.ExecuteAsync(new CommandDefinition(sql, new { customers }, transaction, commandTimeout: 600, cancellationToken: ct));
    }

    private static string[] Tables(Projections projections) =>
        [.. projections.Folds.Where(fold => fold.On != FoldOn.Arrival).SelectMany(fold => fold.Tables).Concat(projections.Replays.Select(replay => replay.Table))];

    // First, because who an identity leads to decides what is a customer's.
    private static async Task<List<Difference>> Wholes(NpgsqlConnection connection, Projections projections, bool check, CancellationToken ct)
    {
        var differences = new List<Difference>();
        foreach (var whole in projections.Wholes ?? [])
        {
            if (check)
                differences.AddRange((await connection.QueryAsync<(string Key, string? Stored, string? Derived)>(new CommandDefinition(whole.Differences, commandTimeout: 600, cancellationToken: ct)))
                    .Select(row => new Difference(row.Key, whole.Table, row.Stored ?? "(no row)", row.Derived ?? "(no row)")));
            else await connection.ExecuteAsync(new CommandDefinition(whole.Mend, commandTimeout: 600, cancellationToken: ct));
        }

        return differences;
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
