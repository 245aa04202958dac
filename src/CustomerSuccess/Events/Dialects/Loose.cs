using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Dialects;

/// <summary>Reads JSON the way clients of other tools are read: what is missing, null or of another kind is nothing, not an error.</summary>
internal static class Loose
{
    /// <summary>A field; nothing (undefined) where there is none, also inside of nothing.</summary>
    public static JsonElement At(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    /// <summary>The first of these fields that is there.</summary>
    public static JsonElement AtAny(this JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.At(name) is { ValueKind: not JsonValueKind.Undefined } found) return found;
        }

        return default;
    }

    /// <summary>The messages of a list; refused by its length, before any of them is looked at.</summary>
    public static IReadOnlyList<JsonElement> Each(this JsonElement list)
    {
        Reception.CheckCount(list.GetArrayLength());
        return [.. list.EnumerateArray()];
    }

    public static bool Is(this JsonElement json, JsonValueKind kind) => json.ValueKind == kind;

    public static bool There(this JsonElement json) => json.ValueKind != JsonValueKind.Undefined;

    /// <summary>A text, or a number as its sender wrote it; null for anything else and for an empty text.</summary>
    public static string? Text(this JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String when Read(json) is { Length: > 0 } text => text,
        JsonValueKind.Number => json.GetRawText(),
        _ => null,
    };

    public static string? Text(this JsonElement json, string name) => json.At(name).Text();

    public static double? Number(this JsonElement json) =>
        json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : json.ValueKind == JsonValueKind.String && double.TryParse(Read(json), NumberStyles.Float, CultureInfo.InvariantCulture, out var text) && double.IsFinite(text) ? text : null;

    /// <summary>A time in ISO 8601, or seconds or milliseconds since 1970; null for anything else.</summary>
    public static DateTime? Instant(this JsonElement json)
    {
        if (json.Number() is { } number) return Instant(number);
        // The year first: 05-06-2026 is a day in May here and one in June there.
        return json.ValueKind == JsonValueKind.String && Read(json) is [>= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', '-', ..] text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? Days.Micro(instant.UtcDateTime) : null;
    }

    // Half a character, or bytes that are no UTF-8, are no text. Looked for here, too: a key or a domain is read before the
    // message is checked.
    private static string? Read(JsonElement json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    // Seconds until the year 5138, milliseconds from 1973 on: nobody means the other one.
    private static DateTime? Instant(double since1970) =>
        (since1970 < 1e11 ? since1970 * 1000 : since1970) is > 0 and < 4e12 and var milliseconds ? Days.Micro(DateTime.UnixEpoch.AddMilliseconds(milliseconds)) : null;
}
