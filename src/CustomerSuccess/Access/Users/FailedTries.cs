namespace CustomerSuccess.Access.Users;

/// <summary>
/// Keeps a flood of wrong passwords from filling the audit log: a row per user and minute, and sixty a minute for addresses
/// that are nobody's. Those have a count of their own, for anyone can make them up to hide the try that matters.
/// </summary>
public sealed class FailedTries(TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> users = new(StringComparer.Ordinal);
    private readonly HashSet<string> strangers = new(StringComparer.OrdinalIgnoreCase);
    private long since = clock.GetTimestamp();

    public bool WorthWriting(string? user, string address)
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            if (clock.GetElapsedTime(since, now) >= TimeSpan.FromMinutes(1))
            {
                users.Clear();
                strangers.Clear();
                since = now;
            }

            return user is not null ? users.Add(user) : strangers.Count < 60 && strangers.Add(address);
        }
    }
}
