namespace CustomerSuccess.Tests;

/// <summary>
/// Waits for a thing to be there and goes on as soon as it is. How fast the product is, the bench says: a test on a busy machine
/// takes longer and still passes, so its limit is only there to end one that would wait for ever.
/// </summary>
public static class Wait
{
    /// <summary>After this, a test gives up.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    /// <summary>Until it holds; fails with what was waited for.</summary>
    public static async Task Until(Func<Task<bool>> holds, string what)
    {
        if (!await For(holds, held => held)) throw new TimeoutException($"{what}: not within {Longest.TotalSeconds} seconds.");
    }

    public static Task Until(Func<bool> holds, string what) => Until(() => Task.FromResult(holds()), what);

    /// <summary>What is read once it is right; else what was read last, for the test to say what is wrong with it.</summary>
    public static async Task<T> For<T>(Func<Task<T>> read, Func<T, bool> right)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var found = await read();
            if (right(found) || TimeProvider.System.GetElapsedTime(began) > Longest) return found;
            await Task.Delay(Between);
        }
    }
}
