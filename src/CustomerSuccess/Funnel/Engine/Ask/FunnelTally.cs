using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>What one worker counts while the units pass by.</summary>
internal sealed class FunnelTally(Shape shape, ushort[] masks, FunnelTally.SegmentOf? segmentOf)
{
    /// <summary>The segment of a unit whose attempt began at this instant.</summary>
    public delegate string SegmentOf(in Unit unit, ReadOnlySpan<ulong> events, long entry);

    private readonly Room room = new();
    private readonly long[] at = new long[10];

    /// <summary>How many reached step n+1.</summary>
    public long[] Reached { get; } = new long[shape.Steps];

    /// <summary>Microseconds from the step before to step n+1.</summary>
    public Waits[] Waits { get; } = [.. Enumerable.Range(0, shape.Steps).Select(_ => new Waits())];

    /// <summary>Microseconds from the entry to the last step.</summary>
    public Waits Whole { get; } = new();

    public Dictionary<string, long[]> Segments { get; } = new(StringComparer.Ordinal);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Count(in Unit unit, ReadOnlySpan<ulong> events)
    {
        var depth = WalkFunnel.Of(events, masks, shape, room, at);
        if (depth == 0) return;
        for (var n = 0; n < depth; n++) Reached[n]++;
        for (var n = 1; n < depth; n++) Waits[n].Add(at[n] - at[n - 1]);
        if (depth == shape.Steps) Whole.Add(at[depth - 1] - at[0]);
        if (segmentOf is null) return;
        ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(Segments, segmentOf(unit, events, at[0]), out _);
        counts ??= new long[shape.Steps];
        for (var n = 0; n < depth; n++) counts[n]++;
    }

    /// <summary>Done with.</summary>
    public void Free()
    {
        foreach (var waits in Waits) waits.Free();
        Whole.Free();
    }

    public static FunnelTally Sum(IReadOnlyList<FunnelTally> tallies, Shape shape)
    {
        var sum = new FunnelTally(shape, [], null);
        foreach (var tally in tallies)
        {
            for (var n = 0; n < shape.Steps; n++)
            {
                sum.Reached[n] += tally.Reached[n];
                sum.Waits[n].Take(tally.Waits[n]);
            }

            sum.Whole.Take(tally.Whole);
            foreach (var (segment, counts) in tally.Segments)
            {
                ref var total = ref CollectionsMarshal.GetValueRefOrAddDefault(sum.Segments, segment, out _);
                total = total is null ? counts : [.. total.Zip(counts, (a, b) => a + b)];
            }
        }

        return sum;
    }
}
