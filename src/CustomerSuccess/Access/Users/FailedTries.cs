namespace CustomerSuccess.Access.Users;

/// <summary>Keeps a flood of wrong passwords from filling the audit log: a row per address and minute, sixty a minute in all.</summary>
public sealed class FailedTries(TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly HashSet<string> written = new(StringComparer.OrdinalIgnoreCase);
    private long since = clock.GetTimestamp();

    public bool WorthWriting(string address)
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            if (clock.GetElapsedTime(since, now) >= TimeSpan.FromMinutes(1))
            {
                written.Clear();
                since = now;
            }

            return written.Count < 60 && written.Add(address);
        }
    }
}
