using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Channels.Setup;

/// <summary>Changes what was entered about channels: sender, keys, mail server. In the audit log, without the keys.</summary>
public sealed class ChangeChannels(NpgsqlDataSource db, Settings settings, KnownChannels channels, AuditLog audit, TimeProvider clock)
{
    private const int LongestHost = 253;

    // What was wrong with it was wrong with the key before: it is tried at once.
    private const string Anew = """
        insert into channels (channel, tokens, filled_at) values (@part, 1, clock_timestamp())
        on conflict (channel) do update set failures = 0, throttled_since = null, paused_until = null, trial = false, refused_us = false, reason = ''
        """;

    /// <summary>Change one part of it; what is wrong, by field, or null.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> Run(string part, ChannelForm form, ClaimsPrincipal who, CancellationToken ct)
    {
        var problems = Problems(part, form);
        if (problems.Count > 0) return problems;
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await EnteredChannels.Read(connection, transaction, alone: true, ct);
        var after = Changed(part, form, before);
        await after.Write(connection, transaction, clock.Now(), who.AuditActor(), ct);
        if (part is Channel.Kit or Channel.SendGrid or Channel.Smtp && !Removes(part, form)) await connection.ExecuteAsync(new CommandDefinition(Anew, new { part }, transaction, cancellationToken: ct));
        await audit.Write(connection, transaction, who.AuditActor(), "channels.changed", "channel:" + part, new { secret_changed = Secret(part, after) != Secret(part, before) }, ct);
        await transaction.CommitAsync(ct);
        channels.Forget();
        return null;
    }

    /// <summary>Whether this takes a channel away; a sender is only changed.</summary>
    public static bool Removes(string part, ChannelForm form) => form.Remove == true && part is Channel.Kit or Channel.SendGrid or Channel.Smtp;

    /// <summary>Whether this changes where mails go, who they are from or with whose key: asked a password for.</summary>
    public static bool Asks(string part, ChannelForm form) => !Removes(part, form) && part switch
    {
        "sender" => true,
        Channel.Kit or Channel.SendGrid => !string.IsNullOrWhiteSpace(form.Key),
        Channel.Smtp => !string.IsNullOrWhiteSpace(form.Host),
        _ => false,
    };

    private EnteredChannels Changed(string part, ChannelForm form, EnteredChannels before) => part switch
    {
        "sender" => before with { From = form.From!.Trim(), ReplyTo = (form.ReplyTo ?? "").Trim() },
        Channel.Kit => before with { KitKey = form.Remove == true ? "" : EnteredChannels.Seal(settings, form.Key!.Trim()) },
        "mailbox" => before with { Mailbox = true },
        Channel.SendGrid => before with { Mailbox = false, SendGridKey = form.Remove == true ? "" : EnteredChannels.Seal(settings, form.Key!.Trim()) },
        _ when form.Remove == true => before with { SmtpHost = "", SmtpUser = "", SmtpPassword = "" },
        _ => before with
        {
            Mailbox = false,
            SmtpHost = form.Host!.Trim(),
            SmtpPort = form.Port ?? 587,
            SmtpSecurity = Enum.Parse<SmtpSecurity>(form.Security!, ignoreCase: true),
            SmtpUser = (form.User ?? "").Trim(),
            // A password that is not entered again stays, but never goes to another server than the one it was entered for.
            SmtpPassword = !string.IsNullOrEmpty(form.Secret) ? EnteredChannels.Seal(settings, form.Secret) : form.Host!.Trim() == before.SmtpHost && (form.User ?? "").Trim() == before.SmtpUser ? before.SmtpPassword : "",
        },
    };

    private static Dictionary<string, string> Problems(string part, ChannelForm form)
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Removes(part, form) || part == "mailbox") return problems;
        switch (part)
        {
            case "sender":
                if (MailAddress.Parse(form.From ?? "") is null) problems["from"] = "Write a name and an address, as in Acme <hello@acme.example>.";
                if (!string.IsNullOrWhiteSpace(form.ReplyTo) && MailAddress.Parse(form.ReplyTo) is null) problems["reply-to"] = "This is no mail address.";
                break;
            case Channel.Kit or Channel.SendGrid:
                if (string.IsNullOrWhiteSpace(form.Key)) problems["key"] = "Enter the key.";
                else if (ChannelSettings.Problem(form.Key.Trim()) is { } wrong) problems["key"] = wrong;
                break;
            default:
                if (string.IsNullOrWhiteSpace(form.Host) || form.Host.Length > LongestHost || Uri.CheckHostName(form.Host.Trim()) == UriHostNameType.Unknown) problems["host"] = "Enter the name of the mail server.";
                if (form.Port is < 1 or > 65535) problems["port"] = "A port is from 1 to 65535.";
                if (!Enum.TryParse<SmtpSecurity>(form.Security, ignoreCase: true, out var security) || !Enum.IsDefined(security)) problems["security"] = "Choose how the line is encrypted.";
                else if (security == SmtpSecurity.None && !string.IsNullOrWhiteSpace(form.User)) problems["security"] = "A password is not sent in the clear: choose STARTTLS or TLS.";
                break;
        }

        return problems;
    }

    private static string Secret(string part, EnteredChannels entered) => part switch { Channel.Kit => entered.KitKey, Channel.SendGrid => entered.SendGridKey, Channel.Smtp => entered.SmtpPassword, _ => "" };
}
