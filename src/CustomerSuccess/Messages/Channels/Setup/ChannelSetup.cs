using CustomerSuccess.Messages.Channels.Mail;

namespace CustomerSuccess.Messages.Channels.Setup;

/// <summary>Who our mails are from, and where answers go (null: there as well).</summary>
public sealed record Sender(MailAddress Address, MailAddress? ReplyTo);

/// <summary>A provider that is called: its key, where it is, and requests a minute.</summary>
public sealed record HttpSetup(string Key, Uri Url, int PerMinute);

public enum SmtpSecurity
{
    /// <summary>Plain at first, encrypted before anything is said (port 587).</summary>
    StartTls,

    /// <summary>Encrypted from the first byte (port 465).</summary>
    Tls,

    /// <summary>In the clear: for a relay on the same machine.</summary>
    None,
}

/// <summary>A mail server.</summary>
public sealed record SmtpSetup(string Host, int Port, SmtpSecurity Security, string User, string Password, int PerMinute)
{
    /// <summary>smtp://USER:PASSWORD@HOST:587, smtps://… (encrypted from the start) or smtp+plain://… (in the clear); null where it is none of these.</summary>
    public static SmtpSetup? Read(string text, int perMinute)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.PathAndQuery is not ("/" or "")) return null;
        SmtpSecurity? security = uri.Scheme switch { "smtp" => SmtpSecurity.StartTls, "smtps" => SmtpSecurity.Tls, "smtp+plain" => SmtpSecurity.None, _ => null };
        if (security is not { } known) return null;
        var (user, password) = uri.UserInfo.Split(':', 2) is [var name, .. var rest] ? (Uri.UnescapeDataString(name), rest.Length > 0 ? Uri.UnescapeDataString(rest[0]) : "") : ("", "");
        return new(uri.Host, uri.Port > 0 ? uri.Port : known == SmtpSecurity.Tls ? 465 : known == SmtpSecurity.StartTls ? 587 : 25, known, user, password, perMinute);
    }
}
