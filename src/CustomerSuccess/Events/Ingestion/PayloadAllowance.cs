namespace CustomerSuccess.Events.Ingestion;

/// <summary>How many payloads of refused messages are kept: a thousand at once, then one a second. Whoever has a key can send what is refused without end; what is kept of it has one.</summary>
public sealed class PayloadAllowance(TimeProvider clock)
{
    public const int AtOnce = 1_000;

    /// <summary>Follows the reason of a message whose payload was not kept.</summary>
    public const string NotKept = "; its payload was not kept, there were too many";

    private readonly Lock gate = new();
    private double left = AtOnce;
    private long at = clock.GetTimestamp();

    /// <summary>Takes one; false where there is none left.</summary>
    public bool Take()
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            left = Math.Min(AtOnce, left + clock.GetElapsedTime(at, now).TotalSeconds);
            at = now;
            if (left < 1) return false;
            left--;
            return true;
        }
    }
}
