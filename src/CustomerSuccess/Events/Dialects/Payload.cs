using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace CustomerSuccess.Events.Dialects;

/// <summary>
/// What a body holds, found by looking at it: clients send gzip without saying so, JSON as text/plain or as a form, and
/// base64 inside a form. At most so much comes out, however small it was when it came in. Pure.
/// </summary>
public static class Payload
{
    /// <summary>The most a body may hold once it is unpacked.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const int MostFields = 100;

    /// <summary>The JSON in a body; throws a <see cref="BadHttpRequestException"/> of 413 or 400, which says what is wrong.</summary>
    public static JsonDocument Read(ReadOnlyMemory<byte> body, string? encoding = null) =>
        ReadEnvelope.Parse(Open(body, encoding ?? ""), out var fault) ?? throw new BadHttpRequestException($"The {fault!.Field}: {fault.Message}.");

    internal static ReadOnlyMemory<byte> Open(ReadOnlyMemory<byte> body, string encoding)
    {
        // Packed in a form in base64 is the most seen; anything deeper is made to cost us.
        for (var layers = 0; layers < 5; layers++)
        {
            var bytes = body.Span;
            if (bytes is [0xEF, 0xBB, 0xBF, ..]) body = body[3..];
            else if (bytes is [0x1F, 0x8B, ..]) body = Unpack(body, packed => new GZipStream(packed, CompressionMode.Decompress));
            else if (First(bytes) is '{' or '[' or '"' || bytes.Length == 0) return body;
            else if (bytes is [0x78, var flags, ..] && (0x7800 + flags) % 31 == 0) body = Unpack(body, packed => new ZLibStream(packed, CompressionMode.Decompress));
            else if (layers == 0 && encoding.Contains("deflate", StringComparison.OrdinalIgnoreCase)) body = Unpack(body, packed => new DeflateStream(packed, CompressionMode.Decompress));
            else if (layers == 0 && encoding.Contains("br", StringComparison.OrdinalIgnoreCase)) body = Unpack(body, packed => new BrotliStream(packed, CompressionMode.Decompress));
            else if (Form(body) is { } data) body = data;
            else if (Base64(bytes) is { } decoded) body = decoded;
            else return body;
        }

        return body;
    }

    private static char First(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n"u8) is [var first, ..] ? (char)first : '\0';

    private static byte[] Unpack(ReadOnlyMemory<byte> body, Func<Stream, Stream> open)
    {
        try
        {
            using var unpacked = open(new MemoryStream(body.ToArray(), writable: false));
            using var result = new MemoryStream();
            var part = new byte[64 * 1024];
            for (int got; (got = unpacked.Read(part)) > 0;)
            {
                if (result.Length + got > MostBytes)
                    throw new BadHttpRequestException($"The body unpacks to more than {MostBytes} bytes.", StatusCodes.Status413PayloadTooLarge);
                result.Write(part, 0, got);
            }

            return result.ToArray();
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException or EndOfStreamException)
        {
            throw new BadHttpRequestException("The body is compressed, and broken.", error);
        }
    }

    // data=…, the one field these clients use; a value that is JSON itself needs no decoding.
    private static byte[]? Form(ReadOnlyMemory<byte> body)
    {
        var bytes = body.Span;
        if (bytes[..Math.Min(bytes.Length, 200)].IndexOf((byte)'=') is not (> 0 and var equals) || bytes[..equals].ContainsAnyExcept(NameBytes)) return null;
        // By hand, and not to the end: a form of millions of fields would cost a thousand times what it weighs.
        var rest = bytes;
        for (var fields = 0; rest.Length > 0 && fields < MostFields; fields++)
        {
            var end = rest.IndexOf((byte)'&');
            var field = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (!field.StartsWith("data="u8) && !field.StartsWith("payload="u8)) continue;
            var value = Uri.UnescapeDataString(Encoding.UTF8.GetString(field[(field.IndexOf((byte)'=') + 1)..]).Replace('+', ' '));
            // A plus that was not escaped stands for itself in base64.
            if (value.Length > 0) return Encoding.UTF8.GetBytes(value.TrimStart() is ['{' or '[', ..] ? value : value.Replace(' ', '+'));
        }

        return null;
    }

    private static readonly System.Buffers.SearchValues<byte> NameBytes = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);

    private static byte[]? Base64(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.ASCII.GetString(bytes).Trim().TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var whole = new byte[text.Length];
        return text.Length >= 4 && Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), whole, out var length) ? whole[..length] : null;
    }
}
