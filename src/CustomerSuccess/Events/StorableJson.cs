using System.Globalization;
using System.Text.Json;

namespace CustomerSuccess.Events;

/// <summary>Whether PostgreSQL's jsonb can hold a value: what it cannot must not reach a batch with neighbours in it.</summary>
public static class StorableJson
{
    /// <summary>What is wrong with the keys of one object, or null: a key that stands twice, or one that cannot be stored. Pure.</summary>
    public static string? Names(JsonElement value)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            if (Text(() => property.Name) is { } problem) return problem;
            if (!seen.Add(property.Name)) return $"has the key '{property.Name}' twice in one object";
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
                return Text(() => value.GetString()!);
            case JsonValueKind.Number:
                return Number(value.GetRawText());
            default:
                return null;
        }
    }

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
    private static string? Number(string text)
    {
        var e = text.IndexOfAny(['e', 'E']);
        if (text.Length > 400) return "holds a number of more than 400 digits";
        return e >= 0 && (!int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) || Math.Abs(exponent) > 308)
            ? "holds a number whose exponent is beyond 308" : null;
    }
}
