using CustomerSuccess.Platform;

namespace CustomerSuccess.Customers.Identities;

/// <summary>What an operator sets about identities.</summary>
public sealed record LinkSettings
{
    /// <summary>CS_IDENTITY_MOST_VISITORS: an identity that more visitors lead to is nobody; 1 to 1,000,000.</summary>
    public int MostVisitors { get; init; } = 500;

    /// <summary>How long the resolver waits for a lock before it steps back and comes again.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>About how many ids are listed as blocked by themselves.</summary>
    public int MostBlocked { get; init; } = 10_000;

    public static LinkSettings Read(IConfiguration source)
    {
        var text = source["CS_IDENTITY_MOST_VISITORS"];
        if (string.IsNullOrWhiteSpace(text)) return new();
        if (!int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var most) || most is < 1 or > 1_000_000)
            throw new Trouble($"CS_IDENTITY_MOST_VISITORS is '{text}'.", "Set a whole number from 1 to 1000000, or leave it out for 500.");
        return new LinkSettings { MostVisitors = most };
    }
}
