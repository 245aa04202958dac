using System.Diagnostics;

namespace CustomerSuccess.Bench;

/// <summary>Counts of durations in buckets 3 % wide, from a microsecond to an hour: percentiles without keeping every value.</summary>
internal sealed class Histogram
{
    private const double Width = 1.03;
    private readonly long[] buckets = new long[800];
    private long worst;

    public long Count => buckets.Sum();

    public double Max => worst / 1000.0;

    public void Add(TimeSpan took)
    {
        var micros = Math.Max(1, (long)took.TotalMicroseconds);
        Interlocked.Increment(ref buckets[Math.Min(buckets.Length - 1, (int)Math.Log(micros, Width))]);
        for (var seen = worst; micros > seen; seen = worst)
        {
            if (Interlocked.CompareExchange(ref worst, micros, seen) == seen) break;
        }
    }

    /// <summary>The upper edge of the bucket that holds the percentile, in milliseconds.</summary>
    public double At(double percent)
    {
        var left = Count * percent / 100;
        for (var n = 0; n < buckets.Length; n++)
        {
            left -= buckets[n];
            if (left <= 0) return Math.Min(Max, Math.Pow(Width, n + 1) / 1000);
        }

        return Max;
    }

    public override string ToString() => FormattableString.Invariant($"p50 {At(50):0.0}  p90 {At(90):0.0}  p99 {At(99):0.0}  p99.9 {At(99.9):0.0}  max {Max:0.0} ms");

    public static TimeSpan Since(long started) => Stopwatch.GetElapsedTime(started);
}
