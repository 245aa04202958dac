using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerSuccess.Events;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>
/// What a provider's payload says: the events it becomes (none: it is ignored, and why), and whom it is about, as the group
/// its events name.
/// </summary>
/// <param name="Kind">pull_request.opened, invoice.paid, …: what the counters count by.</param>
/// <param name="Account">github:acme-dev, stripe:cus_1; null where the payload names nobody.</param>
/// <param name="Events">In the order they happened.</param>
/// <param name="Reason">One word for the counters, where nothing became of it.</param>
/// <param name="Detail">The same as a sentence.</param>
public sealed record Reading(string Kind, string? Account, IReadOnlyList<Envelope> Events, string Reason = "", string Detail = "")
{
    /// <summary>Something should have become of it.</summary>
    public bool Failed { get; init; }

    /// <summary>What the provider tells more than once under ids of its own: the first of them counts.</summary>
    public OncePer? OncePer { get; init; }

    /// <summary>Properties as the log keeps them: what is not known is left out.</summary>
    public static JsonSerializerOptions Written { get; } = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Reading Ignored(string kind, string? account, string reason, string detail) => new(kind, account, [], reason, detail);
}

/// <summary>One event of this type per value of a property, as in one payment per invoice.</summary>
public sealed record OncePer(string Type, string Property, string Value);

/// <summary>Payloads as they come: any field may be missing or of another type, and then it is as if it were not there.</summary>
public static class Payload
{
    /// <summary>A field inside a field …; undefined where any of them is missing.</summary>
    public static JsonElement At(this JsonElement json, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json)) return default;
        }

        return json;
    }

    /// <summary>A text that can be stored, of at most so many characters; null for anything else, the empty text too.</summary>
    public static string? Text(this JsonElement json, int most = 255)
    {
        if (json.ValueKind != JsonValueKind.String) return null;
        try
        {
            return json.GetString() is { Length: > 0 } text && text.Length <= most && !text.Any(char.IsControl) ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Half a Unicode character.
            return null;
        }
    }

    /// <summary>The same, cut where it is longer: titles and other words for people.</summary>
    public static string? Words(this JsonElement json, int most) =>
        json.Text(100_000) is not { } text ? null : text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];

    public static long? Whole(this JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var number) ? number : null;

    public static bool Is(this JsonElement json, bool value) => json.ValueKind == (value ? JsonValueKind.True : JsonValueKind.False);

    /// <summary>A name as part of a kind: small letters, digits, dots and _; cut.</summary>
    public static string Kind(string? name) =>
        string.Concat((name ?? "").ToLowerInvariant().Take(80).Select(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '.' ? letter : '_'));
}
