using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CustomerSuccess.Funnel.Engine.Walk;
using Npgsql;
using NpgsqlTypes;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>What was read of the log, and what there was to see then.</summary>
/// <param name="Old">What was received before the cut.</param>
/// <param name="Labels">What the tags stand for.</param>
/// <param name="Cut">What is received from here on is not in it.</param>
/// <param name="News">What there was to see when it was read.</param>
/// <param name="Bots">Events of bots before the cut.</param>
internal sealed record Kept(Shelf[] Old, Labels Labels, DateTime Cut, Seen News, long Bots);

/// <summary>What may have happened to the log: see news.sql.</summary>
internal sealed record Seen(DateTime Since, long Changes, long Blocks, long Links);

/// <summary>
/// The log in memory put aside in a file, so that after a pause or a restart only what came since is read. Nobody misses it: where it is not
/// there, torn, of another version or not of this very table, the log is read. Whether the past was changed since says whoever asks.
/// </summary>
internal sealed class KeptLog(string file, NpgsqlDataSource db, Reading reading)
{
    private const int Version = 1, LatestBlocks = 256;

    private readonly Lock gate = new();

    /// <summary>With fewer events the log is read as quickly.</summary>
    public int Fewest { get; init; } = 300_000;

    /// <summary>Write it, in place of the one before; a disk that is full or not ours to write to keeps none.</summary>
    public async Task Save(Kept log, CancellationToken ct)
    {
        try
        {
            if (await Place(log, ct) is not { } place) return;
            lock (gate) Write(log, place);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NpgsqlException)
        {
            Forget();
        }
    }

    /// <summary>What is in the file, if it is of this table; who sees anything but that deletes it.</summary>
    public async Task<Kept?> Load(CancellationToken ct)
    {
        try
        {
            if (!File.Exists(file)) return null;
            var (log, place) = Read();
            if (await Place(log, ct) == place) return log;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Read the log instead.
        }

        Forget();
        return null;
    }

    public void Forget()
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is looked through again before it is believed.
        }
    }

    /// <summary>The rows of the last blocks as they were then; null where the table has no file of its own, as on a cluster.</summary>
    private async Task<string?> Place(Kept log, CancellationToken ct)
    {
        if (log.News.Blocks == 0) return null;
        await using var command = db.CreateCommand(Platform.Sql.Read("Funnel/Engine/Memory/kept_place.sql"));
        foreach (var block in new[] { Math.Max(0, log.News.Blocks - LatestBlocks), log.News.Blocks })
            command.Parameters.Add(new NpgsqlParameter { Value = new NpgsqlTid((uint)block, 0), NpgsqlDbType = NpgsqlDbType.Tid });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = log.Cut });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{reader.GetInt64(0)} {reader.GetInt64(1)} {reader.GetString(2)}");
    }

    private void Write(Kept log, string place)
    {
        var head = new MemoryStream();
        using (var writer = new BinaryWriter(head, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Version);
            writer.Write(reading.Statement("", place: true, clean: false, 0));
            writer.Write(place);
            foreach (var number in new[] { log.Cut.Ticks, log.News.Since.Ticks, log.News.Changes, log.News.Blocks, log.News.Links, log.Bots }) writer.Write(number);
            var texts = log.Labels.Texts;
            writer.Write(texts.Count);
            foreach (var text in texts) writer.Write(text);
            writer.Write(log.Old.Length);
            foreach (var shelf in log.Old)
            {
                writer.Write(shelf.Count);
                writer.Write(shelf.Events);
            }
        }

        var written = file + ".new";
        using (var handle = File.OpenHandle(written, FileMode.Create, FileAccess.Write))
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var (at, sum) = (0L, 0u);
            void Put(ReadOnlySpan<byte> bytes)
            {
                sum = Sum(sum, bytes);
                RandomAccess.Write(handle, bytes, at);
                at += bytes.Length;
            }

            Span<byte> number = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(number, head.Length);
            Put(number);
            Put(head.GetBuffer().AsSpan(0, (int)head.Length));
            foreach (var shelf in log.Old) shelf.Write(Put);
            BinaryPrimitives.WriteInt64LittleEndian(number, sum);
            RandomAccess.Write(handle, number, at);
        }

        File.Move(written, file, overwrite: true);
    }

    private (Kept Log, string Place) Read()
    {
        using var handle = File.OpenHandle(file);
        var (at, sum) = (0L, 0u);
        void Get(Span<byte> bytes)
        {
            for (var got = 0; got < bytes.Length;)
            {
                var read = RandomAccess.Read(handle, bytes[got..], at);
                if (read == 0) throw new EndOfStreamException();
                (got, at) = (got + read, at + read);
            }

            sum = Sum(sum, bytes);
        }

        Span<byte> number = stackalloc byte[sizeof(long)];
        Get(number);
        if (BinaryPrimitives.ReadInt64LittleEndian(number) is var length && (length <= 0 || length > RandomAccess.GetLength(handle))) throw new InvalidDataException();
        var bytes = new byte[length];
        Get(bytes);
        using var head = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        if (head.ReadInt32() != Version || head.ReadString() != reading.Statement("", place: true, clean: false, 0)) throw new InvalidDataException();
        var place = head.ReadString();
        var (cut, news) = (Instant(head), new Seen(Instant(head), head.ReadInt64(), head.ReadInt64(), head.ReadInt64()));
        var bots = head.ReadInt64();
        var texts = new string[Math.Clamp(head.ReadInt32(), 0, Packed.Tags)];
        for (var n = 0; n < texts.Length; n++) texts[n] = head.ReadString();
        var old = new Shelf[Math.Clamp(head.ReadInt32(), 0, ReadLog.Shelves)];
        for (var n = 0; n < old.Length; n++) old[n] = Shelf.Read(head.ReadInt32(), head.ReadInt32(), Get);
        var whole = sum;
        Get(number);
        return BinaryPrimitives.ReadInt64LittleEndian(number) == whole && at == RandomAccess.GetLength(handle) ? (new Kept(old, new Labels(texts), cut, news, bots), place) : throw new InvalidDataException();
    }

    private static DateTime Instant(BinaryReader head) => new(head.ReadInt64(), DateTimeKind.Utc);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Sum(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (var eight in MemoryMarshal.Cast<byte, ulong>(bytes)) sum = BitOperations.Crc32C(sum, eight);
        foreach (var one in bytes[(bytes.Length & ~7)..]) sum = BitOperations.Crc32C(sum, one);
        return sum;
    }
}
