using System.Data;
using CustomerSuccess.Funnel.Engine.Walk;
using Npgsql;
using NpgsqlTypes;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>Reads the log part by part on two connections: short statements that hold nothing, so that ingest does not wait for them.</summary>
internal sealed class ReadLog(NpgsqlDataSource db, Reading reading, Labels labels)
{
    /// <summary>
    /// A part of 1 MB: what the server packs of it stays below the size from which it asks the kernel for fresh memory each time, and finding a
    /// name again in one is quick.
    /// </summary>
    public const int BlocksAPart = 128;

    /// <summary>Shelves are chosen by the highest six bits of the key.</summary>
    public const int Shelves = 64, ShelfShift = 58;

    private const string ByPlace = "ctid >= $1 and ctid < $2 and received_at < $3", ByReceipt = "received_at >= $1 and received_at < $2";

    private long bots;
    private long rows;

    /// <summary>Which events to keep; null keeps all.</summary>
    public Func<ulong, bool>? Keep { get; init; }

    /// <summary>More rows than this are not kept; the whole would be about as many as the exception says.</summary>
    public long MostRows { get; init; } = long.MaxValue;

    public long Bots => bots;

    public sealed class TooMany(long about) : Exception
    {
        public long About => about;
    }

    /// <summary>Everything received before the cut by shelf. progress hears how much of the table is read, 0 to 1, and how many events that were.</summary>
    public async Task<Rows[]> Before(DateTime cut, Action<double, long> progress, CancellationToken ct)
    {
        long blocks;
        await using (var command = db.CreateCommand("select pg_relation_size('events') / current_setting('block_size')::bigint"))
        {
            blocks = (long)(await command.ExecuteScalarAsync(ct))!;
        }

        // On a cluster the table's own file is empty; there it is read as one part.
        var parts = (int)Math.Max(1, (blocks + BlocksAPart - 1) / BlocksAPart);
        var (all, next, done) = (NewRows(), -1, 0);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var readers = Enumerable.Range(0, Math.Min(2, parts)).Select(_ => Task.Run(async () =>
        {
            try
            {
                await using var connection = await db.OpenConnectionAsync(failed.Token);
                var mine = new ReadPart(labels, all, Keep);
                for (var part = Interlocked.Increment(ref next); part < parts; part = Interlocked.Increment(ref next))
                {
                    NpgsqlParameter[] place = blocks == 0 ? [] : [Tid((uint)(part * BlocksAPart)), Tid((uint)((part + 1) * BlocksAPart))];
                    await Read(connection, blocks == 0 ? "received_at < $1" : ByPlace, blocks > 0, [.. place, Instant(cut)], mine, part, (part + 1.0) / parts, failed.Token);
                    var finished = Interlocked.Increment(ref done);
                    if (rows > MostRows) throw new TooMany(rows * parts / finished);
                    progress((double)finished / parts, Interlocked.Read(ref rows));
                }
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }, failed.Token)).ToList();
        try
        {
            await Task.WhenAll(readers);
        }
        catch (OperationCanceledException) when (readers.Select(reader => reader.Exception?.InnerException).OfType<Exception>().FirstOrDefault(e => e is not OperationCanceledException) is { } cause)
        {
            // The other reader only stopped because this one failed.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(cause);
        }

        return all;
    }

    /// <summary>What was received in between, found by the index over receipts: its place in the table is not known.</summary>
    public async Task<Rows[]> Between(DateTime from, DateTime to, CancellationToken ct)
    {
        var all = NewRows();
        await using var connection = await db.OpenConnectionAsync(ct);
        await Read(connection, ByReceipt, place: false, [Instant(from), Instant(to)], new ReadPart(labels, all, Keep), Shelf.Lately, 1, ct);
        if (rows > MostRows) throw new TooMany(rows);
        return all;
    }

    private async Task Read(NpgsqlConnection connection, string part, bool place, NpgsqlParameter[] own, ReadPart into, int number, double share, CancellationToken ct)
    {
        if (await Read(connection, part, place, clean: false, own, into, number, share, ct)) return;
        await Read(connection, part, place, clean: true, [.. own.Select(parameter => parameter.Clone())], into, number, share, ct);
    }

    // False where a label has the divider in it.
    private async Task<bool> Read(NpgsqlConnection connection, string part, bool place, bool clean, NpgsqlParameter[] own, ReadPart into, int number, double share, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(reading.Statement(part, place, clean, own.Length), connection);
        command.Parameters.AddRange(own);
        foreach (var value in reading.Values) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess | CommandBehavior.SingleRow, ct);
        if (!await reader.ReadAsync(ct) || await reader.IsDBNullAsync(0, ct)) return true;
        if (!into.Fill(reader)) return false;
        var (kept, ofBots) = into.Add(number, share);
        Interlocked.Add(ref bots, ofBots);
        Interlocked.Add(ref rows, kept);
        return true;
    }

    private static Rows[] NewRows() => [.. Enumerable.Range(0, Shelves).Select(_ => new Rows())];

    private static NpgsqlParameter Tid(uint block) => new() { Value = new NpgsqlTid(block, 0), NpgsqlDbType = NpgsqlDbType.Tid };

    private static NpgsqlParameter Instant(DateTime at) => new() { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz };
}
