using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// The events of one shelf as they are read: who (numbers in the order of first appearance) and the packed event, twelve bytes together. What is in
/// the shelf afterwards is the very array of events, so that ten million of them never lie in memory twice.
/// </summary>
internal sealed class Rows
{
    private const int Fewest = 8_192;

    private readonly Lock gate = new();
    private int[] actors = [];
    private ulong[] events = [];
    private ulong[] keys = [];
    private int[] parts = [];
    private int[] slots = [];

    public int Count { get; private set; }

    public int Known { get; private set; }

    /// <summary>Who did each event.</summary>
    public Span<int> Actors => actors.AsSpan(0, Count);

    public Span<ulong> Events => events.AsSpan(0, Count);

    /// <summary>By number of the actor.</summary>
    public ReadOnlySpan<ulong> Keys => keys.AsSpan(0, Known);

    /// <summary>In which part of the table the first event was read, by number of the actor.</summary>
    public ReadOnlySpan<int> Parts => parts.AsSpan(0, Known);

    /// <summary>Hand over the events, and forget the rest.</summary>
    public ulong[] Take()
    {
        var all = events;
        (actors, events, keys, parts, slots, Count, Known) = ([], [], [], [], [], 0, 0);
        return all;
    }

    /// <param name="whose">Keys.</param>
    /// <param name="packed">Events, one a key.</param>
    /// <param name="part">Where in the table they lay.</param>
    /// <param name="share">How much of the table is read with these, 0 to 1: the rest is expected to be like it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<ulong> whose, ReadOnlySpan<ulong> packed, int part, double share)
    {
        lock (gate)
        {
            Reserve(Count + whose.Length, share);
            var at = Count;
            for (var n = 0; n < whose.Length; n++, at++)
            {
                var key = whose[n];
                // The lowest bits: the highest chose the shelf.
                var mask = slots.Length - 1;
                var slot = (int)key & mask;
                int actor;
                while ((actor = slots[slot] - 1) >= 0 && keys[actor] != key) slot = (slot + 1) & mask;
                if (actor < 0) actor = Meet(key, part, slot);
                (actors[at], events[at]) = (actor, packed[n]);
            }

            Count = at;
        }
    }

    private int Meet(ulong key, int part, int slot)
    {
        if (Known == keys.Length)
        {
            Array.Resize(ref keys, Math.Max(1_024, Known * 2));
            Array.Resize(ref parts, keys.Length);
        }

        (keys[Known], parts[Known], slots[slot]) = (key, part, ++Known);
        if (Known * 2 > slots.Length) Spread();
        return Known - 1;
    }

    private void Spread()
    {
        slots = new int[slots.Length * 2];
        var mask = slots.Length - 1;
        for (var n = 0; n < Known; n++)
        {
            var free = (int)keys[n] & mask;
            while (slots[free] != 0) free = (free + 1) & mask;
            slots[free] = n + 1;
        }
    }

    private void Reserve(int many, double share)
    {
        if (slots.Length == 0) slots = new int[1_024];
        if (many <= events.Length) return;
        var size = many < Fewest ? Fewest : (int)Math.Min(Array.MaxLength, many / share * 1.03 + 1_024);
        var (who, what) = (GC.AllocateUninitializedArray<int>(size), GC.AllocateUninitializedArray<ulong>(size));
        Actors.CopyTo(who);
        Events.CopyTo(what);
        (actors, events) = (who, what);
    }
}
