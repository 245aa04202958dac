using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>Groups rows by actor and sorts each one's by time: count, then place, so that no row is compared with another actor's.</summary>
internal static class BuildShelf
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Shelf Of(IReadOnlyList<Rows> sources)
    {
        var total = sources.Sum(rows => rows.Count);
        if (total == 0) return Shelf.Empty;
        var index = new Index(total / 8);
        var (actorOf, packed) = (GC.AllocateUninitializedArray<int>(total), GC.AllocateUninitializedArray<ulong>(total));
        var row = 0;
        foreach (var rows in sources)
        {
            rows.Drain([MethodImpl(MethodImplOptions.AggressiveOptimization)] (key, e, part) =>
            {
                actorOf[row] = index.Of(key, part);
                packed[row++] = e;
            });
        }

        // Actors in the order of their keys.
        var keys = index.Keys();
        var order = new int[keys.Length];
        for (var n = 0; n < order.Length; n++) order[n] = n;
        Array.Sort(keys, order);
        var rank = new int[keys.Length];
        for (var n = 0; n < order.Length; n++) rank[order[n]] = n;

        var starts = new int[keys.Length + 1];
        for (var n = 0; n < total; n++) starts[(actorOf[n] = rank[actorOf[n]]) + 1]++;
        for (var n = 0; n < keys.Length; n++) starts[n + 1] += starts[n];
        var next = starts[..^1];
        var events = GC.AllocateUninitializedArray<ulong>(total);
        for (var n = 0; n < total; n++) events[next[actorOf[n]]++] = packed[n];
        for (var n = 0; n < keys.Length; n++) Shelf.Sort(events.AsSpan(starts[n], starts[n + 1] - starts[n]));
        var parts = new int[keys.Length];
        for (var n = 0; n < order.Length; n++) parts[n] = index.Part(order[n]);
        return new Shelf(keys, starts, events, parts);
    }

    /// <summary>Numbers keys in the order of their first appearance.</summary>
    private sealed class Index
    {
        private ulong[] keys;
        private int[] parts;
        private int[] slots;
        private int count;

        public Index(int expected)
        {
            keys = new ulong[Math.Max(16, expected)];
            parts = new int[keys.Length];
            slots = new int[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)keys.Length * 2)];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Of(ulong key, int part)
        {
            // The lowest bits: the highest chose the shelf.
            var mask = slots.Length - 1;
            for (var slot = (int)key & mask; ; slot = (slot + 1) & mask)
            {
                var at = slots[slot] - 1;
                if (at < 0) return Add(key, part, slot);
                if (keys[at] == key) return at;
            }
        }

        public ulong[] Keys() => keys[..count];

        public int Part(int actor) => parts[actor];

        private int Add(ulong key, int part, int slot)
        {
            if (count == keys.Length)
            {
                Array.Resize(ref keys, count * 2);
                Array.Resize(ref parts, count * 2);
                slots = new int[slots.Length * 2];
                var mask = slots.Length - 1;
                for (var n = 0; n < count; n++)
                {
                    var free = (int)keys[n] & mask;
                    while (slots[free] != 0) free = (free + 1) & mask;
                    slots[free] = n + 1;
                }

                return Of(key, part);
            }

            (keys[count], parts[count], slots[slot]) = (key, part, count + 1);
            return count++;
        }
    }
}
