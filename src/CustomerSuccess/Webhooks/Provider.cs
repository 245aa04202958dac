namespace CustomerSuccess.Webhooks;

/// <summary>Who delivers here: its short name in addresses and tables, its name for people, and the setting that may hold its secrets.</summary>
public sealed record Provider(string Name, string Title, string SecretSetting)
{
    public static Provider GitHub { get; } = new("github", "GitHub", "CS_GITHUB_WEBHOOK_SECRET");

    public static Provider Stripe { get; } = new("stripe", "Stripe", "CS_STRIPE_WEBHOOK_SECRET");

    public static IReadOnlyList<Provider> All { get; } = [GitHub, Stripe];

    public string Path => "/webhooks/" + Name;

    public static Provider? Find(string name) => All.FirstOrDefault(each => each.Name == name);
}
