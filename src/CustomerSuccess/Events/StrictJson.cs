using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CustomerSuccess.Events;

/// <summary>Definitions that people write, from and to JSON. What is not understood is refused: a misspelt name would silently change what it means. Pure.</summary>
public static class StrictJson
{
    /// <summary>Longer ones are refused unread.</summary>
    public const int Longest = 200_000;

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        MaxDepth = 16,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // It is shown to people and stored, never put into a page unescaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What was written, or everything that is wrong with it, each with its place.</summary>
    public static (T? Read, IReadOnlyList<Fault> Faults) From<T>(string json, Func<T, IReadOnlyList<Fault>> check) where T : class
    {
        if (json.Length > Longest) return (null, [new Fault("definition", "is longer than 200,000 characters")]);
        T? read;
        try
        {
            read = JsonSerializer.Deserialize<T>(json, Format);
        }
        catch (JsonException error)
        {
            return (null, [new Fault(Place(error), Why(error))]);
        }

        if (read is null) return (null, [new Fault("definition", "is null")]);
        var faults = check(read);
        return faults.Count > 0 ? (null, faults) : (read, []);
    }

    /// <summary>One that was checked when it was published.</summary>
    public static T Unchecked<T>(string json) => JsonSerializer.Deserialize<T>(json, Format)!;

    /// <summary>As it is shown and compared.</summary>
    public static string Write<T>(T definition) => JsonSerializer.Serialize(definition, Format);

    private static string Place(JsonException error) => error.Path is { Length: > 2 } path ? path[2..] : "definition";

    private static string Why(JsonException error)
    {
        var at = error.LineNumber is { } line ? $" (line {line + 1})" : "";
        if (error.Message.Contains("could not be mapped", StringComparison.Ordinal)) return "is no field of a definition" + at;
        if (error.Message.Contains("uplicate", StringComparison.Ordinal)) return "is there twice" + at;
        if (error.Message.Contains("could not be converted", StringComparison.Ordinal)) return "has a value of the wrong kind" + at;
        if (error.Message.Contains("null", StringComparison.OrdinalIgnoreCase)) return "may not be null" + at;
        return "is no JSON that can be read" + at;
    }
}
