namespace CustomerSuccess.Platform;

/// <summary>Something that is worked out for whoever looks and shared by all of them, at most once a second.</summary>
public sealed class Latest<T>(Func<Task<T>> read, TimeProvider clock)
{
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private (long Started, Task<T> Work)? running;
    private Task<T>? waiting;

    /// <summary>For a page that was asked for: at most a second old.</summary>
    public Task<T> Now()
    {
        lock (gate) return running is { Work.IsFaulted: false } last && clock.GetElapsedTime(last.Started) < Spacing ? last.Work : Start();
    }

    /// <summary>For a page that follows: with everything that was announced before this call.</summary>
    public Task<T> Next()
    {
        lock (gate) return waiting ??= Begin(running is { } last ? Spacing - clock.GetElapsedTime(last.Started) : TimeSpan.Zero);
    }

    private async Task<T> Begin(TimeSpan pause)
    {
        // Never at once: the caller holds the gate.
        await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.FromMilliseconds(1), clock);
        Task<T> work;
        lock (gate)
        {
            waiting = null;
            work = Start();
        }

        return await work;
    }

    private Task<T> Start()
    {
        running = (clock.GetTimestamp(), Task.Run(read));
        return running.Value.Work;
    }
}
