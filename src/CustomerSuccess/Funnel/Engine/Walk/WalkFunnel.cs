using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>
/// How far one unit (a visitor, person or customer) comes in a funnel. Pure. Every instant with an entry in the period is an attempt
/// of its own, and the window runs from there, its last instant included. An excluded event after the entry and before the
/// last step voids the attempt. The attempt that comes furthest counts, of several the earliest; docs/guide/funnels.md says it in full.
/// </summary>
internal static class WalkFunnel
{
    /// <summary>How many steps were reached, and their instants in <paramref name="at"/>. Events are sorted, masks by tag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Of(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, Shape shape, Room room, Span<long> at)
    {
        if (shape.Order != StepOrder.Any && !Enters(events, masks)) return 0;
        switch (shape.Order)
        {
            case StepOrder.Strict: return WalkStrict.Best(events, masks, shape, room, at);
            case StepOrder.Any: return WalkAny.Best(events, masks, shape, room, at);
            default:
                var depth = WalkSequence.Best(events, masks, shape, room, at);
                if (depth > 1) WalkSequence.Instants(events, masks, shape.Steps, depth, room, at);
                return depth;
        }
    }

    // Most never do the first step: that is seen at a glance.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Enters(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks)
    {
        foreach (var packed in events)
        {
            if ((masks[Packed.Tag(packed)] & 1) != 0) return true;
        }

        return false;
    }
}
