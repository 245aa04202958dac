using System.Security.Cryptography;
using CustomerSuccess.Messages.Feedback.SendGrid;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Messages.Feedback;

/// <summary>What an operator sets about news from providers in the environment; what is missing there is set on the page. docs/operate/settings.md.</summary>
public sealed record FeedbackSettings
{
    /// <summary>CS_SENDGRID_WEBHOOK_KEY: SendGrid's verification key, or several separated by blanks while it is changed.</summary>
    public IReadOnlyList<string> SendGridKeys { get; init; } = [];

    public static FeedbackSettings Read(IConfiguration source)
    {
        var keys = Split(Settings.Value(source, "CS_SENDGRID_WEBHOOK_KEY") ?? "");
        return keys.FirstOrDefault(key => Problem(key) is not null) is { } wrong
            ? throw new Trouble($"CS_SENDGRID_WEBHOOK_KEY cannot be used: {Problem(wrong)}.", "Copy the verification key that SendGrid shows under Mail Settings, Event Webhook, or leave it out and enter it on the page.")
            : new() { SendGridKeys = keys };
    }

    public static string[] Split(string text) => text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What is wrong with a key, or null.</summary>
    public static string? Problem(string key)
    {
        try
        {
            using var read = SendGridSignature.Key(key);
            return null;
        }
        catch (Exception error) when (error is FormatException or CryptographicException)
        {
            return "it is no verification key of SendGrid (a P-256 public key in base64, MFkw…)";
        }
    }
}
