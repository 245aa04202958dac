using System.Text;
using System.Text.Json;
using CustomerSuccess.Events.Visits;

namespace CustomerSuccess.Events.Dialects;

/// <summary>
/// What clients of Segment say, and those that learned it from them: RudderStack and Jitsu. Calls are track, page, screen,
/// identify, group and alias; a batch is a list of them. Pure.
/// </summary>
public static class Segment
{
    /// <summary>The paths of single calls, as servers and as browsers write them, and the call each is.</summary>
    public static IReadOnlyDictionary<string, string> Calls { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["track"] = "track", ["t"] = "track", ["page"] = "page", ["p"] = "page", ["screen"] = "screen", ["s"] = "screen",
        ["identify"] = "identify", ["i"] = "identify", ["group"] = "group", ["g"] = "group", ["alias"] = "alias", ["a"] = "alias",
    };

    /// <summary>The messages of a body: a batch, a lone list, or one message.</summary>
    public static (IReadOnlyList<JsonElement> Messages, bool Alone) Messages(JsonElement body) =>
        body.At("batch") is { ValueKind: JsonValueKind.Array } batch ? (batch.Each(), false)
        : body.Is(JsonValueKind.Array) ? (body.Each(), false) : ([body], true);

    /// <summary>segment, rudder or jitsu, by what the message says of its client; null where it says nothing.</summary>
    public static string? Speaker(JsonElement message)
    {
        var library = message.At("context").At("library").Text("name") ?? "";
        // Rudder's Node client calls itself as Segment's does; only the clock fields of its messages tell.
        return library.Contains("rudder", StringComparison.OrdinalIgnoreCase) ? "rudder"
            : library.Contains("jitsu", StringComparison.OrdinalIgnoreCase) ? "jitsu"
            : message.Text("channel") is "server" or "web" or "mobile" or "sources" && message.At("originalTimestamp").There() ? "rudder"
            : library.Length > 0 ? "segment" : null;
    }

    /// <summary>One message. <paramref name="call"/> is what the path says it is, where it says so.</summary>
    public static ReadResult Read(JsonElement message, string source, Arrival arrival, string? call = null, string? anonymous = null)
    {
        var draft = new Draft(message, "messageId");
        if (!draft.Sound) return draft.Done(source, arrival);
        var context = message.At("context");
        draft.Id = draft.Ident("messageId", message.AtAny("messageId", "message_id", "messageID"));
        draft.Person = draft.Ident("userId", message.AtAny("userId", "user_id"));
        draft.Visitor = draft.Ident("anonymousId", message.AtAny("anonymousId", "anonymous_id")) ?? draft.Ident("anonymousId", anonymous);
        draft.Group = draft.Ident("groupId", message.At("groupId").There() ? message.At("groupId") : context.At("groupId"));
        draft.Session = draft.Ident("sessionId", context.AtAny("sessionId", "session_id"));
        draft.Claimed = message.AtAny("timestamp", "originalTimestamp").Instant();
        draft.Sent = message.AtAny("sentAt", "sent_at") is { ValueKind: not JsonValueKind.Undefined } own ? own.Instant() : arrival.Sent;
        draft.Bot = Bots.Visits(context.Text("userAgent") ?? arrival.Agent);
        draft.Visit = Where(message, context);
        Fill(draft, message, context, Kind(message, call));
        return draft.Done(source, arrival);
    }

    private static void Fill(Draft draft, JsonElement message, JsonElement context, string? kind)
    {
        var (properties, traits) = (message.At("properties"), message.At("traits"));
        switch (kind)
        {
            case "track":
                draft.Name = message.Text("event");
                draft.Properties = properties;
                break;
            case "page" or "screen":
                draft.Type = kind == "page" ? EventTypes.PageView : "screen_view";
                draft.Properties = properties;
                draft.More.Add(("name", message.Text("name") ?? message.Text("event")));
                draft.More.Add(("category", message.Text("category")));
                break;
            case "identify" or "group":
                draft.Type = kind;
                draft.Properties = traits.There() ? traits : kind == "identify" && context.At("traits").There() ? context.At("traits") : properties;
                if (kind == "group" && draft.Group is null && draft.Sound) draft.Wrong("groupId", "is missing");
                break;
            case "alias":
                draft.Type = kind;
                var previous = draft.Ident("previousId", message.AtAny("previousId", "previous_id", "from"));
                if (previous is null && draft.Sound) draft.Wrong("previousId", "is missing");
                draft.Person ??= draft.Ident("userId", message.At("to"));
                draft.More.Add(("previous_id", previous));
                draft.More.Add(("user_id", draft.Person ?? draft.Visitor));
                break;
            default:
                draft.Wrong("type", "must be track, page, screen, identify, group or alias");
                break;
        }
    }

    // Clients that leave the type out say by their fields, or by the path, which call it is.
    private static string? Kind(JsonElement message, string? call)
    {
        if (message.Text("type") is { } type && Calls.TryGetValue(type, out var named)) return named;
        return call is not null ? call
            : message.At("type").There() && !message.At("event").There() ? null
            : message.At("event").There() ? "track"
            : message.AtAny("previousId", "previous_id").There() ? "alias"
            : message.At("groupId").There() ? "group"
            : message.At("traits").There() ? "identify"
            : message.At("name").There() ? "page" : null;
    }

    private static Visit Where(JsonElement message, JsonElement context)
    {
        var (page, properties) = (context.At("page"), message.At("properties"));
        // A page call says it itself; for other calls a property called url is about something else.
        var own = message.Text("type") is "page" or "p" || message.At("properties").At("path").There() && properties.At("url").There();
        return Draft.Page(
            (own ? properties.Text("url") : null) ?? page.Text("url"), (own ? properties.Text("referrer") : null) ?? page.Text("referrer") ?? context.At("referrer").Text("url"),
            context.At("campaign"));
    }

    /// <summary>Rudder's browser client repeats the anonymous id in a header, in base64.</summary>
    public static string? Anonymous(string header)
    {
        var bytes = new byte[header.Length];
        return header.Length is > 0 and < 1000 && Convert.TryFromBase64String(header, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
