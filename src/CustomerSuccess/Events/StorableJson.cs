using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace CustomerSuccess.Events;

/// <summary>
/// Whether PostgreSQL's jsonb can hold a value: what it cannot must not reach a batch with neighbours in it. Looks at the bytes
/// as they came; a text is made only of what has escapes in it.
/// </summary>
public static class StorableJson
{
    // Up to here names are compared with each other; beyond, a set is quicker.
    private const int FewNames = 12;

    /// <summary>What is wrong with the keys of one object, or null: a key that stands twice, or one that cannot be stored. Pure.</summary>
    public static string? Names(JsonElement value)
    {
        var count = value.GetPropertyCount();
        if (count <= FewNames && PlainNames(value)) return TwiceAmongFew(value);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (Text(() => property.Name) is { } problem) return problem;
            if (!seen.Add(property.Name)) return Twice(property.Name);
        }

        return null;
    }

    /// <summary>What is wrong with it, or null. Pure.</summary>
    public static string? Problem(JsonElement value, int depth)
    {
        if (depth < 0) return "is nested deeper than 16 levels";
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                if (Names(value) is { } names) return names;
                foreach (var property in value.EnumerateObject())
                {
                    if (Problem(property.Value, depth - 1) is { } inner) return inner;
                }

                return null;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (Problem(item, depth - 1) is { } inner) return inner;
                }

                return null;
            case JsonValueKind.String:
                return Plain(JsonMarshal.GetRawUtf8Value(value)) ? null : Text(() => value.GetString()!);
            case JsonValueKind.Number:
                return Number(JsonMarshal.GetRawUtf8Value(value));
            default:
                return null;
        }
    }

    /// <summary>What is wrong with a text of a column of its own, or null. Pure.</summary>
    public static string? Problem(string? text)
    {
        if (text is null) return null;
        if (text.Contains('\0', StringComparison.Ordinal)) return "holds a NUL character, which cannot be stored";
        for (var n = 0; n < text.Length; n++)
        {
            if (!char.IsSurrogate(text[n])) continue;
            if (n + 1 == text.Length || !char.IsSurrogatePair(text[n], text[n + 1])) return "holds half a Unicode character (a lone surrogate), which cannot be stored";
            n++;
        }

        return null;
    }

    private static bool PlainNames(JsonElement value)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (!Plain(JsonMarshal.GetRawUtf8PropertyName(property))) return false;
        }

        return true;
    }

    private static string? TwiceAmongFew(JsonElement value)
    {
        var n = 0;
        foreach (var property in value.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(property);
            var before = n++;
            foreach (var other in value.EnumerateObject())
            {
                if (before-- == 0) break;
                if (name.SequenceEqual(JsonMarshal.GetRawUtf8PropertyName(other))) return Twice(property.Name);
            }
        }

        return null;
    }

    private static string Twice(string name) => $"has the key '{name}' twice in one object";

    // Without an escape there is no NUL and no half character: JSON holds neither as it is.
    private static bool Plain(ReadOnlySpan<byte> raw) => !raw.Contains((byte)'\\') && Utf8.IsValid(raw);

    private static string? Text(Func<string> read)
    {
        try
        {
            return read().Contains('\0', StringComparison.Ordinal) ? "holds a NUL character (\\u0000), which cannot be stored" : null;
        }
        catch (InvalidOperationException)
        {
            return "holds half a Unicode character (a lone surrogate) or bytes that are no UTF-8, which cannot be stored";
        }
    }

    // numeric holds 131,072 digits before the point; 308 is what every other reader of JSON holds.
    private static string? Number(ReadOnlySpan<byte> text)
    {
        var e = text.IndexOfAny((byte)'e', (byte)'E');
        if (text.Length > 400) return "holds a number of more than 400 digits";
        return e >= 0 && (!int.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) || Math.Abs(exponent) > 308)
            ? "holds a number whose exponent is beyond 308" : null;
    }
}
