using System.Numerics;
using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>
/// Step after step with nothing between. Events of one instant may be taken in any order, so an attempt may use up one instant
/// wholly and go on in the next, and of its first instant it may leave to the past what does not fit.
/// </summary>
internal static class WalkStrict
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Best(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, Shape shape, Room room, Span<long> at)
    {
        var steps = shape.Steps;
        Exclusions.Find(events, masks, room);
        Span<bool> used = stackalloc bool[Room.Wide];
        Span<long> tried = stackalloc long[steps];
        var matching = default(Matching);
        var (best, most) = (0, Most(events, masks, steps));
        var moments = new Moments(events, masks, everything: true, steps, room.Masks);
        while (moments.MoveNext())
        {
            var entry = moments.Time;
            if (entry >= shape.To) break;
            if (entry < shape.From || (moments.All & 1) == 0) continue;
            var next = moments.Next;
            var depth = 0;
            for (var begin = matching.Extend(moments.Masks, 0, steps, used); begin >= 1; begin--)
            {
                tried[..begin].Fill(entry);
                var deep = Follow(begin, entry, shape, ref moments, ref matching, used, tried);
                if (deep > depth)
                {
                    depth = deep;
                    if (depth > best) tried[..depth].CopyTo(room.Tried);
                }

                moments.From(next);
            }

            if (depth <= best || Exclusions.Voids(room, entry, depth == steps ? room.Tried[steps - 1] : null, shape.Window)) continue;
            best = depth;
            room.Tried.AsSpan(0, depth).CopyTo(at);
            if (best == most) break;
        }

        return best;
    }

    // No attempt goes beyond the first step that no event serves. Most visitors only ever look at pages: they are done with their first one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Most(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, int steps)
    {
        var (all, many) = (0, 0);
        foreach (var packed in events)
        {
            var mask = masks[Packed.Tag(packed)] & Packed.AllSteps;
            all |= mask;
            if (mask != 0) many++;
        }

        return Math.Min(Math.Min(many, steps), BitOperations.TrailingZeroCount(~all));
    }

    // From the instant behind the entry's on; instants that are not used up wholly end it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Follow(int depth, long entry, Shape shape, ref Moments moments, ref Matching matching, scoped Span<bool> used, scoped Span<long> tried)
    {
        while (depth < shape.Steps && moments.MoveNext() && moments.Time - entry <= shape.Window)
        {
            var more = matching.Extend(moments.Masks, depth, shape.Steps, used);
            tried.Slice(depth, more).Fill(moments.Time);
            depth += more;
            if (more < moments.Count) break;
        }

        return depth;
    }
}
