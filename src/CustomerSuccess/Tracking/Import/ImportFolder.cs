using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Change;
using CustomerSuccess.Tracking.Csv;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tracking.Import;

/// <summary>How to import. Update: known rows with other values are changed. Live: what changes happens now, with its effects.</summary>
public sealed record ImportOptions(bool Update = false, bool Live = false, string Actor = "cli")
{
    /// <summary>Told how many rows of how many are done.</summary>
    public Action<long, long>? Progress { get; init; }

    /// <summary>What an earlier pass read, where a folder is followed: only what changed since is looked at.</summary>
    public SeenRows? Seen { get; init; }
}

/// <summary>
/// Moves the three files into the database as events: all or nothing, in one transaction, as history. It can be repeated:
/// a row that is known with the same values is passed over.
/// </summary>
public static class ImportFolder
{
    private const int AtOnce = 500;

    // Imports wait for each other: the ids of one must be known to the next.
    // The planner knows nothing of what this transaction has written itself; left alone it reads whole tables for every batch.
    private const string Prologue = """
        select pg_advisory_xact_lock(14, 1), set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true), set_config('jit', 'off', true),
          set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)
        """;

    /// <summary>What an import would do, changes included; writes nothing.</summary>
    public static Task<ImportReport> Preview(NpgsqlDataSource db, OpenFiles files, TimeProvider clock, CancellationToken ct) =>
        Go(db, null, files, new ImportOptions(Update: true), clock, ct);

    /// <summary>Import. Where the report has errors, nothing was changed.</summary>
    public static async Task<ImportReport> Run(NpgsqlDataSource db, EventLog log, OpenFiles files, ImportOptions options, TimeProvider clock, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Go(db, log, files, options, clock, ct);
            }
            catch (PostgresException error) when (attempt < 3 && error.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                // It crossed the rows of somebody who counts at the same time, and has changed nothing: once more from the start.
            }
        }
    }

    private static async Task<ImportReport> Go(NpgsqlDataSource db, EventLog? log, OpenFiles files, ImportOptions options, TimeProvider clock, CancellationToken ct)
    {
        var errors = new List<RowError>();
        var reader = new ReadTable(errors);
        var tally = new ImportTally(options.Update, reader);
        var read = SeenRows.Read(files, reader, clock.Today(), ct);
        if (errors.Count > 0) return tally.Report(errors);

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Prologue, null, transaction, cancellationToken: ct));
        if (log is not null)
        {
            // Numbers first, then customers, as whoever makes a customer takes them; and before anything is compared, so that it stays true.
            foreach (var (prefix, last) in read.Numbers.OrderBy(number => number.Key)) await Numbers.Raise(prefix, last, connection, transaction, ct);
            await EventLog.Lock(connection, transaction, read.Customers, ct);
        }

        var queued = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select coalesce(max(id), 0) from touched", null, transaction, cancellationToken: ct));
        var moment = new Moment("csv", options.Actor, clock.Now(), History: !options.Live);
        var empty = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select not exists (select 1 from customers) and not exists (select 1 from activity) and not exists (select 1 from engagement_rows)", null, transaction, cancellationToken: ct));
        var batch = new ImportBatch(connection, transaction, log, moment, tally, reader, options.Seen, read) { NothingKnown = empty };
        var done = 0L;
        foreach (var lines in files.Customers(reader).Chunk(AtOnce))
        {
            await batch.Customers(lines, ct);
            options.Progress?.Invoke(done += lines.Length, read.Rows);
        }

        foreach (var lines in files.Engagement(reader).Chunk(AtOnce * 2))
        {
            await batch.Engagement(lines, ct);
            options.Progress?.Invoke(done += lines.Length, read.Rows);
        }

        if (errors.Count > 0 || log is null) return tally.Report(errors);
        await batch.Flush(ct);
        // A customer with many rows waits once for its health to be worked out, not once per batch.
        await connection.ExecuteAsync(new CommandDefinition(
            """
            with many as (delete from touched where id > @queued returning customers, since)
            insert into touched (customers, since) select array_agg(customer_id), array_agg(since) from (
              select customer_id, min(day) as since, (row_number() over (order by customer_id) - 1) / 1000 as part
              from many, unnest(many.customers, many.since) as one(customer_id, day) group by customer_id
            ) each group by part
            """, new { queued }, transaction, cancellationToken: ct));
        await Record.Tell(connection, transaction, ct);
        var report = tally.Report(errors);
        if (!report.ChangesNothing) await log.Late(connection, transaction, moment.Now, ct);
        await transaction.CommitAsync(ct);
        options.Seen?.Become(read);
        return report;
    }
}
