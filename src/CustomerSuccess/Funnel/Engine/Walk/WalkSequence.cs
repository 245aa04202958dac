using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>
/// Step after step, other events may lie between. One pass: of all attempts (one per instant with the first step in the period)
/// an earlier one is always at least as deep as a later one, because both take the earliest event that fits. So it is enough
/// to keep, per depth, how many of the attempts have come that far.
/// </summary>
internal static class WalkSequence
{
    /// <summary>How deep the best attempt comes, the earliest of those that come as deep; 0 where there is none. <paramref name="at"/> gets its instants.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Best(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, Shape shape, Room room, Span<long> at)
    {
        var steps = shape.Steps;
        // reached[d]: how many attempts, from the first, are at least d deep. Those before alive are over.
        Span<int> reached = stackalloc int[steps + 1];
        Span<int> before = stackalloc int[steps + 1];
        reached.Clear();
        Span<bool> used = stackalloc bool[Room.Wide];
        var (best, bestEntry, alive) = (0, 0L, 0);
        room.Entries.Clear();
        var entries = room.Entries;
        var matching = default(Matching);
        var moments = new Moments(events, masks, everything: false, steps, room.Masks);
        while (moments.MoveNext())
        {
            var t = moments.Time;
            if (t < shape.From) continue;
            if (entries.Count == alive && t >= shape.To) break;
            for (; alive < entries.Count && entries[alive] < t - shape.Window; alive++) Settle(alive, reached);
            if (alive == entries.Count && ((moments.All & 1) == 0 || t >= shape.To)) continue;

            var completed = reached[steps];
            var entered = 0;
            if (moments.Count == 1)
            {
                // From the last step to the first, so that an event serves an attempt once.
                for (var d = steps - 1; d >= 1; d--)
                {
                    if ((moments.All >> d & 1) == 1) reached[d + 1] = reached[d];
                }

                entered = moments.All & 1;
            }
            else
            {
                reached.CopyTo(before);
                for (var d = 1; d < steps; d++)
                {
                    var deeper = d + matching.Extend(moments.Masks, d, steps, used);
                    for (var k = d + 1; k <= deeper; k++) reached[k] = Math.Max(reached[k], before[d]);
                }

                entered = matching.Extend(moments.Masks, 0, steps, used);
            }

            if (entered > 0 && t >= shape.From && t < shape.To)
            {
                entries.Add(t);
                for (var d = 1; d <= entered; d++) reached[d] = entries.Count;
            }

            var first = Math.Max(completed, alive);
            if (reached[steps] > first)
            {
                at[0] = entries[first];
                return steps;
            }


            if ((moments.All & Packed.Excludes) != 0)
            {
                // Every open attempt is void; one that begins in this very instant is not.
                alive = entries.Count > 0 && entries[^1] == t ? entries.Count - 1 : entries.Count;
            }
        }

        for (; alive < entries.Count; alive++) Settle(alive, reached);
        at[0] = bestEntry;
        return best;

        void Settle(int entry, Span<int> reached)
        {
            var depth = 1;
            while (depth < steps && reached[depth + 1] > entry) depth++;
            if (depth > best) (best, bestEntry) = (depth, entries[entry]);
        }
    }

    /// <summary>The instants at which the attempt that begins at at[0] reaches its first steps, each at the earliest event that fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Instants(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, int steps, int depth, Room room, Span<long> at)
    {
        Span<bool> used = stackalloc bool[Room.Wide];
        var matching = default(Matching);
        var moments = new Moments(events, masks, everything: false, steps, room.Masks);
        var reached = 0;
        while (reached < depth && moments.MoveNext())
        {
            if (moments.Time < at[0]) continue;
            var more = moments.Count == 1 ? moments.All >> reached & 1 : matching.Extend(moments.Masks, reached, steps, used);
            for (; more > 0 && reached < depth; more--) at[reached++] = moments.Time;
        }
    }
}
