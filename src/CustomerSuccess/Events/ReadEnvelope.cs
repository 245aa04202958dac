using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events;

/// <summary>One thing wrong with a message: the field as the sender wrote it, and what would be right.</summary>
public sealed record Fault(string Field, string Message);

/// <summary>A message read: an envelope, or what is wrong with it (and its id, where that could be read).</summary>
public sealed record ReadResult(Envelope? Event, IReadOnlyList<Fault> Faults, string? Id);

/// <summary>
/// JSON from outside to an <see cref="Envelope"/>, by hand: a bound endpoint answers malformed JSON with an empty 400 and
/// keeps the last of two equal keys. Pure; the time of receipt is an argument.
/// </summary>
public static class ReadEnvelope
{
    public const int MaxProperties = 64 * 1024;
    private const int MaxDepth = 16;

    // A client's clock further ahead than this is wrong, not early.
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    private static readonly DateTime Earliest = EventRules.Earliest.Start();

    // Depth and duplicate keys are judged message by message, so that one bad message leaves its neighbours alone.
    private static readonly JsonDocumentOptions Lenient = new() { MaxDepth = 512 };

    private static readonly SearchValues<char> OfTypes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    /// <summary>Parse a request body; only what is not JSON at all fails as a whole.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body, out Fault? fault)
    {
        fault = null;
        try
        {
            return JsonDocument.Parse(body, Lenient);
        }
        catch (JsonException error)
        {
            var at = error.LineNumber is { } line ? $" (line {line + 1}, byte {error.BytePositionInLine + 1})" : "";
            var what = body.Length == 0 ? "the body is empty"
                : error.Message.Contains("depth", StringComparison.OrdinalIgnoreCase) ? $"is nested deeper than {MaxDepth} levels"
                : "not valid JSON" + at;
            fault = new Fault("body", what);
            return null;
        }
    }

    /// <summary>
    /// Read one message. <paramref name="typeName"/>, <paramref name="propertiesName"/>, <paramref name="idName"/> and
    /// <paramref name="timeName"/> are the names this door uses for them.
    /// </summary>
    public static ReadResult From(
        JsonElement json, DateTime received, string source, string? actor,
        string typeName = "type", string propertiesName = "properties", string idName = "id", string timeName = "occurred_at")
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new ReadResult(null, [new Fault("body", $"must be an object, not {Kind(json)}")], null);
        var fields = new Fields(json);
        fields.CheckStorable(MaxDepth);
        if (fields.Faults.Count > 0) return new ReadResult(null, fields.Faults, null);
        var id = fields.Text(idName, 128);
        var type = fields.Text(typeName, 100, required: true);
        var customer = fields.Text("customer_id", 128);
        var person = fields.Text("person_id", 128);
        var visitor = fields.Text("visitor_id", 128);
        var session = fields.Text("session_id", 128);
        var claimed = fields.Instant(timeName);
        var sent = fields.Instant("sent_at");
        var visit = new Visit(
            fields.Text("url", 2048), fields.Text("referrer", 2048), fields.Text("utm_source", 255), fields.Text("utm_medium", 255),
            fields.Text("utm_campaign", 255), fields.Text("utm_term", 255), fields.Text("utm_content", 255));
        var properties = fields.Object(propertiesName, MaxProperties);
        if (type is not null) CheckType(type, typeName, fields.Faults);
        if (customer is null && person is null && visitor is null && !fields.Faults.Any(fault => fault.Field is "customer_id" or "person_id" or "visitor_id"))
            fields.Faults.Add(new Fault("customer_id", "is missing: say who this is about (customer_id, person_id or visitor_id)"));
        if (customer?.StartsWith('~') == true) fields.Faults.Add(new Fault("customer_id", "must not start with '~'"));
        if (fields.Faults.Count == 0 && type is not null && customer is null && EventRules.NeedsCustomer(type))
            fields.Faults.Add(new Fault("customer_id", $"is missing: '{type}' is about a customer"));
        if (fields.Faults.Count == 0) EventRules.Check(type!, properties ?? Nothing, received.Day(), typeName, propertiesName, fields.Faults);
        if (fields.Faults.Count > 0) return new ReadResult(null, fields.Faults, id);

        var (occurred, corrected) = Occurred(claimed, sent, received);
        return new ReadResult(
            new Envelope
            {
                Id = id ?? EventRules.NaturalId(type!, customer, properties) ?? Guid.CreateVersion7().ToString("N"),
                Source = source,
                Type = type!,
                CustomerId = customer,
                PersonId = person,
                VisitorId = visitor,
                SessionId = session,
                OccurredAt = EventRules.DayOf(type!, properties, claimed) ?? occurred,
                ClaimedAt = corrected ? claimed : null,
                SentAt = sent,
                ReceivedAt = received,
                Properties = properties?.GetRawText() ?? "{}",
                Visit = visit,
                Actor = actor,
            },
            [], id);
    }

    /// <summary>The client's time, unless its clock is clearly wrong; then corrected by what it says its clock showed when it sent.</summary>
    internal static (DateTime Occurred, bool Corrected) Occurred(DateTime? claimed, DateTime? sent, DateTime received)
    {
        if (claimed is not { } time) return (received, false);
        if (time <= received + Ahead && time >= Earliest) return (time, false);
        if (sent is { } clock && clock >= time && received - (clock - time) is var corrected && corrected >= Earliest && corrected <= received)
            return (corrected, true);
        return (received, true);
    }

    private static void CheckType(string type, string field, List<Fault> faults)
    {
        if (type.AsSpan().ContainsAnyExcept(OfTypes) || type[0] is (>= '0' and <= '9') or '_')
            faults.Add(new Fault(field, "must be snake_case: small letters, digits and _, starting with a letter"));
        else if (EventTypes.Reserved.TryGetValue(type, out var instead))
            faults.Add(new Fault(field, $"'{type}' is written by the product only: {instead}"));
    }

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        _ => "an object",
    };

    /// <summary>Reads fields of one object and gathers what is wrong with them.</summary>
    private sealed class Fields(JsonElement json)
    {
        public List<Fault> Faults { get; } = [];

        public string? Text(string name, int most, bool required = false)
        {
            if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                if (required) Faults.Add(new Fault(name, "is missing"));
                return null;
            }

            if (value.ValueKind != JsonValueKind.String) return Wrong(name, $"must be a string, not {Kind(value)}");
            var text = value.GetString()!;
            if (text.Length == 0) return required || name.EndsWith("_id", StringComparison.Ordinal) ? Wrong(name, "must not be empty") : null;
            if (text.Length > most) return Wrong(name, $"is {text.Length} characters long; at most {most} are allowed");
            return text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f') ? Wrong(name, "must not contain control characters") : text;
        }

        public DateTime? Instant(string name)
        {
            if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
            // The year first: 05-06-2026 is a day in May here and one in June there.
            if (value.ValueKind == JsonValueKind.String && value.GetString() is [>= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', '-', _, _, '-', _, _, ..] text
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
                return Days.Micro(instant.UtcDateTime);
            Faults.Add(new Fault(name, "must be a time like 2026-11-20T09:30:00Z"));
            return null;
        }

        public void CheckStorable(int mostDepth)
        {
            if (StorableJson.Names(json) is { } names)
            {
                Faults.Add(new Fault("body", names));
                return;
            }

            foreach (var property in json.EnumerateObject())
            {
                if (StorableJson.Problem(property.Value, mostDepth - 1) is { } problem) Faults.Add(new Fault(property.Name, problem));
            }
        }

        public JsonElement? Object(string name, int mostBytes)
        {
            if (!json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
            if (value.ValueKind != JsonValueKind.Object)
            {
                Faults.Add(new Fault(name, $"must be an object, not {Kind(value)}"));
                return null;
            }

            if (JsonMarshal.GetRawUtf8Value(value).Length is var size && size > mostBytes)
                Faults.Add(new Fault(name, $"is {size} bytes; at most {mostBytes} are allowed"));
            return value;
        }

        private string? Wrong(string name, string message)
        {
            Faults.Add(new Fault(name, message));
            return null;
        }
    }
}
