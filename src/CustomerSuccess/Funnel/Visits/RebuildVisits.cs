using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Funnel.Visits;

/// <summary>
/// Visitors and visit counts from the whole log. In one snapshot: the log without what still waits, which comes on top
/// afterwards. Events are taken in meanwhile; only the worker that follows them stands still.
/// </summary>
public static class RebuildVisits
{
    private static readonly string[] Tables = ["visitors", "visit_days", "visit_counts"];

    private static readonly string FromLog = $"""
        with waits as (
          select k.subject, k.source, k.id from funnel_waiting w, unnest(w.subjects, w.sources, w.ids) as k(subject, source, id) where w.ids is not null
        ),
        page_views as (
          select e.* from events e where e.type = 'page_view'
            and not exists (select from waits w where w.id = e.id and w.source = e.source and w.subject = e.subject)
        ),
        {Sql.Read("Funnel/Visits/visits.sql")}
        """;

    public static async Task<IReadOnlyList<Rebuild.Difference>> Run(NpgsqlDataSource db, bool check, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        // Before the snapshot is taken: one taken while waiting would not see what the worker did last.
        await Say("set statement_timeout = 0; set lock_timeout = '60s'");
        await Say($"select pg_advisory_lock({FollowEvents.Lock}, 0)");
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
            await Say("select set_config('jit', 'off', true), set_config('work_mem', '256MB', true)");
            // Temporary tables of the same names stand before the real ones, so the same text fills them.
            foreach (var table in Tables) await Say(check ? $"create temp table {table} (like public.{table} including indexes) on commit drop" : $"delete from {table}");
            await FollowEvents.FoldVisits(connection, transaction, FromLog, null, ct);
            var differences = check ? await Compare(connection, transaction, ct) : [];
            if (check) await transaction.RollbackAsync(ct);
            else await transaction.CommitAsync(ct);
            return differences;
        }
        finally
        {
            await connection.ExecuteAsync($"select pg_advisory_unlock({FollowEvents.Lock}, 0); reset statement_timeout; reset lock_timeout");
        }

        async Task Say(string sql) => await connection.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 600, cancellationToken: ct));
    }

    private static async Task<IReadOnlyList<Rebuild.Difference>> Compare(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        var differences = new List<Rebuild.Difference>();
        foreach (var (table, key) in new[] { ("visitors", "visitor"), ("visit_days", "day::text"), ("visit_counts", "day || ' ' || what || ' ' || value") })
        {
            differences.AddRange((await connection.QueryAsync<(string Key, string? Stored, string? Derived)>(new CommandDefinition(
                $"""
                select coalesce(s.key, d.key), s.row, d.row
                from (select {key} as key, t::text as row from public.{table} t) s
                full join (select {key} as key, t::text as row from pg_temp.{table} t) d on d.key = s.key
                where s.row is distinct from d.row order by 1 limit 1000
                """, null, transaction, commandTimeout: 3_600, cancellationToken: ct)))
                .Select(one => new Rebuild.Difference(one.Key, table, one.Stored ?? "(no row)", one.Derived ?? "(no row)")));
        }

        return differences;
    }
}
