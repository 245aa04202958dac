using System.Buffers.Binary;
using System.Data;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CustomerSuccess.Funnel.Engine.Walk;
using Npgsql;
using NpgsqlTypes;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>Reads the log part by part on two connections: short statements that hold nothing, so that ingest does not wait for them.</summary>
internal sealed class ReadLog(NpgsqlDataSource db, Reading reading, Labels labels)
{
    /// <summary>A part of 4 MB: small enough that finding a name again in one is quick.</summary>
    public const int BlocksAPart = 512;

    /// <summary>Shelves are chosen by the highest six bits of the key.</summary>
    public const int Shelves = 64, ShelfShift = 58;

    private const string ByPlace = "ctid >= $1 and ctid < $2 and received_at < $3", ByReceipt = "received_at >= $1 and received_at < $2";

    /// <summary>Which events to keep; null keeps all.</summary>
    public Func<ulong, bool>? Keep { get; init; }

    /// <summary>More rows than this are not kept; the whole would be about as many as the exception says.</summary>
    public long MostRows { get; init; } = long.MaxValue;

    public long Bots => bots;

    private long bots;
    private long rows;

    public sealed class TooMany(long about) : Exception
    {
        public long About => about;
    }

    /// <summary>Everything received before the cut, a list of rows per shelf. progress hears how much of the table is read, 0 to 1, and how many events that were.</summary>
    public async Task<IReadOnlyList<Rows>[]> Before(DateTime cut, Action<double, long> progress, CancellationToken ct)
    {
        long blocks;
        await using (var command = db.CreateCommand("select pg_relation_size('events') / current_setting('block_size')::bigint"))
        {
            blocks = (long)(await command.ExecuteScalarAsync(ct))!;
        }

        // On a cluster the table's own file is empty; there it is read as one part.
        var parts = (int)Math.Max(1, (blocks + BlocksAPart - 1) / BlocksAPart);
        var (next, done) = (-1, 0);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var readers = Enumerable.Range(0, Math.Min(2, parts)).Select(_ => Task.Run(async () =>
        {
            var mine = NewRows();
            try
            {
                await using var connection = await db.OpenConnectionAsync(failed.Token);
                var buffers = new Buffers();
                for (var part = Interlocked.Increment(ref next); part < parts; part = Interlocked.Increment(ref next))
                {
                    foreach (var shelf in mine) shelf.Part(part);
                    NpgsqlParameter[] place = blocks == 0 ? [] : [Tid((uint)(part * BlocksAPart)), Tid((uint)((part + 1) * BlocksAPart))];
                    await Read(connection, blocks == 0 ? "received_at < $1" : ByPlace, [.. place, Instant(cut)], mine, buffers, failed.Token);
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

            return mine;
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

        return [.. Enumerable.Range(0, Shelves).Select(shelf => (IReadOnlyList<Rows>)[.. readers.Select(reader => reader.Result[shelf])])];
    }

    /// <summary>What was received in between, found by the index over receipts: its place in the table is not known.</summary>
    public async Task<IReadOnlyList<Rows>> Between(DateTime from, DateTime to, CancellationToken ct)
    {
        var all = NewRows();
        await using var connection = await db.OpenConnectionAsync(ct);
        foreach (var shelf in all) shelf.Part(Shelf.Lately);
        await Read(connection, ByReceipt, [Instant(from), Instant(to)], all, new Buffers(), ct);
        if (rows > MostRows) throw new TooMany(rows);
        return all;
    }

    private async Task Read(NpgsqlConnection connection, string part, NpgsqlParameter[] place, Rows[] into, Buffers buffers, CancellationToken ct)
    {
        var many = 0;
        await using (var command = new NpgsqlCommand(reading.Statement(part, place.Length), connection))
        {
            Bind(command, place);
            await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess | CommandBehavior.SingleRow, ct);
            if (await reader.ReadAsync(ct) && !await reader.IsDBNullAsync(0, ct))
            {
                many = (int)(reader.GetBytes(0, 0, null, 0, 0) / sizeof(long));
                buffers.Take(many);
                for (var column = 0; column < 3; column++) buffers.Fill(reader, column, many);
            }
        }

        if (many == 0) return;
        if (Unknown(buffers.Labels.AsSpan(0, many))) await Learn(connection, part, place, ct);
        Add(buffers, many, into);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Unknown(ReadOnlySpan<long> hashes)
    {
        var last = 0L;
        foreach (var hash in hashes)
        {
            if (hash == last) continue;
            if (!labels.Knows(hash)) return true;
            last = hash;
        }

        return false;
    }

    private async Task Learn(NpgsqlConnection connection, string part, NpgsqlParameter[] place, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(reading.Names(part, place.Length), connection);
        Bind(command, [.. place.Select(parameter => parameter.Clone())]);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) labels.Learn(reader.GetInt64(0), reader.GetString(1));
    }

    // Runs ten million times in the first second: there is no time to find out that it is worth compiling well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(Buffers buffers, int many, Rows[] into)
    {
        var keys = buffers.Keys.AsSpan(0, many);
        var times = buffers.Times.AsSpan(0, many);
        var hashes = buffers.Labels.AsSpan(0, many);
        var (lastHash, tag, ofBots, added) = (0L, Labels.Bot, 0L, 0L);
        for (var n = 0; n < keys.Length; n++)
        {
            if (hashes[n] != lastHash)
            {
                lastHash = hashes[n];
                ref var near = ref buffers.Near[lastHash & 255];
                if (near.Hash != lastHash || lastHash == 0) near = (lastHash, labels.Tag(lastHash));
                tag = near.Tag;
            }

            var key = (ulong)keys[n];
            if (Keep is not null && !Keep(key)) continue;
            if (tag == Labels.Bot)
            {
                ofBots++;
                continue;
            }

            into[key >> ShelfShift].Add(key, Packed.Event(Math.Max(0, times[n]), tag));
            added++;
        }

        Interlocked.Add(ref bots, ofBots);
        Interlocked.Add(ref rows, added);
    }

    private void Bind(NpgsqlCommand command, NpgsqlParameter[] place)
    {
        command.Parameters.AddRange(place);
        foreach (var value in reading.Values) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
    }

    private static Rows[] NewRows() => [.. Enumerable.Range(0, Shelves).Select(_ => new Rows())];

    private static NpgsqlParameter Tid(uint block) => new() { Value = new NpgsqlTid(block, 0), NpgsqlDbType = NpgsqlDbType.Tid };

    private static NpgsqlParameter Instant(DateTime at) => new() { Value = at, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    /// <summary>Room for one part, used again for the next.</summary>
    private sealed class Buffers
    {
        private byte[] raw = [];

        public long[] Keys { get; private set; } = [];

        public long[] Times { get; private set; } = [];

        public long[] Labels { get; private set; } = [];

        /// <summary>The tags met last, by the lowest bits of their hash.</summary>
        public (long Hash, int Tag)[] Near { get; } = new (long, int)[256];

        public void Take(int many)
        {
            if (Keys.Length >= many) return;
            (Keys, Times, Labels, raw) = (new long[many * 5 / 4], new long[many * 5 / 4], new long[many * 5 / 4], new byte[many * 5 / 4 * sizeof(long)]);
        }

        // The wire's byte order is the other one.
        public void Fill(NpgsqlDataReader reader, int column, int many)
        {
            reader.GetBytes(column, 0, raw, 0, many * sizeof(long));
            var into = column switch { 0 => Keys, 1 => Times, _ => Labels };
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, long>(raw.AsSpan(0, many * sizeof(long))), into.AsSpan(0, many));
        }
    }
}
