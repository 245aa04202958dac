using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// The events of many actors side by side: actor n (its key is a hash of the log's subject, keys ascend) owns the events from
/// Starts[n] to Starts[n+1], sorted by time. Parts says where in the table its first event was read, to find its name again.
/// </summary>
internal sealed class Shelf(ulong[] keys, int[] starts, ulong[] events, int[] parts)
{
    private readonly ulong[] keys = keys;
    private readonly int[] starts = starts;
    private readonly ulong[] events = events;
    private readonly int[] parts = parts;

    /// <summary>The part of what was found by its receipt.</summary>
    public const int Lately = -1;

    // As many bytes as an array of the file's can have.
    private const int Most = int.MaxValue / sizeof(ulong);

    public static Shelf Empty { get; } = new([], [0], [], []);

    public int Count => keys.Length;

    public int Events => starts[^1];

    public ulong Key(int actor) => keys[actor];

    public int Part(int actor) => parts[actor];

    public ReadOnlySpan<ulong> Of(int actor) => events.AsSpan(starts[actor], starts[actor + 1] - starts[actor]);

    /// <summary>Add to each tag's number how many events carry it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddTo(long[] byTag)
    {
        foreach (var packed in events.AsSpan(0, Events)) byTag[Walk.Packed.Tag(packed)]++;
    }

    /// <summary>All of it, for a file.</summary>
    public void Write(Put put)
    {
        put(MemoryMarshal.AsBytes<ulong>(keys));
        put(MemoryMarshal.AsBytes<int>(starts));
        put(MemoryMarshal.AsBytes<int>(parts));
        put(MemoryMarshal.AsBytes<ulong>(events.AsSpan(0, Events)));
    }

    /// <summary>What was written.</summary>
    public static Shelf Read(int actors, int all, Get get)
    {
        if (actors is < 0 or > Most || all is < 0 or > Most) throw new InvalidDataException();
        var (keys, starts, parts, events) = (new ulong[actors], new int[actors + 1], new int[actors], GC.AllocateUninitializedArray<ulong>(all));
        get(MemoryMarshal.AsBytes(keys.AsSpan()));
        get(MemoryMarshal.AsBytes(starts.AsSpan()));
        get(MemoryMarshal.AsBytes(parts.AsSpan()));
        get(MemoryMarshal.AsBytes(events.AsSpan()));
        return starts[^1] == all ? new Shelf(keys, starts, events, parts) : throw new InvalidDataException();
    }

    public delegate void Put(ReadOnlySpan<byte> bytes);

    public delegate void Get(Span<byte> bytes);

    /// <summary>Place of an actor, or below 0.</summary>
    public int Find(ulong key) => Array.BinarySearch(keys, key);

    /// <summary>This shelf and a newer one together; with onlyNewer just the actors that have something new, whole.</summary>
    public Shelf With(Shelf newer, bool onlyNewer)
    {
        var (keyList, startList, partList) = (new List<ulong>(newer.Count), new List<int>(newer.Count + 1) { 0 }, new List<int>(newer.Count));
        var together = new List<ulong>(onlyNewer ? newer.Events * 4 : Events + newer.Events);
        var (mine, theirs) = (0, 0);
        while (theirs < newer.Count || (!onlyNewer && mine < Count))
        {
            if (onlyNewer)
            {
                mine = Find(newer.Key(theirs));
                if (mine < 0) mine = ~mine;
            }

            var (here, there) = (mine < Count ? keys[mine] : ulong.MaxValue, theirs < newer.Count ? newer.Key(theirs) : ulong.MaxValue);
            var key = Math.Min(here, there);
            partList.Add(mine < Count && here == key ? parts[mine] : Lately);
            var from = together.Count;
            if (mine < Count && here == key) together.AddRange(Of(mine++));
            if (theirs < newer.Count && there == key) together.AddRange(newer.Of(theirs++));
            Sort(CollectionsMarshal.AsSpan(together)[from..]);
            keyList.Add(key);
            startList.Add(together.Count);
        }

        return new Shelf([.. keyList], [.. startList], [.. together], [.. partList]);
    }

    /// <summary>Shelves one behind the other; the keys of each are above those of the one before.</summary>
    public static Shelf Row(IReadOnlyList<Shelf> shelves)
    {
        var ends = new List<int> { 0 };
        foreach (var shelf in shelves)
        {
            var from = ends[^1];
            for (var n = 1; n <= shelf.Count; n++) ends.Add(from + shelf.starts[n]);
        }

        return new Shelf([.. shelves.SelectMany(shelf => shelf.keys)], [.. ends], [.. shelves.SelectMany(shelf => shelf.events.Take(shelf.Events))], [.. shelves.SelectMany(shelf => shelf.parts)]);
    }

    // Mostly in order already: the log is read in the order in which it was written.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Sort(Span<ulong> events)
    {
        for (var n = 1; n < events.Length; n++)
        {
            if (events[n] >= events[n - 1]) continue;
            if (events.Length > 32)
            {
                events.Sort();
                return;
            }

            var e = events[n];
            var at = n;
            for (; at > 0 && events[at - 1] > e; at--) events[at] = events[at - 1];
            events[at] = e;
        }
    }
}
