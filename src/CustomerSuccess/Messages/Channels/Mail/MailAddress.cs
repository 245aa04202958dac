using System.Globalization;

namespace CustomerSuccess.Messages.Channels.Mail;

/// <summary>
/// An address and the name beside it, fit for a header: what could end a header or begin another is not in it. Pure.
/// </summary>
public sealed record MailAddress(string Address, string Name)
{
    private const int Longest = 254, LongestLocal = 64, LongestName = 200;
    private static readonly IdnMapping Idn = new();

    /// <summary>Null where it is no address: local part of letters, digits and the marks of RFC 5322's atoms, domain of labels (others as punycode).</summary>
    public static MailAddress? Read(string address, string name = "")
    {
        address = address.Trim();
        var at = address.LastIndexOf('@');
        if (at < 1 || address.Length > Longest || at > LongestLocal || !Atoms(address[..at]) || Domain(address[(at + 1)..]) is not { } domain) return null;
        return new($"{address[..at]}@{domain}", Words(name, LongestName));
    }

    /// <summary>"Name &lt;address&gt;" or an address alone.</summary>
    public static MailAddress? Parse(string text)
    {
        text = text.Trim();
        return text.EndsWith('>') && text.LastIndexOf('<') is >= 0 and var open ? Read(text[(open + 1)..^1], text[..open].Trim().Trim('"')) : Read(text);
    }

    /// <summary>One line of text: control characters, line separators and lone surrogates become blanks.</summary>
    public static string Words(string text, int longest = 998)
    {
        var plain = new System.Text.StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            // A lone surrogate is enumerated as U+FFFD.
            var wrong = Rune(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format || rune.Value == 0xFFFD;
            if (plain.Length + rune.Utf16SequenceLength > longest) break;
            plain.Append(wrong ? " " : rune.ToString());
        }

        return plain.ToString().Trim();
    }

    public override string ToString() => Name.Length == 0 ? Address : $"{Name} <{Address}>";

    private static UnicodeCategory Rune(System.Text.Rune rune) => System.Text.Rune.GetUnicodeCategory(rune);

    private static bool Atoms(string local) =>
        local.Split('.').All(atom => atom.Length > 0 && atom.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-/=?^_`{|}~".Contains(letter, StringComparison.Ordinal)));

    private static string? Domain(string domain)
    {
        try
        {
            var ascii = Idn.GetAscii(domain).ToLowerInvariant();
            var labels = ascii.Split('.');
            return labels.Length > 1 && labels.All(label => label.Length is > 0 and <= 63 && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') && label[0] != '-' && label[^1] != '-')
                ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
