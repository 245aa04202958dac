using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>
/// All steps in whatever order, an event one step at most. An attempt begins at any event that is a step. How many steps fit
/// into the window behind it depends only on how often each mask occurs there, which a sliding window counts.
/// </summary>
internal static class WalkAny
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Best(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, Shape shape, Room room, Span<long> at)
    {
        var steps = shape.Steps;
        Exclusions.Find(events, masks, room);
        var window = new Window(events, masks, room, steps);
        Span<long> tried = stackalloc long[steps];
        var (best, most, skipTo) = (0, window.Whole(), 0L);
        for (var n = 0; n < events.Length && best < most;)
        {
            var entry = Packed.Time(events[n]);
            if (entry >= shape.To) break;
            var same = n;
            var any = false;
            for (; same < events.Length && Packed.Time(events[same]) == entry; same++) any |= (masks[Packed.Tag(events[same])] & Packed.AllSteps) != 0;
            if (any && entry >= shape.From && entry >= skipTo && (best == 0 || window.Fits(n, entry + shape.Window) > best))
            {
                var depth = Follow(events, masks, n, steps, entry + shape.Window, tried);
                if (Exclusions.First(room, entry, depth == steps ? tried[steps - 1] : null, shape.Window) is { } excluded)
                {
                    // What begins before it and is not through by then is void as well.
                    skipTo = excluded;
                }
                else
                {
                    best = depth;
                    tried[..depth].CopyTo(at);
                }
            }

            window.Leave(n, same);
            n = same;
        }

        window.Clear();
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Follow(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, int from, int steps, long until, Span<long> tried)
    {
        var matching = default(Matching);
        var depth = 0;
        for (var n = from; n < events.Length && depth < steps && Packed.Time(events[n]) <= until; n++)
        {
            if (matching.Add((ushort)(masks[Packed.Tag(events[n])] & Packed.AllSteps), steps)) tried[depth++] = Packed.Time(events[n]);
        }

        return depth;
    }

    /// <summary>How often each mask occurs from one event to the end of a window; both only move forward.</summary>
    private ref struct Window(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, Room room, int steps)
    {
        private readonly ReadOnlySpan<ulong> events = events;
        private readonly ReadOnlySpan<ushort> masks = masks;
        private readonly Room room = room;
        private readonly int steps = steps;
        private int end;
        private int left;
        private int fits = -1;

        /// <summary>No attempt comes further than there are steps that any event serves, nor than there are such events.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Whole()
        {
            room.Distinct.Clear();
            var (all, many, last) = (0, 0, 0);
            foreach (var packed in events)
            {
                var mask = Mask(packed);
                if (mask == 0) continue;
                many++;
                if (mask == last) continue;
                last = mask;
                all |= mask;
                if (!room.Distinct.Contains(mask)) room.Distinct.Add(mask);
            }

            return Math.Min(many, System.Numerics.BitOperations.PopCount((uint)all));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public int Fits(int from, long until)
        {
            Leave(left, from);
            end = Math.Max(end, from);
            for (; end < events.Length && Packed.Time(events[end]) <= until; end++)
            {
                var mask = Mask(events[end]);
                if (mask != 0 && room.Often[mask]++ < steps) fits = -1;
            }

            if (fits < 0)
            {
                var matching = default(Matching);
                foreach (var mask in room.Distinct)
                {
                    for (var n = Math.Min(room.Often[mask], steps); n > 0; n--) matching.Add(mask, steps);
                }

                fits = matching.Count;
            }

            return fits;
        }

        /// <summary>Events before <paramref name="to"/> are behind us.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Leave(int from, int to)
        {
            for (var n = Math.Max(from, left); n < Math.Min(to, end); n++)
            {
                var mask = Mask(events[n]);
                if (mask != 0 && room.Often[mask]-- <= steps) fits = -1;
            }

            left = Math.Max(left, to);
        }

        public readonly void Clear()
        {
            foreach (var mask in room.Distinct) room.Often[mask] = 0;
        }

        private readonly ushort Mask(ulong packed) => (ushort)(masks[Packed.Tag(packed)] & Packed.AllSteps);
    }
}
