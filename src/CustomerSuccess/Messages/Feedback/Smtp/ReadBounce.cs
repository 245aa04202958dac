using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CustomerSuccess.Messages.Consent.Suppression;

namespace CustomerSuccess.Messages.Feedback.Smtp;

/// <summary>
/// What a mail server tells about a mail of ours: a delivery status notification (RFC 3464), or a complaint (RFC 5965). Which mail it was
/// is read from its Message-ID, which nobody can guess who did not get it. Pure.
/// </summary>
public static partial class ReadBounce
{
    /// <summary>Events none: why it says nothing about a mail of ours.</summary>
    public sealed record Reading(IReadOnlyList<Told> Events, string Why = "");

    private const int MostRecipients = 50;

    public static Reading Run(ReadOnlySpan<byte> raw, DateTime now)
    {
        var mail = MailPart.Read(raw);
        var parts = mail.Parts();
        var status = parts.FirstOrDefault(part => part.Type is "message/delivery-status" or "message/global-delivery-status");
        var complaint = parts.FirstOrDefault(part => part.Type == "message/feedback-report");
        if (status is null && complaint is null) return new([], "it is no delivery report and no complaint");
        var message = parts.Where(part => part.Type is "message/rfc822" or "text/rfc822-headers" or "message/global" or "message/global-headers")
            .Select(part => Ours(MailPart.Read(part.Content()).Header("message-id"))).FirstOrDefault(id => id.Length > 0) ?? Ours(mail.Header("in-reply-to") + " " + mail.Header("references"));
        if (message.Length == 0) return new([], "it names no mail of ours");
        var seal = Told.Clean(mail.Header("message-id"), 200) is { Length: > 0 } own ? own : Convert.ToHexStringLower(SHA256.HashData(raw));
        return new(status is null ? [Complaint(complaint!, message, seal, now)] : [.. Recipients(status.Content()).Select(fields => One(fields, message, seal, now)).OfType<Told>()]);
    }

    // Groups of fields, a blank line between them: the first is about the whole mail, each other about one recipient.
    private static IEnumerable<IReadOnlyDictionary<string, string>> Recipients(string content) =>
        content.Split("\n\n", MostRecipients + 1, StringSplitOptions.RemoveEmptyEntries).Select(group => MailPart.Fields(group.Trim('\n')))
            .Where(fields => fields.ContainsKey("final-recipient") || fields.ContainsKey("original-recipient"));

    private static Told? One(IReadOnlyDictionary<string, string> fields, string message, string seal, DateTime now)
    {
        var (action, status) = (fields.GetValueOrDefault("action", "").Trim().ToLowerInvariant(), Code().Match(fields.GetValueOrDefault("status", "")).Value);
        var words = Told.Clean(After(fields.GetValueOrDefault("diagnostic-code", "")), 500);
        var recipient = Address(fields.GetValueOrDefault("original-recipient", "")) is { Length: > 0 } original ? original : Address(fields.GetValueOrDefault("final-recipient", ""));
        var kind = action switch
        {
            "failed" => Told.Bounced,
            "delayed" => Told.Delayed,
            "delivered" or "relayed" or "expanded" => Told.Delivered,
            _ => null,
        };
        if (kind is null) return null;
        var hard = kind == Told.Bounced && BounceClass.IsHard(status, permanent: true, words);
        return new Told(Id(message, recipient, action, seal), kind, now)
        {
            Message = message,
            Email = recipient,
            Reason = status.Length > 0 && !words.Contains(status, StringComparison.Ordinal) ? $"{status} {words}".Trim() : words,
            Hard = hard,
            Suppresses = hard ? SuppressionList.HardBounce : null,
        };
    }

    private static Told Complaint(MailPart report, string message, string seal, DateTime now)
    {
        var fields = MailPart.Fields(report.Content());
        var recipient = Address(fields.GetValueOrDefault("original-rcpt-to", ""));
        return new Told(Id(message, recipient, "complaint", seal), Told.Complained, now)
        {
            Message = message,
            Email = recipient,
            Reason = Told.Clean(fields.GetValueOrDefault("feedback-type", "abuse"), 100),
            Suppresses = SuppressionList.Complaint,
        };
    }

    private static string Id(string message, string recipient, string action, string seal) =>
        "dsn:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', message, AddressKeys.Plain(recipient), action, seal))))[..40];

    /// <summary>The id of a message of ours in a Message-ID that we made: 32 hex digits, a dot, the attempt.</summary>
    private static string Ours(string header) => MessageId().Match(header).Groups["id"].Value;

    // rfc822; alice@example.com
    private static string After(string typed) => typed.IndexOf(';') is var at and >= 0 ? typed[(at + 1)..].Trim() : typed.Trim();

    private static string Address(string typed) => Told.Clean(After(typed).Trim('<', '>'), 254);

    [GeneratedRegex(@"<(?<id>[0-9a-f]{32})\.[0-9]{1,9}@", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex MessageId();

    [GeneratedRegex(@"[245]\.[0-9]{1,3}\.[0-9]{1,3}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Code();
}
