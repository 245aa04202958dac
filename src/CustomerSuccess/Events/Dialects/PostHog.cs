using System.Text.Json;
using CustomerSuccess.Events.Visits;

namespace CustomerSuccess.Events.Dialects;

/// <summary>What clients of PostHog say. Pure.</summary>
public static class PostHog
{
    public const string Source = "posthog";

    // An account goes by one of these names in $groups; else the first group is it.
    private static readonly string[] Accounts = ["company", "customer", "organization", "organisation", "account", "org", "workspace", "tenant", "team"];

    private const int MostTraits = 200;

    private static readonly string[] NotKept = ["token", "api_key", "$set", "$set_once"];

    /// <summary>The events of a body: a batch, a lone list, or one event.</summary>
    public static (IReadOnlyList<JsonElement> Messages, bool Alone) Messages(JsonElement body) =>
        body.AtAny("batch", "data") is { ValueKind: JsonValueKind.Array } batch ? (batch.Each(), false)
        : body.Is(JsonValueKind.Array) ? (body.Each(), false) : ([body], true);

    /// <summary>Where the project's token may stand in a body: at the top, or in the properties of its first event.</summary>
    public static IEnumerable<string?> Keys(JsonElement body)
    {
        yield return body.AtAny("api_key", "token", "$token").Text();
        if (Messages(body).Messages is not [var first, ..]) yield break;
        yield return first.AtAny("api_key", "token").Text();
        yield return first.At("properties").AtAny("token", "api_key").Text();
    }

    /// <summary>Recordings of screens are not kept.</summary>
    public static bool Recording(JsonElement message) => message.Text("event") is "$snapshot" or "$performance_event" or "$snapshot_items";

    /// <summary>Sent without consent for cookies: all such visitors have the same distinct id.</summary>
    public static bool Cookieless(JsonElement message) => message.AtAny("distinct_id").Text() == Nobody || message.At("properties").Text("distinct_id") == Nobody;

    private const string Nobody = "$posthog_cookieless";

    /// <summary>One event. <paramref name="sent"/> is the sender's clock as the address carries it.</summary>
    public static ReadResult Read(JsonElement message, Arrival arrival, DateTime? sent = null)
    {
        var draft = new Draft(message, "uuid");
        if (!draft.Sound) return draft.Done(Source, arrival);
        var properties = message.At("properties");
        draft.Id = draft.Ident("uuid", message.At("uuid")) ?? draft.Ident("$insert_id", properties.At("$insert_id")) ?? draft.Ident("messageId", message.At("messageId"));
        draft.Session = draft.Ident("$session_id", message.At("session_id").There() ? message.At("session_id") : properties.At("$session_id"));
        draft.Sent = arrival.Sent ?? message.At("sent_at").Instant() ?? sent;
        // The age of a queued event in ms, by the sender's clock, needs none of its times to be right.
        draft.Claimed = message.At("offset").Number() is >= 0 and < 1e11 and var age ? arrival.At.AddMilliseconds(-age)
            : message.At("timestamp").Instant() ?? properties.At("timestamp").Instant() ?? properties.At("$time").Instant();
        draft.Bot = Bots.Visits(properties.AtAny("$raw_user_agent", "$user_agent", "$useragent").Text() ?? arrival.Agent);
        draft.Visit = Draft.Page(properties.Text("$current_url"), properties.Text("$referrer") is "$direct" ? null : properties.Text("$referrer"), among: properties);
        draft.Properties = properties;
        draft.Without = NotKept;
        Who(draft, message, properties, arrival);
        What(draft, message, properties);
        return draft.Done(Source, arrival);
    }

    private static void Who(Draft draft, JsonElement message, JsonElement properties, Arrival arrival)
    {
        var distinct = draft.Ident("distinct_id", message.AtAny("distinct_id", "distinctId", "$distinct_id").There()
            ? message.AtAny("distinct_id", "distinctId", "$distinct_id") : properties.AtAny("distinct_id", "$distinct_id"));
        var device = draft.Ident("$device_id", properties.At("$device_id"));
        // Until it is told who it is, a browser's distinct id is that of its device; without consent for cookies all have the same.
        var anonymous = distinct == Nobody ? arrival.Visitor : device is not null && device == distinct ? device
            : distinct is not null && properties.At("$is_identified").Is(JsonValueKind.False) && message.Text("event") is not "$identify" ? distinct
            : distinct is not null && Personless(message, properties) && Guid.TryParse(distinct, out _) ? distinct : null;
        draft.Person = anonymous is null ? distinct : draft.Ident("$user_id", properties.At("$user_id"));
        draft.Visitor = anonymous ?? draft.Ident("$anon_distinct_id", properties.At("$anon_distinct_id")) ?? device;
        if (draft.Person == draft.Visitor) draft.Visitor = null;
        draft.Group = draft.Ident("$groups", Account(properties.At("$groups")));
    }

    private static bool Personless(JsonElement message, JsonElement properties) =>
        properties.At("$process_person_profile").Is(JsonValueKind.False) || message.At("options").At("process_person_profile").Is(JsonValueKind.False);

    private static JsonElement Account(JsonElement groups)
    {
        if (groups.AtAny(Accounts) is { ValueKind: not JsonValueKind.Undefined } named) return named;
        return groups.Is(JsonValueKind.Object) ? groups.EnumerateObject().FirstOrDefault(group => group.Value.Text() is not null).Value : default;
    }

    private static void What(Draft draft, JsonElement message, JsonElement properties)
    {
        switch (message.Text("event"))
        {
            case "$pageview":
                draft.Type = EventTypes.PageView;
                draft.More.Add(("title", properties.AtAny("title", "$title").Text()));
                break;
            case "$pageleave":
                draft.Type = "page_leave";
                draft.More.Add(("seconds", properties.At("$prev_pageview_duration").Number()));
                draft.More.Add(("scroll", properties.At("$prev_pageview_max_scroll_percentage").Number() is { } share ? Math.Round(share * 100) : null));
                break;
            case "$screen":
                draft.Type = "screen_view";
                draft.More.Add(("name", properties.Text("$screen_name")));
                break;
            case "$identify" or "$set":
                draft.Type = "identify";
                Traits(draft, message.At("$set").There() ? message : properties);
                break;
            case "$groupidentify":
                draft.Type = "group";
                var type = properties.Text("$group_type");
                draft.Group = draft.Ident("$group_key", properties.At("$group_key"));
                if (draft.Group is null && draft.Sound) draft.Wrong("$group_key", "is missing");
                draft.Properties = properties.At("$group_set");
                draft.More.Add(("group_type", type));
                // Servers make up a distinct id for the group itself.
                if (draft.Person?.StartsWith('$') == true) draft.Person = null;
                break;
            case "$create_alias" or "$merge_dangerously":
                draft.Type = "alias";
                var previous = draft.Ident("alias", properties.At("alias"));
                if (previous is null && draft.Sound) draft.Wrong("alias", "is missing");
                draft.Person ??= draft.Visitor;
                draft.Properties = default;
                draft.More.Add(("previous_id", previous));
                draft.More.Add(("user_id", draft.Person));
                break;
            case var name:
                draft.Name = name;
                break;
        }
    }

    // What is set now wins over what is set once.
    private static void Traits(Draft draft, JsonElement holder)
    {
        var (set, once) = (holder.At("$set"), holder.At("$set_once"));
        draft.Properties = set.Is(JsonValueKind.Object) ? set : once;
        if (!set.Is(JsonValueKind.Object) || !once.Is(JsonValueKind.Object)) return;
        // Each of one is looked for among the other.
        if (once.GetPropertyCount() > MostTraits)
        {
            draft.Wrong("$set_once", $"has more than {MostTraits} fields");
            return;
        }

        foreach (var trait in once.EnumerateObject())
        {
            if (!set.TryGetProperty(trait.Name, out _)) draft.More.Add((trait.Name, trait.Value));
        }
    }
}
