using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>
/// Which events serve which steps, each event one step at most (Kuhn's augmenting paths; there are ten steps at most). An event
/// that finds no place when it comes finds none later either, so only those with a place are kept.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Matching
{
    private Places masks;
    private Places stepOf;
    private int served;

    public readonly int Count => BitOperations.PopCount((uint)served);

    public readonly bool Serves(int step) => (served >> step & 1) == 1;

    public void Clear() => served = 0;

    /// <summary>Find a place for one more event among these steps; false where none is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Add(ushort mask, int steps)
    {
        var seen = 0;
        return Place(mask, steps, ref seen);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Place(ushort mask, int steps, ref int seen)
    {
        for (var step = 0; step < steps; step++)
        {
            if ((mask >> step & 1) == 0 || (seen >> step & 1) == 1) continue;
            seen |= 1 << step;
            if (Serves(step))
            {
                var other = masks[step];
                if (!Place(other, steps, ref seen)) continue;
            }

            masks[step] = mask;
            served |= 1 << step;
            return true;
        }

        return false;
    }

    /// <summary>
    /// How many of the steps after the first <paramref name="depth"/> events of one instant serve without a gap; an event one step
    /// at most. From the steps' side: a step that finds no event ends it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Extend(scoped ReadOnlySpan<ushort> events, int depth, int steps, scoped Span<bool> used)
    {
        // stepOf and masks hold, per step, which event serves it (+1) in this instant.
        for (var step = 0; step < steps; step++) stepOf[step] = 0;
        for (var step = depth; step < steps; step++)
        {
            used[..events.Length].Clear();
            if (!Serve(events, step, depth, used)) return step - depth;
        }

        return steps - depth;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Serve(scoped ReadOnlySpan<ushort> events, int step, int depth, scoped Span<bool> used)
    {
        for (var n = 0; n < events.Length; n++)
        {
            if (used[n] || (events[n] >> step & 1) == 0) continue;
            used[n] = true;
            var holder = -1;
            for (var other = depth; other < 10; other++)
            {
                if (stepOf[other] == n + 1) holder = other;
            }

            if (holder >= 0 && !Serve(events, holder, depth, used)) continue;
            stepOf[step] = (ushort)(n + 1);
            return true;
        }

        return false;
    }

    [System.Runtime.CompilerServices.InlineArray(10)]
    private struct Places
    {
        private ushort first;
    }
}
