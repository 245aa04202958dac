using System.Text.Json;
using CustomerSuccess.Events.Visits;

namespace CustomerSuccess.Events.Dialects;

/// <summary>What the scripts of Plausible say, and our own, which speaks the same with an id and the name of the person. Neither names an account: without a key nobody vouches for it. Pure.</summary>
public static class Plausible
{
    public const string Source = "plausible";

    /// <summary>The sites an event is for; several may be named, and the first stands for them.</summary>
    public static string? Domain(JsonElement message) => message.AtAny("d", "domain").Text()?.Split(',')[0].Trim() is { Length: > 0 and <= 200 } domain ? domain : null;

    /// <summary>Only our own script gives its messages ids.</summary>
    public static string Speaker(JsonElement message) => message.At("id").There() ? "script" : Source;

    public static ReadResult Read(JsonElement message, Arrival arrival)
    {
        var draft = new Draft(message);
        var source = Speaker(message);
        if (!draft.Sound) return draft.Done(source, arrival);
        draft.Id = draft.Ident("id", message.At("id"));
        draft.Keyless = true;
        draft.Claimed = message.At("ts").Instant();
        draft.Visitor = arrival.Visitor;
        draft.Person = draft.Ident("uid", message.At("uid"));
        draft.Bot = Bots.Browses(arrival.Agent);
        draft.Visit = Draft.Page(message.AtAny("u", "url").Text(), message.AtAny("r", "referrer").Text(), fragment: message.AtAny("h", "hashMode").Number() == 1);
        draft.Properties = Properties(message.AtAny("p", "m", "props", "meta"));
        if (message.AtAny("$", "revenue") is { ValueKind: JsonValueKind.Object } revenue) draft.More.Add(("revenue", revenue));
        if (message.AtAny("i", "interactive").Is(JsonValueKind.False)) draft.More.Add(("interactive", false));
        What(draft, message);
        return draft.Done(source, arrival);
    }

    private static void What(Draft draft, JsonElement message)
    {
        switch (message.AtAny("n", "name").Text())
        {
            case "pageview":
                draft.Type = EventTypes.PageView;
                break;
            case "engagement":
                draft.Type = "page_leave";
                draft.More.Add(("seconds", message.At("e").Number() is >= 0 and var milliseconds ? Math.Round(milliseconds / 1000, 1) : null));
                draft.More.Add(("scroll", message.At("sd").Number() is >= 0 and <= 100 and var percent ? percent : null));
                break;
            case "Outbound Link: Click":
                draft.Type = "outbound_click";
                break;
            case "identify" when message.At("uid").There():
                draft.Type = "identify";
                break;
            case var name:
                draft.Name = name;
                break;
        }
    }

    // The older tracker sends them as a text that holds JSON.
    private static JsonElement Properties(JsonElement given)
    {
        if (!given.Is(JsonValueKind.String)) return given.Is(JsonValueKind.Object) ? given : default;
        try
        {
            return JsonElement.Parse(given.GetString()!) is { ValueKind: JsonValueKind.Object } parsed ? parsed : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
