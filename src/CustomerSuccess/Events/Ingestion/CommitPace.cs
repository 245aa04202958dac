namespace CustomerSuccess.Events.Ingestion;

/// <summary>How long this process's commits took lately: the last 1,024, at most a minute old.</summary>
public sealed class CommitPace
{
    private readonly Lock gate = new();
    private readonly (long At, float Milliseconds, int Events)[] ring = new (long, float, int)[1024];
    private long written;

    /// <summary>Commits, events and milliseconds of the last minute; null where there was no commit.</summary>
    public sealed record Figures(long Commits, long Events, double Median, double P99, double Largest);

    public void Note(int events, TimeSpan took, long timestamp)
    {
        lock (gate) ring[written++ % ring.Length] = (timestamp, (float)took.TotalMilliseconds, events);
    }

    public Figures? LastMinute(TimeProvider clock)
    {
        (long At, float Milliseconds, int Events)[] recent;
        var now = clock.GetTimestamp();
        lock (gate) recent = [.. ring.Take((int)Math.Min(written, ring.Length)).Where(one => clock.GetElapsedTime(one.At, now) < TimeSpan.FromMinutes(1))];
        if (recent.Length == 0) return null;
        var times = recent.Select(one => one.Milliseconds).Order().ToArray();
        return new Figures(recent.Length, recent.Sum(one => (long)one.Events), Rank(times, 50), Rank(times, 99), Math.Round(times[^1], 1));
    }

    private static double Rank(float[] sorted, int percent) => Math.Round(sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)], 1);
}
