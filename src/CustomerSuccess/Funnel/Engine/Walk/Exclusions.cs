using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>What takes an attempt out: an excluded event after its entry and before it is through or its window ends.</summary>
internal static class Exclusions
{
    /// <summary>Put the instants of all excluded events into the room, in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Find(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, Room room)
    {
        room.Exclusions.Clear();
        foreach (var packed in events)
        {
            if ((masks[Packed.Tag(packed)] & Packed.Excludes) != 0) room.Exclusions.Add(Packed.Time(packed));
        }
    }

    /// <summary>The first excluded instant that voids an attempt, if any. completed: when its last step was reached; null where it was not.</summary>
    public static long? First(Room room, long entry, long? completed, long window)
    {
        if (room.Exclusions.Count == 0) return null;
        var at = room.Exclusions.BinarySearch(entry + 1);
        if (at < 0) at = ~at;
        if (at == room.Exclusions.Count) return null;
        var first = room.Exclusions[at];
        return (completed is { } end ? first < end : first - entry <= window) ? first : null;
    }

    public static bool Voids(Room room, long entry, long? completed, long window) => First(room, entry, completed, window) is not null;
}
