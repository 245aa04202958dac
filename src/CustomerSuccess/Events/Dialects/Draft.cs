using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CustomerSuccess.Events.Dialects;

/// <summary>
/// One message of another tool on its way to an envelope. A dialect says which field means what; what is the same for all of
/// them (names, sizes, clocks, what cannot be stored) is here. Pure.
/// </summary>
internal sealed class Draft
{
    private const int MostDepth = 16, MostText = 128, MostUrl = 2048, MostCampaign = 255, MostFields = 200;

    // What is not kept may be nested as its client likes.
    private const int MostUnread = 64;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Fault> faults = [];

    /// <param name="message">As it came.</param>
    /// <param name="id">The field of its id, so that its sender can ask by it although the rest cannot be read.</param>
    public Draft(JsonElement message, string id = "id")
    {
        if (message.At(id) is { ValueKind: JsonValueKind.String } said && StorableJson.Problem(said, 1) is null) Id = Ident(id, said.GetString());
        faults.Clear();
        if (!message.Is(JsonValueKind.Object)) faults.Add(new("message", "must be an object"));
        else if (message.GetPropertyCount() > MostFields) faults.Add(new("message", $"has more than {MostFields} fields"));
        else if (StorableJson.Names(message) is { } names) faults.Add(new("message", names));
        else
        {
            foreach (var field in message.EnumerateObject())
            {
                if (StorableJson.Problem(field.Value, MostUnread) is { } problem) faults.Add(new(field.Name, problem));
            }
        }
    }

    /// <summary>False where the message cannot be read at all: go straight to <see cref="Done"/>.</summary>
    public bool Sound => faults.Count == 0;

    public string? Id { get; set; }

    /// <summary>A type of ours; else <see cref="Name"/> says what happened.</summary>
    public string? Type { get; set; }

    public string? Name { get; set; }

    public string? Person { get; set; }

    public string? Visitor { get; set; }

    public string? Group { get; set; }

    public string? Session { get; set; }

    /// <summary>It came without a key, so nobody vouches for what it says of accounts.</summary>
    public bool Keyless { get; set; }

    public DateTime? Claimed { get; set; }

    public DateTime? Sent { get; set; }

    public Visit Visit { get; set; } = Visit.None;

    public bool Bot { get; set; }

    /// <summary>The sender's properties, kept but for <see cref="Without"/> and what <see cref="More"/> says of the same name.</summary>
    public JsonElement Properties { get; set; }

    public IReadOnlyCollection<string> Without { get; set; } = [];

    /// <summary>Properties of ours: texts, numbers, true, false, JSON; null is left out.</summary>
    public List<(string Name, object? Value)> More { get; } = [];

    public void Wrong(string field, string message) => faults.Add(new(field, message));

    /// <summary>An id as its sender wrote it. One that is too long is shortened so that the same stays the same.</summary>
    public string? Ident(string field, JsonElement value)
    {
        if (!value.There()) return null;
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
        {
            Wrong(field, "must be a text or a number");
            return null;
        }

        return Ident(field, value.Text());
    }

    public string? Ident(string field, string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (text.Any(char.IsControl))
        {
            Wrong(field, "must not contain control characters");
            return null;
        }

        return text.Length <= MostText ? text : Cut(text, MostText - 33) + "~" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    /// <summary>
    /// A page and where its visitor came from. The campaign is what the sender says it is: an object about nothing else, with
    /// short names (source), or properties among others, with the long ones (utm_source); else what the address says.
    /// </summary>
    public static Visit Page(string? url, string? referrer, JsonElement campaign = default, JsonElement among = default, bool fragment = false)
    {
        var address = Line(fragment ? url : url?.Split('#')[0], MostUrl);
        var query = address?.IndexOf('?') is >= 0 and var at ? Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(address[at..].Split('#')[0]) : null;
        return new(address, Line(referrer?.Split('#')[0], MostUrl), Of("source", "utm_source"), Of("medium", "utm_medium"), Of("name", "utm_campaign"), Of("term", "utm_term"), Of("content", "utm_content"));

        string? Of(string said, string parameter) =>
            Line(campaign.Text(said) ?? campaign.Text(parameter) ?? among.Text(parameter) ?? (query is not null && query.TryGetValue(parameter, out var values) ? values[0] : null), MostCampaign);
    }

    /// <summary>The envelope, or what is wrong with the message.</summary>
    public ReadResult Done(string source, Arrival arrival)
    {
        if (!Sound) return new(null, faults, Id);
        if (Type is null && string.IsNullOrWhiteSpace(Name)) Wrong("event", "is missing: say what happened");
        if (arrival.Customer is { } own && Group is not null && Group != own) Wrong("group", $"customer '{Group}' does not exist");
        if (Properties.There() && StorableJson.Problem(Properties, MostDepth - 1) is { } problem) Wrong("properties", problem);
        if (!Sound) return new(null, faults, Id);

        var type = Type ?? EventName.Type(Name!, source, Keyless);
        if (Type is null && Name != type) More.Add(("event_name", Cut(Name!, 500)));
        if (Bot) More.Add(("bot", true));
        var properties = Write();
        if (properties.Length > ReadEnvelope.MaxProperties) Wrong("properties", $"are {properties.Length} bytes; at most {ReadEnvelope.MaxProperties} are kept");
        else using (var parsed = JsonDocument.Parse(properties)) Check(type, parsed.RootElement, arrival.At);
        if (!Sound) return new(null, faults, Id);

        var (occurred, corrected) = ReadEnvelope.Occurred(Claimed, Sent, arrival.At);
        return new(
            new Envelope
            {
                Id = Id ?? Guid.CreateVersion7().ToString("N"),
                Source = source,
                Type = type,
                PersonId = Person,
                VisitorId = Visitor,
                GroupId = (Keyless ? null : Vouched(source)) ?? arrival.Customer,
                SessionId = Session,
                OccurredAt = occurred,
                ClaimedAt = corrected ? Claimed : null,
                SentAt = Sent,
                ReceivedAt = arrival.At,
                Properties = Encoding.UTF8.GetString(properties.Span),
                Visit = Visit,
                Actor = arrival.Actor,
            },
            [], Id);
    }

    // Whatever a translator made of it: one text that cannot be stored would cost the neighbours of its batch, too.
    private void Check(string type, JsonElement written, DateTime at)
    {
        if (StorableJson.Problem(written, MostDepth) is { } problem) Wrong("properties", problem);
        foreach (var (name, text) in (ReadOnlySpan<(string, string?)>)
            [("id", Id), ("person", Person), ("visitor", Visitor), ("group", Group), ("session", Session), ("url", Visit.Url), ("referrer", Visit.Referrer),
             ("utm_source", Visit.Source), ("utm_medium", Visit.Medium), ("utm_campaign", Visit.Campaign), ("utm_term", Visit.Term), ("utm_content", Visit.Content)])
        {
            if (StorableJson.Problem(text) is { } wrong) Wrong(name, wrong);
        }

        if (Sound) EventRules.Check(type, written, DateOnly.FromDateTime(at), "event", "properties", faults);
    }

    // The webhooks prove whose account it is by a signature; a key that stands in a page does not.
    private string? Vouched(string source) =>
        Group is { } group && (group.StartsWith("github:", StringComparison.OrdinalIgnoreCase) || group.StartsWith("stripe:", StringComparison.OrdinalIgnoreCase)) ? $"{source}:{group}" : Group;

    private ReadOnlyMemory<byte> Write()
    {
        var text = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(text, Readable);
        json.WriteStartObject();
        if (Properties.Is(JsonValueKind.Object))
        {
            foreach (var property in Properties.EnumerateObject())
            {
                if (!Without.Contains(property.Name) && !More.Exists(more => more.Value is not null && more.Name == property.Name)) property.WriteTo(json);
            }
        }

        foreach (var (name, value) in More)
        {
            switch (value)
            {
                case string said: json.WriteString(name, said); break;
                case bool yes: json.WriteBoolean(name, yes); break;
                case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
                case JsonElement { ValueKind: not JsonValueKind.Undefined } given:
                    json.WritePropertyName(name);
                    given.WriteTo(json);
                    break;
                default: break;
            }
        }

        json.WriteEndObject();
        json.Flush();
        return text.WrittenMemory;
    }

    // One line of so many characters, never half a character.
    private static string? Line(string? text, int most)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (text.Any(char.IsControl)) text = string.Concat(text.Where(letter => !char.IsControl(letter)));
        return text.Length == 0 ? null : Cut(text, most);
    }

    internal static string Cut(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
