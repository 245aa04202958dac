using System.Buffers;
using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>
/// How long each one took, in microseconds from 0 up. In blocks that the next question uses again: lists that grow left a hundred megabytes behind
/// after a few questions.
/// </summary>
internal sealed class Waits
{
    // 64 KB: below the size from which the garbage collector keeps arrays apart.
    private const int Block = 8_192;
    private const int Digit = 11, Highest = 44;

    private readonly List<ArraySegment<long>> full = [];
    private long[] last = [];
    private int used;

    public int Count { get; private set; }

    public void Add(long micros)
    {
        if (used == last.Length)
        {
            Close();
            last = ArrayPool<long>.Shared.Rent(Block);
        }

        last[used++] = micros;
        Count++;
    }

    /// <summary>All that another one has, which then has none.</summary>
    public void Take(Waits other)
    {
        Count += other.Count;
        full.AddRange(other.Blocks());
        other.full.Clear();
        other.Count = 0;
    }

    public IReadOnlyList<ArraySegment<long>> Blocks()
    {
        Close();
        return full;
    }

    /// <summary>The middle one in seconds, of an even number the mean of the two in the middle; null of none.</summary>
    public double? Median()
    {
        if (Count == 0) return null;
        var upper = Nth(Count / 2);
        return Count % 2 == 1 ? upper / 1e6 : (Nth(Count / 2 - 1) + upper) / 2e6;
    }

    /// <summary>Done with: the blocks are the next one's.</summary>
    public void Free()
    {
        foreach (var block in Blocks()) ArrayPool<long>.Shared.Return(block.Array!);
        full.Clear();
        Count = 0;
    }

    private void Close()
    {
        if (used > 0) full.Add(new ArraySegment<long>(last, 0, used));
        (last, used) = ([], 0);
    }

    // Digit by digit from the highest: how many there are of each says which one the nth has.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Nth(int n)
    {
        Span<int> counts = stackalloc int[1 << Digit];
        var (blocks, found) = (Blocks(), 0L);
        for (var shift = Highest; shift >= 0; shift -= Digit)
        {
            counts.Clear();
            foreach (var block in blocks)
            {
                foreach (var micros in block.AsSpan())
                {
                    if (micros >> shift >> Digit == found) counts[(int)(micros >> shift) & ((1 << Digit) - 1)]++;
                }
            }

            var digit = 0;
            while (n >= counts[digit]) n -= counts[digit++];
            found = found << Digit | (uint)digit;
        }

        return found;
    }
}
