using System.Globalization;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Messages.Channels.Setup;

/// <summary>What an operator sets about channels in the environment; what is missing there is set on the page.</summary>
public sealed record ChannelSettings
{
    /// <summary>CS_MAIL_FROM: "Name &lt;address&gt;".</summary>
    public MailAddress? From { get; init; }

    /// <summary>CS_MAIL_REPLY_TO.</summary>
    public MailAddress? ReplyTo { get; init; }

    /// <summary>CS_PUBLIC_URL: where readers of mails reach this installation; "": as the page says.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary>CS_KIT_API_KEY: a key of Kit's API v4.</summary>
    public string KitKey { get; init; } = "";

    /// <summary>CS_KIT_URL.</summary>
    public Uri KitUrl { get; init; } = new("https://api.kit.com/");

    /// <summary>CS_KIT_RATE: requests a minute that Kit allows (120 for a key).</summary>
    public int KitRate { get; init; } = 120;

    /// <summary>CS_SENDGRID_API_KEY: SG.…, with the scope mail.send.</summary>
    public string SendGridKey { get; init; } = "";

    /// <summary>CS_SENDGRID_URL: another one for the EU region.</summary>
    public Uri SendGridUrl { get; init; } = new("https://api.sendgrid.com/");

    /// <summary>CS_SENDGRID_RATE: mails a minute.</summary>
    public int SendGridRate { get; init; } = 600;

    /// <summary>CS_SMTP: smtp://USER:PASSWORD@HOST:587.</summary>
    public SmtpSetup? Smtp { get; init; }

    /// <summary>CS_SMTP_RATE: mails a minute.</summary>
    public int SmtpRate { get; init; } = 60;

    public static ChannelSettings Read(IConfiguration source)
    {
        var defaults = new ChannelSettings();
        var rate = Rate(source, "CS_SMTP_RATE", defaults.SmtpRate);
        return new()
        {
            From = Mail(source, "CS_MAIL_FROM"),
            ReplyTo = Mail(source, "CS_MAIL_REPLY_TO"),
            PublicUrl = Here(source),
            KitKey = Key(source, "CS_KIT_API_KEY"),
            KitUrl = Address(source, "CS_KIT_URL", defaults.KitUrl),
            KitRate = Rate(source, "CS_KIT_RATE", defaults.KitRate),
            SendGridKey = Key(source, "CS_SENDGRID_API_KEY"),
            SendGridUrl = Address(source, "CS_SENDGRID_URL", defaults.SendGridUrl),
            SendGridRate = Rate(source, "CS_SENDGRID_RATE", defaults.SendGridRate),
            SmtpRate = rate,
            Smtp = (Settings.Value(source, "CS_SMTP") ?? "").Trim() is not { Length: > 0 } text ? null
                : SmtpSetup.Read(text, rate) ?? throw new Trouble("CS_SMTP is no address of a mail server.", "For example CS_SMTP=smtp://user:password@smtp.example.com:587, with % codes for what is special in a password."),
        };
    }

    /// <summary>What is wrong with a key, or null.</summary>
    public static string? Problem(string key) =>
        key.Length > 300 ? "A key has at most 300 characters." : key.Any(letter => letter is < '!' or > '~') ? "A key holds no blanks and only plain characters." : null;

    private static string Key(IConfiguration source, string name)
    {
        var key = (Settings.Value(source, name) ?? "").Trim();
        return Problem(key) is not { } problem ? key : throw new Trouble($"{name} cannot be used. {problem}", $"Set the key that the provider shows, or leave {name} out and enter it on the page.");
    }

    private static MailAddress? Mail(IConfiguration source, string name) =>
        (source[name] ?? "").Trim() is not { Length: > 0 } text ? null
        : MailAddress.Parse(text) ?? throw new Trouble($"{name} is '{text}', which is no mail address.", $"For example {name}=\"Acme Support <support@acme.example>\"");

    private static string Here(IConfiguration source) =>
        (source["CS_PUBLIC_URL"] ?? "").Trim().TrimEnd('/') is var here && (here.Length == 0 || BrandSettings.IsPublic(here)) ? here
        : throw new Trouble($"CS_PUBLIC_URL is '{here}', which readers of mails cannot reach.", "An https address from outside, as in CS_PUBLIC_URL=https://success.example.com; leave it out where no mails are sent.");

    private static Uri Address(IConfiguration source, string name, Uri otherwise) =>
        (source[name] ?? "").Trim() is not { Length: > 0 } text ? otherwise
        : Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.Query.Length == 0 ? uri
        : throw new Trouble($"{name} is '{text}', which is no address.", $"For example {name}={otherwise}");

    private static int Rate(IConfiguration source, string name, int otherwise) =>
        source[name] is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, CultureInfo.InvariantCulture, out var rate) && rate is >= 10 and <= 1_000_000 ? rate
        : throw new Trouble($"{name} is '{text}', which is no number a minute.", "Use a whole number from 10 to 1000000, or leave it out.");
}
