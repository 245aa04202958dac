using System.Security.Cryptography;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Audit;

/// <summary>Finds out whether anyone changed, removed, added or reordered audit rows behind the product's back.</summary>
public static class VerifyAudit
{
    /// <param name="Rows">Rows read.</param>
    /// <param name="Problem">The first thing that is wrong, or null.</param>
    public sealed record Result(long Rows, string? Problem);

    public static async Task<Result> Run(NpgsqlDataSource db, AuditSeal seal, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        // One snapshot, so that rows written meanwhile do not look like rows the head does not know.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var head = await connection.QuerySingleOrDefaultAsync<Head>(new CommandDefinition(
            "select seq, hash from audit_head", null, transaction, cancellationToken: ct));
        if (head is null) return new(0, "The head of the chain is missing.");
        long last = 0;
        byte[] previous = [];
        await using var read = new NpgsqlCommand(
            "select seq, at, actor, action, target, details::text, previous_hash, hash from audit order by seq", connection, transaction);
        await using (var rows = await read.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
            {
                var row = new AuditRow(
                    rows.GetInt64(0), rows.GetDateTime(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), rows.GetString(5), (byte[])rows[6]);
                if (row.Seq != last + 1) return new(last, Missing(last + 1, row.Seq - 1));
                if (!row.PreviousHash.AsSpan().SequenceEqual(previous)) return new(last, $"Row {row.Seq} does not follow row {last}: one of them was changed or moved.");
                previous = (byte[])rows[7];
                if (!CryptographicOperations.FixedTimeEquals(seal.Of(row), previous)) return new(last, $"Row {row.Seq} was changed, or written without the installation's secret.");
                last = row.Seq;
            }
        }

        if (head.Seq > last) return new(last, Missing(last + 1, head.Seq));
        if (head.Seq < last || !head.Hash.AsSpan().SequenceEqual(previous)) return new(last, "The head of the chain was changed: it is not the last row.");
        // Every user was recorded when made, so an empty log beside users was emptied.
        if (last == 0 && await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from users)", null, transaction, cancellationToken: ct)))
            return new(0, "The log is empty although there are users: its rows were removed.");
        return new(last, null);
    }

    private static string Missing(long from, long to) => from >= to ? $"Row {from} is missing." : $"Rows {from} to {to} are missing.";

    private sealed record Head(long Seq, byte[] Hash);
}
