using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// Events as they were read: the hash of whose it is, the packed event, and in which part of the table it lay. In blocks, so that
/// nothing is copied while they grow and each block goes when it has been sorted into its shelf.
/// </summary>
internal sealed class Rows
{
    /// <summary>64 KB: below the size from which the garbage collector keeps arrays apart.</summary>
    private const int Block = 8_000;

    private readonly List<ulong[]> keys = [];
    private readonly List<ulong[]> events = [];
    private readonly List<(int Row, int Part)> parts = [];
    private ulong[] lastKeys = [];
    private ulong[] lastEvents = [];
    private int free;

    public int Count { get; private set; }

    /// <summary>What is added from now on was read from this part.</summary>
    public void Part(int part) => parts.Add((Count, part));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong key, ulong packed)
    {
        if (free == 0) Grow();
        var at = Block - free--;
        lastKeys[at] = key;
        lastEvents[at] = packed;
        Count++;
    }

    /// <summary>Everything once, in the order in which it was added; blocks are let go on the way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Drain(Action<ulong, ulong, int> take)
    {
        var (row, part) = (0, 0);
        for (var block = 0; block < keys.Count; block++)
        {
            var (k, e) = (keys[block], events[block]);
            var many = block == keys.Count - 1 ? Block - free : Block;
            for (var n = 0; n < many; n++, row++)
            {
                while (part + 1 < parts.Count && parts[part + 1].Row <= row) part++;
                take(k[n], e[n], parts.Count == 0 ? 0 : parts[part].Part);
            }

            (keys[block], events[block]) = ([], []);
        }
    }

    private void Grow()
    {
        keys.Add(lastKeys = GC.AllocateUninitializedArray<ulong>(Block));
        events.Add(lastEvents = GC.AllocateUninitializedArray<ulong>(Block));
        free = Block;
    }
}
