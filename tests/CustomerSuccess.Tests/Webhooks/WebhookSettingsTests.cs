using CustomerSuccess.Platform;
using CustomerSuccess.Webhooks.GitHub.Missed;
using CustomerSuccess.Webhooks.Setup;
using Microsoft.Extensions.Configuration;

namespace CustomerSuccess.Tests.Webhooks;

public sealed class WebhookSettingsTests
{
    [Theory]
    [InlineData("CS_GITHUB_WEBHOOK_SECRET", "short", "at least 16")]
    [InlineData("CS_STRIPE_WEBHOOK_SECRET", "sk_live_0123456789abcdef", "whsec_")]
    [InlineData("CS_GITHUB_WEBHOOK_SECRET_FILE", "/nowhere/at/all", "cannot be read")]
    public void A_secret_that_cannot_be_one_is_refused_at_start(string name, string value, string says) =>
        Should.Throw<Trouble>(() => WebhookSettings.Read(Configured(new() { [name] = value }))).Text.ShouldContain(says);

    [Fact]
    public void Several_secrets_stand_side_by_side_while_one_is_rolled() =>
        WebhookSettings.Read(Configured(new() { ["CS_GITHUB_WEBHOOK_SECRET"] = "the-old-secret-of-ours the-new-secret-of-ours\n" })).GitHubSecrets.ShouldBe(["the-old-secret-of-ours", "the-new-secret-of-ours"]);

    [Theory]
    [InlineData("CS_GITHUB_APP_ID", "1", "belong together")]
    [InlineData("CS_GITHUB_TOKEN", "x", "belong together")]
    [InlineData("CS_GITHUB_API", "api.github.com", "no address")]
    [InlineData("CS_GITHUB_APP_KEY", "nonsense", "no private key")]
    [InlineData("CS_GITHUB_HOOK", "repos/acme/../hooks/x", "names no hook")]
    public void Settings_that_make_no_sense_are_refused_at_start(string name, string value, string says)
    {
        var settings = new Dictionary<string, string?> { [name] = value };
        if (name == "CS_GITHUB_APP_KEY") settings["CS_GITHUB_APP_ID"] = "1";
        if (name == "CS_GITHUB_HOOK") settings["CS_GITHUB_TOKEN"] = "x";
        Should.Throw<Trouble>(() => GitHubApiSettings.Read(Configured(settings))).Text.ShouldContain(says);
    }

    private static IConfiguration Configured(Dictionary<string, string?> settings) => new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
}
