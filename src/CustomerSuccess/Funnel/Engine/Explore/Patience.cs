namespace CustomerSuccess.Funnel.Engine.Explore;

/// <summary>How long a page waits for the log to be read before it shows how far that is and asks again.</summary>
internal static class Patience
{
    /// <summary>Longer than this nobody waits without being told.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);

    /// <summary>A page that shows progress comes again well before this.</summary>
    private static readonly TimeSpan Wanted = TimeSpan.FromSeconds(20);

    /// <summary>True where the work was done before the silence; else it goes on for a while, and the next request finds what it did.</summary>
    public static async Task<bool> Within(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        var wanted = new CancellationTokenSource(Wanted);
        var task = work(wanted.Token);
        _ = task.ContinueWith(done =>
        {
            _ = done.Exception;
            wanted.Dispose();
        }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await Task.WhenAny(task, Task.Delay(Silence, ct));
        if (!task.IsCompleted) return false;
        await task;
        return true;
    }
}
