using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>A refused message as its receipt keeps it: the whole envelope as JSON, so that it can be looked at and sent again.</summary>
public static class KeptMessage
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) 
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    // For reading only: pages escape what they show.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Envelope message) => JsonSerializer.Serialize(message, Options);

    /// <summary>As people read it, at most so many characters.</summary>
    public static string Shown(string payload, int most = 4_000)
    {
        try
        {
            var node = JsonNode.Parse(payload)!.AsObject();
            if (node["properties"] is JsonValue text) node["properties"] = JsonNode.Parse(text.GetValue<string>());
            if (node["visit"] is JsonObject { Count: 0 }) node.Remove("visit");
            payload = node.ToJsonString(Readable);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException)
        {
            // Kept by an older version: shown as it is.
        }

        return payload.Length > most ? payload[..most] + "…" : payload;
    }

    /// <summary>As it is to be sent again: received now, its own time as it was. Null where an older version kept less.</summary>
    public static Envelope? Read(string payload, DateTime now)
    {
        try
        {
            return JsonSerializer.Deserialize<Envelope>(payload, Options) is { } kept ? kept with { ReceivedAt = now } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
