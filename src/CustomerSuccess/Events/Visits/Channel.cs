namespace CustomerSuccess.Events.Visits;

/// <summary>
/// The channel a visit belongs to, as acquisition reports name them: what the link said (utm_*) counts before the id an ad
/// left, and that before the referrer. Close to GA4's default channel group, with AI assistants as one of their own. Pure.
/// </summary>
public static class Channel
{
    public const string PaidSearch = "paid_search", PaidSocial = "paid_social", PaidOther = "paid_other", Display = "display", Affiliate = "affiliate",
        Search = "search", Social = "social", Ai = "ai", Email = "email", Referral = "referral", Campaign = "campaign", Internal = "internal", Direct = "direct";

    public static IReadOnlyList<string> All { get; } =
        [Direct, Search, PaidSearch, Social, PaidSocial, Ai, Email, Referral, Display, Affiliate, PaidOther, Campaign, Internal];

    /// <summary>Names of the properties that hold an ad's click id, with the channel each stands for.</summary>
    public static IReadOnlyDictionary<string, string> ClickIds { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["gclid"] = PaidSearch, ["gbraid"] = PaidSearch, ["wbraid"] = PaidSearch, ["msclkid"] = PaidSearch, ["yclid"] = PaidSearch, ["dclid"] = Display,
        // Facebook adds it to every link, also where nobody paid.
        ["fbclid"] = Social,
        ["ttclid"] = PaidSocial, ["twclid"] = PaidSocial, ["li_fat_id"] = PaidSocial, ["rdt_cid"] = PaidSocial, ["ScCid"] = PaidSocial, ["epik"] = PaidSocial, ["irclickid"] = Affiliate,
    };

    /// <param name="visit">Address, referrer and campaign of the page view.</param>
    /// <param name="clickIds">Names of the click ids it carried.</param>
    public static string Of(Visit visit, IReadOnlyCollection<string>? clickIds = null)
    {
        var (source, medium) = (Plain(visit.Source), Plain(visit.Medium));
        var referral = source.Length > 0 && ReferrerClass.Named(source) is { } named ? named : ReferrerClass.Of(visit.Referrer, visit.Url);
        var clicked = clickIds is null ? null : ClickIds.Where(id => clickIds.Contains(id.Key)).Select(id => id.Value).FirstOrDefault();
        return OfMedium(medium, referral.Class)
            ?? (source is "email" or "e-mail" or "newsletter" || source.EndsWith("newsletter", StringComparison.Ordinal) ? Email : null)
            ?? clicked
            ?? referral.Class switch
            {
                ReferrerClass.Search => Search,
                ReferrerClass.Social => Social,
                ReferrerClass.Ai => Ai,
                ReferrerClass.Email => Email,
                // A link that was tagged is no chance find.
                _ when source.Length > 0 || medium.Length > 0 || Plain(visit.Campaign).Length > 0 => Campaign,
                ReferrerClass.Site => Referral,
                ReferrerClass.Internal => Internal,
                _ => Direct,
            };
    }

    private static string? OfMedium(string medium, string from) => medium switch
    {
        "" => null,
        "display" or "banner" or "expandable" or "interstitial" or "cpm" => Display,
        "affiliate" or "affiliates" or "partner" => Affiliate,
        "email" or "e-mail" or "e_mail" or "e mail" or "newsletter" => Email,
        "organic" => Search,
        "referral" or "link" => from is ReferrerClass.Ai ? Ai : Referral,
        "social" or "social-network" or "social-media" or "sm" or "social network" or "social media" => Social,
        "ai" or "llm" or "ai-assistant" => Ai,
        _ when Paid(medium) => medium.Contains("social", StringComparison.Ordinal) ? PaidSocial : from switch
        {
            ReferrerClass.Search => PaidSearch,
            ReferrerClass.Social => PaidSocial,
            _ => medium.Contains("search", StringComparison.Ordinal) ? PaidSearch : PaidOther,
        },
        _ => null,
    };

    // cpc, ppc, cpv, cpa, cpp, retargeting, paid, paid-social …
    private static bool Paid(string medium) =>
        medium is "ppc" or "retargeting" or "sem" || medium.StartsWith("cp", StringComparison.Ordinal) && medium.Length <= 4 || medium.StartsWith("paid", StringComparison.Ordinal);

    private static string Plain(string? text) => (text ?? "").Trim().ToLowerInvariant();
}
