using System.Threading.RateLimiting;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>How many payloads of refused messages are kept: a thousand at once, then one a second. Whoever has a key can send what is refused without end; what is kept of it has one.</summary>
public sealed class PayloadAllowance
{
    public const int AtOnce = 1_000;

    /// <summary>Follows the reason of a message whose payload was not kept.</summary>
    public const string NotKept = "; its payload was not kept, there were too many";

    private readonly TokenBucketRateLimiter bucket = new(new()
    {
        TokenLimit = AtOnce, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0, AutoReplenishment = true,
    });

    /// <summary>Takes one; false where there is none left.</summary>
    public bool Take() => bucket.AttemptAcquire().IsAcquired;
}
