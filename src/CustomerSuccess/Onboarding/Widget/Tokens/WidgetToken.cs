using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CustomerSuccess.Onboarding.Widget.Tokens;

/// <summary>Who looks at the widget, as their company's server vouches. Preview: made for our own settings page, may change nothing.</summary>
public sealed record WidgetToken(string Customer, string Person, DateTime ExpiresAt, bool Preview = false)
{
    /// <summary>Who does something with it, as events name them.</summary>
    public string Actor => "widget:" + (Person.Length > 0 ? Person : Customer);
}

/// <summary>
/// The widget's tokens: JSON Web Tokens (RFC 7519), signed with HMAC SHA-256 and nothing else, so that any language makes one in ten
/// lines. The key is the text of the secret. Pure.
/// </summary>
public static class WidgetTokens
{
    /// <summary>For whom they are made: a token for something else is none of ours, whoever signed it.</summary>
    public const string Audience = "customer-success-widget";

    public const int MostHours = 24, Longest = 2048;

    // Clocks of two servers are not the same.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    public static string Make(WidgetToken token, string secret)
    {
        var header = """{"alg":"HS256","typ":"JWT"}"""u8;
        using var payload = new MemoryStream();
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteString("sub", token.Customer);
            json.WriteString("aud", Audience);
            json.WriteNumber("exp", Seconds(token.ExpiresAt));
            if (token.Person.Length > 0) json.WriteString("person", token.Person);
            if (token.Preview) json.WriteBoolean("preview", true);
            json.WriteEndObject();
        }

        var signed = Base64Url.EncodeToString(header) + "." + Base64Url.EncodeToString(payload.ToArray());
        return signed + "." + Base64Url.EncodeToString(Sign(Encoding.UTF8.GetBytes(secret), signed));
    }

    /// <summary>Null for whatever is wrong with it: who sends it is told nothing else.</summary>
    public static WidgetToken? Read(string text, IReadOnlyList<byte[]> keys, DateTime now)
    {
        if (text.Length > Longest || text.Split('.') is not [var header, var payload, var signature]) return null;
        if (!TryDecode(signature, out var mark) || mark.Length != 32) return null;
        var signed = header + "." + payload;
        // The signature first, and with every key: nothing of what is not proven is read.
        var right = keys.Aggregate(false, (before, key) => CryptographicOperations.FixedTimeEquals(Sign(key, signed), mark) || before);
        if (!right || !TryDecode(header, out var head) || !TryDecode(payload, out var body)) return null;
        try
        {
            using var told = JsonDocument.Parse(head, Strict);
            using var claims = JsonDocument.Parse(body, Strict);
            return told.RootElement is { ValueKind: JsonValueKind.Object } first && Text(first, "alg") == "HS256" && !first.TryGetProperty("crit", out _)
                && claims.RootElement is { ValueKind: JsonValueKind.Object } second ? Checked(second, now) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static WidgetToken? Checked(JsonElement claims, DateTime now)
    {
        if (Text(claims, "sub") is not { Length: > 0 and <= 300 } customer || !Ours(claims) || Time(claims, "exp") is not { } expires) return null;
        if (expires <= now || expires > now.AddHours(MostHours) + Skew) return null;
        foreach (var name in new[] { "nbf", "iat" })
        {
            if (claims.TryGetProperty(name, out _) && (Time(claims, name) is not { } from || from > now + Skew)) return null;
        }

        var person = claims.TryGetProperty("person", out _) ? Text(claims, "person") : "";
        if (person is null or { Length: > 200 } || person.Any(char.IsControl) || customer.Any(char.IsControl)) return null;
        return new(customer, person, expires, claims.TryGetProperty("preview", out var preview) && preview.ValueKind == JsonValueKind.True);
    }

    private static bool Ours(JsonElement claims) => claims.TryGetProperty("aud", out var audience) && (audience.ValueKind == JsonValueKind.Array
        ? audience.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(Audience)) : audience.ValueKind == JsonValueKind.String && audience.ValueEquals(Audience));

    private static string? Text(JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    // Seconds since 1970; fractions are allowed by the standard.
    private static DateTime? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 100_000_000_000
            ? DateTime.UnixEpoch.AddSeconds(seconds) : null;

    private static long Seconds(DateTime at) => (long)(at - DateTime.UnixEpoch).TotalSeconds;

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text));

    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (!Base64Url.IsValid(text) || text.Contains('=', StringComparison.Ordinal) || text.Any(char.IsWhiteSpace)) return false;
        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }
}
