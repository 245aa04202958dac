using System.Text.Json;
using CustomerSuccess.Events.Visits;

namespace CustomerSuccess.Events.Dialects;

/// <summary>What Umami's script and its Node client say: {type, payload}. Pure.</summary>
public static class Umami
{
    public const string Source = "umami";

    public static string? Website(JsonElement message) => message.At("payload").AtAny("website", "pixel", "link").Text() is { Length: <= 200 } website ? website : null;

    /// <summary>Measurements of the browser are not kept.</summary>
    public static bool Measurement(JsonElement message) => message.Text("type") is "performance" or "error" or "replay" or "heartbeat";

    public static ReadResult Read(JsonElement message, Arrival arrival, string? session, string? origin)
    {
        var draft = new Draft(message);
        if (!draft.Sound) return draft.Done(Source, arrival);
        var payload = message.At("payload");
        if (!payload.Is(JsonValueKind.Object)) draft.Wrong("payload", "must be an object");
        draft.Keyless = true;
        draft.Claimed = payload.At("timestamp").Instant();
        draft.Visitor = arrival.Visitor;
        draft.Person = draft.Ident("id", payload.At("id"));
        draft.Session = session;
        draft.Bot = Bots.Browses(arrival.Agent);
        draft.Visit = Draft.Page(Address(payload.Text("url"), payload.Text("hostname"), origin), Address(payload.Text("referrer"), payload.Text("hostname"), origin));
        draft.Properties = payload.At("data").Is(JsonValueKind.Object) ? payload.At("data") : default;
        draft.More.Add(("title", Title(payload.Text("title"))));
        draft.More.Add(("tag", payload.Text("tag")));
        if (message.Text("type") == "identify")
        {
            draft.Type = "identify";
            draft.More.Clear();
        }
        else if (payload.Text("name") is { } name)
        {
            draft.Name = name;
        }
        else
        {
            draft.Type = EventTypes.PageView;
        }

        return draft.Done(Source, arrival);
    }

    // Scripts of version 2 escape it, and what comes out may be what cannot be stored.
    private static string? Title(string? title) =>
        title?.Contains('%') == true ? string.Concat(Uri.UnescapeDataString(title).Where(letter => !char.IsControl(letter))) : title;

    // The script sends the path alone, and the host beside it.
    private static string? Address(string? url, string? host, string? origin) =>
        url is not ['/', ..] || string.IsNullOrEmpty(host) ? url
        : (origin is not null && Uri.TryCreate(origin, UriKind.Absolute, out var site) && site.Host == host ? origin : "https://" + host) + url;
}
