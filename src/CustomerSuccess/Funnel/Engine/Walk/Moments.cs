using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Walk;

/// <summary>
/// The events of one unit instant by instant: events of the same instant have no order, so they are looked at together. Events
/// that mean nothing to the funnel are passed over, unless everything counts (strict order).
/// </summary>
internal ref struct Moments(ReadOnlySpan<ulong> events, ReadOnlySpan<ushort> masks, bool everything, int steps, Span<ushort> room)
{
    private readonly ReadOnlySpan<ulong> events = events;
    private readonly ReadOnlySpan<ushort> masks = masks;
    private readonly Span<ushort> room = room;
    private int next;

    public long Time { get; private set; }

    /// <summary>The masks of this instant; of the same mask at most as many as there are steps, where not everything counts.</summary>
    public int Count { get; private set; }

    /// <summary>All masks of the instant together.</summary>
    public ushort All { get; private set; }

    /// <summary>Where the next instant begins; <see cref="From"/> goes on from there.</summary>
    public readonly int Next => next;

    public readonly ReadOnlySpan<ushort> Masks => room[..Count];

    public void From(int at) => next = at;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool MoveNext()
    {
        while (next < events.Length)
        {
            var packed = events[next++];
            var mask = masks[Packed.Tag(packed)];
            if (mask == Packed.Unseen || (mask == 0 && !everything)) continue;
            Time = Packed.Time(packed);
            (All, Count, room[0]) = (mask, 1, mask);
            while (next < events.Length && Packed.Time(events[next]) == Time) Join(masks[Packed.Tag(events[next++])]);
            return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Join(ushort mask)
    {
        if (mask == Packed.Unseen || (mask == 0 && !everything)) return;
        All |= mask;
        // What cannot serve any more is left out, so that a thousand events of one instant cost no more than ten. Where everything
        // counts, one above the number of steps says as much as a thousand.
        var same = 0;
        foreach (var other in room[..Count])
        {
            if (other == mask) same++;
        }

        if (same <= steps && Count < room.Length) room[Count++] = mask;
    }
}
