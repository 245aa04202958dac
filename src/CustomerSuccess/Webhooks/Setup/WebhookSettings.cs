using CustomerSuccess.Platform;

namespace CustomerSuccess.Webhooks.Setup;

/// <summary>What an operator sets about webhooks in the environment; what is missing there is set on the page. docs/operate/webhooks.md.</summary>
public sealed record WebhookSettings
{
    private const int Shortest = 16;

    /// <summary>CS_GITHUB_WEBHOOK_SECRET: one secret, or several separated by blanks while one is being rolled.</summary>
    public IReadOnlyList<string> GitHubSecrets { get; init; } = [];

    /// <summary>CS_STRIPE_WEBHOOK_SECRET: whsec_…, likewise.</summary>
    public IReadOnlyList<string> StripeSecrets { get; init; } = [];

    /// <summary>CS_GITHUB_LABEL: the label that means "tagged".</summary>
    public string Label { get; init; } = "";

    /// <summary>CS_GITHUB_APP: login or slug of the company's app, whose pull requests count.</summary>
    public string App { get; init; } = "";

    public static WebhookSettings Read(IConfiguration source) => new()
    {
        GitHubSecrets = Secrets(source, "CS_GITHUB_WEBHOOK_SECRET"),
        StripeSecrets = Secrets(source, "CS_STRIPE_WEBHOOK_SECRET"),
        Label = (source["CS_GITHUB_LABEL"] ?? "").Trim(),
        App = (source["CS_GITHUB_APP"] ?? "").Trim(),
    };

    public IReadOnlyList<string> Secrets(Provider provider) => provider == Provider.GitHub ? GitHubSecrets : StripeSecrets;

    /// <summary>What is wrong with a secret, or null.</summary>
    public static string? Problem(Provider provider, string secret) =>
        secret.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter)) ? "A secret holds no blanks."
        : secret.Length > 200 ? "A secret has at most 200 characters."
        : provider == Provider.Stripe && !secret.StartsWith("whsec_", StringComparison.Ordinal) ? "A signing secret of Stripe begins with whsec_; this is something else, perhaps an API key."
        : secret.Length < Shortest ? $"A secret has at least {Shortest} characters. Make one: openssl rand -hex 32"
        : null;

    private static string[] Secrets(IConfiguration source, string name)
    {
        var provider = Provider.All.Single(each => each.SecretSetting == name);
        var secrets = (Settings.Value(source, name) ?? "").Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var secret in secrets)
        {
            if (Problem(provider, secret) is { } problem) throw new Trouble($"{name} cannot be used. {problem}", $"Set the secret that {provider.Title} shows or was given, or leave {name} out and enter it on the page.");
        }

        return secrets;
    }
}
