using CustomerSuccess.Platform;

namespace CustomerSuccess.Funnel.Figures;

/// <summary>How many reached each stage in some days. Counts are of what happened in the window, so a rate may pass 100.</summary>
/// <param name="WebsiteVisits">Page views, those of bots not counted.</param>
/// <param name="UniqueVisitors">Different visitors; one who is known as a person counts once.</param>
/// <param name="Signups">Customers whose sign-up is in the window.</param>
/// <param name="ApiKeysCreated">Customers whose first API key is.</param>
/// <param name="ActivatedUsers">Customers whose first successful API call is.</param>
/// <param name="RetainedUsers">Customers whose second successful API call is.</param>
/// <param name="Bots">Page views of programs, in none of the other figures.</param>
public sealed record FunnelCounts(long WebsiteVisits, long UniqueVisitors, long Signups, long ApiKeysCreated, long ActivatedUsers, long RetainedUsers, long Bots)
{
    /// <summary>Per cent with two decimals, half up; null where nothing is to be divided by.</summary>
    public decimal? VisitToSignupRate => Percent.Rate(Signups, WebsiteVisits);

    public decimal? SignupToApiKeyRate => Percent.Rate(ApiKeysCreated, Signups);

    public decimal? ApiKeyToActivationRate => Percent.Rate(ActivatedUsers, ApiKeysCreated);

    public decimal? ActivationToRetentionRate => Percent.Rate(RetainedUsers, ActivatedUsers);

    public static IReadOnlyList<(string Key, string Name)> Stages { get; } =
        [("visit", "Visits"), ("signup", "Sign-ups"), ("api_key", "API keys"), ("activation", "Activated"), ("retention", "Retained")];

    /// <summary>The count of a stage, 1 to 5.</summary>
    public long Of(int stage) => stage switch { 1 => WebsiteVisits, 2 => Signups, 3 => ApiKeysCreated, 4 => ActivatedUsers, _ => RetainedUsers };

    /// <summary>From the stage before, in per cent; null for the first.</summary>
    public decimal? RateOf(int stage) => stage switch { 1 => null, 2 => VisitToSignupRate, 3 => SignupToApiKeyRate, 4 => ApiKeyToActivationRate, _ => ActivationToRetentionRate };
}
