using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CustomerSuccess.Funnel.Engine.Walk;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// Unpacks what read_part.sql packed and puts it on the shelves; room for one part, used again for the next. Its methods run ten million times in
/// the first second: there is no time to find out that they are worth compiling well.
/// </summary>
internal sealed class ReadPart(Labels labels, Rows[] shelves, Func<ulong, bool>? keep)
{
    private const int Turn = 16;

    // The tags met last, by the lowest bits of their hash.
    private readonly (ulong Hash, int Tag)[] near = new (ulong, int)[256];
    private readonly int[] ends = new int[ReadLog.Shelves + 1];
    private int many;
    private int letters;
    private byte[] turns = [];
    private byte[] texts = [];
    private ulong[] keys = [];
    private ulong[] packed = [];
    private ulong[] sortedKeys = [];
    private ulong[] sorted = [];

    /// <summary>Take what the server sent; false where there are not as many labels as events, because one has the divider in it.</summary>
    public bool Fill(NpgsqlDataReader reader)
    {
        (many, letters) = (Fill(reader, 0, ref turns) / Turn, Fill(reader, 1, ref texts));
        return texts.AsSpan(0, letters).Count(Reading.Divider) == many - 1;
    }

    /// <summary>How many events were kept, and how many were of bots.</summary>
    public (int Kept, int Bots) Add(int part, double share)
    {
        if (keys.Length < many) (keys, packed, sortedKeys, sorted) = (new ulong[many * 5 / 4], new ulong[many * 5 / 4], new ulong[many * 5 / 4], new ulong[many * 5 / 4]);
        var (kept, ofBots) = Unpack(texts.AsSpan(0, letters));
        Place(kept);
        for (var shelf = 0; shelf < shelves.Length; shelf++)
        {
            var (from, to) = (shelf == 0 ? 0 : ends[shelf - 1], ends[shelf]);
            if (to > from) shelves[shelf].Add(sortedKeys.AsSpan(from, to - from), sorted.AsSpan(from, to - from), part, share);
        }

        return (kept, ofBots);
    }

    private static int Fill(NpgsqlDataReader reader, int column, ref byte[] into)
    {
        var length = (int)reader.GetBytes(column, 0, null, 0, 0);
        if (into.Length < length) into = GC.AllocateUninitializedArray<byte>(length * 5 / 4);
        reader.GetBytes(column, 0, into, 0, length);
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Kept, int Bots) Unpack(ReadOnlySpan<byte> text)
    {
        var (kept, ofBots) = (0, 0);
        var turn = turns.AsSpan(0, many * Turn);
        for (var n = 0; n < many; n++)
        {
            var end = text.IndexOf(Reading.Divider);
            var label = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            var (at, key) = (BinaryPrimitives.ReadInt64BigEndian(turn[(n * Turn)..]), BinaryPrimitives.ReadUInt64BigEndian(turn[(n * Turn + 8)..]));
            if (keep is not null && !keep(key)) continue;
            if (label is [Reading.Bot])
            {
                ofBots++;
                continue;
            }

            var hash = Labels.Hash(label);
            ref var known = ref near[(int)hash & 255];
            if (known.Hash != hash) known = (hash, labels.Tag(hash, label));
            (keys[kept], packed[kept]) = (key, Packed.Event(Math.Max(0, at), known.Tag));
            kept++;
        }

        return (kept, ofBots);
    }

    /// <summary>By shelf, in the order in which they came.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Place(int many)
    {
        Array.Clear(ends);
        for (var n = 0; n < many; n++) ends[(int)(keys[n] >> ReadLog.ShelfShift) + 1]++;
        for (var shelf = 0; shelf < ReadLog.Shelves; shelf++) ends[shelf + 1] += ends[shelf];
        for (var n = 0; n < many; n++)
        {
            var at = ends[(int)(keys[n] >> ReadLog.ShelfShift)]++;
            (sortedKeys[at], sorted[at]) = (keys[n], packed[n]);
        }
    }
}
