using System.Numerics;
using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>Groups the rows of a shelf by actor and sorts each one's by time: count, then place, so that no row is compared with another actor's.</summary>
internal static class BuildShelf
{
    /// <summary>All shelves, each core one at a time.</summary>
    public static Shelf[] Of(Rows[] rows, CancellationToken ct)
    {
        var shelves = new Shelf[rows.Length];
        Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = ct }, () => Array.Empty<ulong>(), (n, _, room) =>
        {
            if (room.Length < rows[n].Count) room = GC.AllocateUninitializedArray<ulong>(rows[n].Count * 9 / 8);
            shelves[n] = Of(rows[n], room);
            return room;
        }, _ => { });
        return shelves;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Shelf Of(Rows rows, ulong[] room)
    {
        if (rows.Count == 0) return Shelf.Empty;
        var (order, known) = (InOrder(rows.Keys), rows.Known);
        var (keys, parts, rank, starts) = (new ulong[known], new int[known], new int[known], new int[known + 1]);
        for (var n = 0; n < order.Length; n++) (keys[n], parts[n], rank[order[n]]) = (rows.Keys[order[n]], rows.Parts[order[n]], n);

        var actors = rows.Actors;
        var events = rows.Events;
        foreach (ref var actor in actors) starts[(actor = rank[actor]) + 1]++;
        for (var n = 0; n < known; n++) starts[n + 1] += starts[n];
        // From here on a rank's place is where its next event goes.
        starts.AsSpan(0, known).CopyTo(rank);
        for (var n = 0; n < actors.Length; n++) room[rank[actors[n]]++] = events[n];
        for (var n = 0; n < known; n++) Shelf.Sort(room.AsSpan(starts[n], starts[n + 1] - starts[n]));
        room.AsSpan(0, events.Length).CopyTo(events);
        return new Shelf(keys, starts, rows.Take(), parts);
    }

    /// <summary>Places of keys in their order. Keys are hashes and lie evenly, so that a table of their next highest bits has them nearly sorted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int[] InOrder(ReadOnlySpan<ulong> keys)
    {
        var bits = BitOperations.Log2((uint)keys.Length) + 1;
        var shift = ReadLog.ShelfShift - bits;
        var mask = (1UL << bits) - 1;
        var starts = new int[(1 << bits) + 1];
        foreach (var key in keys) starts[(int)(key >> shift & mask) + 1]++;
        for (var n = 1; n < starts.Length; n++) starts[n] += starts[n - 1];
        var order = new int[keys.Length];
        for (var n = 0; n < keys.Length; n++) order[starts[(int)(keys[n] >> shift & mask)]++] = n;
        for (var n = 1; n < order.Length; n++)
        {
            var (one, at) = (order[n], n);
            for (; at > 0 && keys[order[at - 1]] > keys[one]; at--) order[at] = order[at - 1];
            order[at] = one;
        }

        return order;
    }
}
