using System.Text;

namespace CustomerSuccess.Messages.Feedback.Smtp;

/// <summary>
/// As much of RFC 5322 and 2045 as a delivery report needs: headers, and the parts of a multipart. Bytes are read as Latin-1, so that none
/// is lost; what is broken is read as far as it goes. Pure.
/// </summary>
public sealed record MailPart(IReadOnlyDictionary<string, string> Headers, string Body)
{
    private const int MostParts = 20, MostHeaders = 500;

    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>message/delivery-status, without its parameters.</summary>
    public string Type => Header("content-type").Split(';')[0].Trim().ToLowerInvariant();

    public static MailPart Read(ReadOnlySpan<byte> raw) => Read(Encoding.Latin1.GetString(raw).ReplaceLineEndings("\n"));

    public static MailPart Read(string text)
    {
        // Some servers leave mbox's first line in front.
        if (text.StartsWith("From ", StringComparison.Ordinal)) text = text[(text.IndexOf('\n') + 1)..];
        var end = text.StartsWith('\n') ? 0 : text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = end < 0 ? text : text[..end];
        return new(Fields(head), end < 0 ? "" : text[(text.StartsWith('\n') ? 1 : end + 2)..]);
    }

    /// <summary>Name: value, one a line, longer ones continued by a blank; names in small letters, the first of each counts.</summary>
    public static IReadOnlyDictionary<string, string> Fields(string head)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var name = "";
        foreach (var line in head.Split('\n', MostHeaders))
        {
            if (line.Length > 0 && line[0] is ' ' or '\t')
            {
                if (name.Length > 0 && fields[name].Length < 4000) fields[name] += " " + line.Trim();
                continue;
            }

            var colon = line.IndexOf(':');
            if (colon <= 0) continue;
            var next = line[..colon].Trim().ToLowerInvariant();
            name = fields.TryAdd(next, line[(colon + 1)..].Trim()) ? next : "";
        }

        return fields;
    }

    /// <summary>The parts of a multipart; none where it is none.</summary>
    public IReadOnlyList<MailPart> Parts()
    {
        if (!Type.StartsWith("multipart/", StringComparison.Ordinal) || Parameter("boundary") is not { Length: > 0 and <= 200 } boundary) return [];
        var parts = new List<MailPart>();
        StringBuilder? part = null;
        foreach (var line in Body.Split('\n'))
        {
            var delimiter = line.StartsWith("--" + boundary, StringComparison.Ordinal);
            if (!delimiter)
            {
                part?.Append(line).Append('\n');
                continue;
            }

            if (part is not null) parts.Add(Read(part.ToString()));
            if (line.StartsWith("--" + boundary + "--", StringComparison.Ordinal) || parts.Count >= MostParts) return parts;
            part = new StringBuilder();
        }

        if (part is not null) parts.Add(Read(part.ToString()));
        return parts;
    }

    /// <summary>The body as it was before it was packed for the way.</summary>
    public string Content() => Header("content-transfer-encoding").Trim().ToLowerInvariant() switch
    {
        "base64" => Base64(Body),
        "quoted-printable" => Quoted(Body),
        _ => Body,
    };

    private string? Parameter(string name)
    {
        foreach (var each in Header("content-type").Split(';').Skip(1))
        {
            var equals = each.IndexOf('=');
            if (equals > 0 && each[..equals].Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) return each[(equals + 1)..].Trim().Trim('"');
        }

        return null;
    }

    private static string Base64(string body)
    {
        var packed = new string([.. body.Where(letter => !char.IsWhiteSpace(letter))]);
        var plain = new byte[packed.Length];
        return Convert.TryFromBase64String(packed, plain, out var length) ? Encoding.Latin1.GetString(plain, 0, length).ReplaceLineEndings("\n") : body;
    }

    private static string Quoted(string body)
    {
        var plain = new StringBuilder(body.Length);
        for (var at = 0; at < body.Length; at++)
        {
            if (body[at] == '=' && at + 1 < body.Length && body[at + 1] == '\n') at++;
            else if (body[at] == '=' && at + 2 < body.Length && char.IsAsciiHexDigit(body[at + 1]) && char.IsAsciiHexDigit(body[at + 2]))
            {
                plain.Append((char)Convert.ToByte(body.Substring(at + 1, 2), 16));
                at += 2;
            }
            else plain.Append(body[at]);
        }

        return plain.ToString();
    }
}
