namespace CustomerSuccess.Access.Keys;

/// <summary>A token bucket in memory: so many requests a second, at most one second's worth saved up.</summary>
public sealed class KeyRate(int perSecond, TimeProvider clock)
{
    private readonly Lock gate = new();
    private double tokens = perSecond;
    private long last = clock.GetTimestamp();

    public int PerSecond => perSecond;

    public bool Take()
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            tokens = Math.Min(perSecond, tokens + clock.GetElapsedTime(last, now).TotalSeconds * perSecond);
            last = now;
            if (tokens < 1) return false;
            tokens -= 1;
            return true;
        }
    }
}
