namespace CustomerSuccess.Monitoring.Exposition;

/// <summary>One combination of labels and its numbers. Written by all threads at once without a lock.</summary>
/// <param name="labels">As they are written between the braces, "" where there are none.</param>
/// <param name="edges">Of a histogram's buckets; empty for a single number.</param>
internal sealed class Series(byte[] labels, double[] edges)
{
    private readonly long[] buckets = edges.Length == 0 ? [] : new long[edges.Length + 1];
    private double value;
    private long collection;

    public byte[] Labels => labels;

    /// <summary>The number, or the sum of what was observed.</summary>
    public double Value => Volatile.Read(ref value);

    public void Add(double more)
    {
        var seen = Volatile.Read(ref value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref value, seen + more, seen);
            // Bits, not numbers: a sum that became NaN is equal to nothing.
            if (BitConverter.DoubleToInt64Bits(before) == BitConverter.DoubleToInt64Bits(seen)) return;
            seen = before;
        }
    }

    public void Observe(double seen)
    {
        var place = 0;
        while (place < edges.Length && seen > edges[place]) place++;
        Interlocked.Increment(ref buckets[place]);
        Add(seen);
    }

    /// <summary>What somebody who was asked says; two that fell into the same series are one number.</summary>
    public void Say(double said, long now)
    {
        if (collection == now) value += said;
        else (value, collection) = (said, now);
    }

    /// <summary>Whether it was said this time: what nobody says any more is not shown.</summary>
    public bool Said(long now) => collection == now;

    /// <summary>How many fell into a bucket and not into one before it; the last is for what is above all edges.</summary>
    public long Bucket(int place) => Interlocked.Read(ref buckets[place]);
}
