using System.Globalization;
using System.Text;
using CustomerSuccess.Messages.Templates;

namespace CustomerSuccess.Messages.Channels.Mail;

/// <summary>
/// A mail as SMTP carries it (RFC 5322, 2045–2047): plain text, and HTML beside it where there is any. Everything that people typed is
/// encoded, so that no header ends early and no line of the body is taken for a command. Pure.
/// </summary>
public static class MimeMessage
{
    private const int LineLength = 76;

    /// <param name="from">The sender, checked.</param>
    /// <param name="replyTo">Where answers go; null: to the sender.</param>
    /// <param name="to">The recipient, checked.</param>
    /// <param name="mail">What it says.</param>
    /// <param name="id">Makes the Message-ID, and the boundary between the parts.</param>
    /// <param name="now">The Date.</param>
    public static string Write(MailAddress from, MailAddress? replyTo, MailAddress to, Composed mail, string id, DateTimeOffset now)
    {
        var text = new StringBuilder();
        void Header(string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");
        Header("From", Named(from));
        Header("To", Named(to));
        if (replyTo is not null) Header("Reply-To", Named(replyTo));
        Header("Subject", Encoded(MailAddress.Words(mail.Subject)));
        Header("Date", now.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        Header("Message-ID", $"<{id}@{from.Address[(from.Address.LastIndexOf('@') + 1)..]}>");
        foreach (var (name, value) in mail.Headers)
        {
            if (Allowed(name)) Header(name, Plain(value));
        }

        Header("MIME-Version", "1.0");
        if (mail.Html.Length == 0) return text.Append(Part("text/plain", mail.Text)).ToString();

        var boundary = "=_" + id;
        Header("Content-Type", $"multipart/alternative; boundary=\"{boundary}\"");
        return text.Append("\r\n")
            .Append("--").Append(boundary).Append("\r\n").Append(Part("text/plain", mail.Text))
            .Append("--").Append(boundary).Append("\r\n").Append(Part("text/html", mail.Html))
            .Append("--").Append(boundary).Append("--\r\n").ToString();
    }

    /// <summary>Whether a header of this name may be added: a token, and none of those written here.</summary>
    public static bool Allowed(string name) =>
        name.Length is > 0 and <= 60 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
        && name.ToLowerInvariant() is not ("from" or "to" or "cc" or "bcc" or "sender" or "reply-to" or "subject" or "date" or "message-id" or "mime-version" or "received" or "return-path")
        && !name.StartsWith("content-", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("dkim-", StringComparison.OrdinalIgnoreCase);

    /// <summary>The value of a header of ours: ASCII stays readable (addresses, links), anything else is encoded.</summary>
    public static string Plain(string value) => MailAddress.Words(value) is var words && words.All(char.IsAscii) && words.Length < 900 ? words : Encoded(words);

    private static string Part(string type, string content) =>
        $"Content-Type: {type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Lines(content.ReplaceLineEndings("\r\n"))}\r\n";

    private static string Named(MailAddress address) => address.Name.Length == 0 ? address.Address : $"{Encoded(address.Name)} <{address.Address}>";

    private static string Lines(string content)
    {
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(content));
        return string.Join("\r\n", base64.Chunk(LineLength).Select(line => new string(line)));
    }

    // Words of letters and digits stay as they are; anything else is base64 in pieces of whole characters (RFC 2047), so that quotes,
    // brackets and commas mean nothing.
    private static string Encoded(string text)
    {
        if (text.Length is > 0 and < 60 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == ' ')) return text;
        var pieces = new List<string>();
        var piece = new List<byte>();
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (piece.Count + bytes.Length > 42)
            {
                pieces.Add(Convert.ToBase64String([.. piece]));
                piece.Clear();
            }

            piece.AddRange(bytes);
        }

        if (piece.Count > 0) pieces.Add(Convert.ToBase64String([.. piece]));
        return string.Join("\r\n ", pieces.Select(each => $"=?utf-8?B?{each}?="));
    }
}
