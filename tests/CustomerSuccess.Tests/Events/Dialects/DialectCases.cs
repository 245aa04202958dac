using System.Text;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>One door for clients of other tools: how a message is wrapped there, and what a good one looks like.</summary>
/// <param name="Path">With @key where the address carries it.</param>
/// <param name="Alone">The body around one message.</param>
/// <param name="Batch">The body around several, separated by commas; null where the door takes one at a time.</param>
/// <param name="Good">A good message with its id.</param>
/// <param name="Bad">Messages that can never be kept, each with the name of what is wrong; they carry @id.</param>
public sealed record DialectDoor(
    string Name, string Path, Func<string, string> Alone, Func<string, string>? Batch, Func<string, string> Good, IReadOnlyList<(string What, string Json)> Bad)
{
    public override string ToString() => Name;
}

/// <summary>Everything that can go wrong at the doors of the dialects, made from one list for all of them.</summary>
public static class DialectCases
{
    public const string Site = "shop.example";

    // What cannot be stored, wherever it stands.
    private static readonly (string What, string Json)[] Values =
    [
        ("NUL", "\"a\\u0000b\""), ("half a character", "\"a\\ud800\""), ("halves in the wrong order", "\"\\udc00\\ud800\""), ("an exponent beyond all numbers", "1e131000"),
        ("an exponent beyond what others read", "-1e309"), ("a number of 500 digits", new string('9', 500)), ("the same key twice", "{\"a\":1,\"a\":2}"),
        ("the same key twice, once escaped", "{\"a\":1,\"\\u0061\":2}"), ("a key with NUL", "{\"\\u0000\":1}"), ("arrays too deep", new string('[', 20) + new string(']', 20)),
        ("objects too deep", string.Concat(Enumerable.Repeat("{\"a\":", 20)) + "1" + new string('}', 20)), ("300 levels", new string('[', 300) + new string(']', 300)),
        ("more than 64 KiB", '"' + new string('x', 66_000) + '"'), ("more than 64 KiB in many keys", "{" + string.Join(',', Enumerable.Range(0, 7_000).Select(n => $"\"k{n}\":{n}")) + "}"),
    ];

    private static readonly (string What, string Json)[] Ids =
    [
        ("an object", "{\"id\":1}"), ("a list", "[1]"), ("true", "true"), ("a control character", "\"a\\u0007b\""), ("NUL", "\"\\u0000\""), ("half a character", "\"\\ud800\""),
    ];

    public static IReadOnlyList<DialectDoor> Doors(string key) =>
    [
        new("Segment, one call", "/v1/track", one => one, null, Segment, [.. Broken(SegmentWith, "userId", "anonymousId")]),
        new("Segment", "/v1/batch", one => $$"""{"batch":[{{one}}],"writeKey":"{{key}}"}""", all => $$"""{"batch":[{{all}}],"writeKey":"{{key}}"}""", Segment,
            [.. Broken(SegmentWith, "userId", "anonymousId"), ("no event", """{"type":"track","messageId":"@id","userId":"u"}"""), ("an unknown call", """{"type":"delete","messageId":"@id","userId":"u"}"""),
                ("an alias of nobody", """{"type":"alias","messageId":"@id","userId":"u"}"""), ("a group without id", """{"type":"group","messageId":"@id","userId":"u"}""")]),
        new("Rudder's beacon", $"/beacon/v1/batch?writeKey={key}", one => $$"""{"batch":[{{one}}]}""", all => $$"""{"batch":[{{all}}]}""", Segment, [.. Broken(SegmentWith, "userId")]),
        new("PostHog", "/batch/", one => $$"""{"api_key":"{{key}}","batch":[{{one}}]}""", all => $$"""{"api_key":"{{key}}","batch":[{{all}}]}""", PostHog, [.. Broken(PostHogWith, "distinct_id"), .. NoEvent]),
        new("PostHog, a lone list", $"/e/?token={key}", one => $"[{one}]", all => $"[{all}]", PostHog, [.. Broken(PostHogWith, "distinct_id"), .. NoEvent]),
        new("PostHog's newest", $"/i/v1/analytics/events?token={key}", one => $$"""{"batch":[{{one}}]}""", all => $$"""{"batch":[{{all}}]}""", PostHog, [.. Broken(PostHogWith, "distinct_id"), .. NoEvent]),
        new("Plausible", "/api/event", one => one, null, id => $$"""{"n":"good","u":"https://shop.example/","d":"{{Site}}","id":"{{id}}"}""",
            [.. Broken((name, value) => $$"""{"n":"bad","u":"https://shop.example/","d":"{{Site}}","id":"@id","{{(name == "properties" ? "p" : "uid")}}":{{(name == "properties" ? $"{{\"a\":{value}}}" : value)}}}""", "uid")]),
        new("Umami", "/api/send", one => one, null, Umami, [.. Broken(UmamiWith, "id")]),
        new("Umami, many", "/api/batch", one => $"[{one}]", all => $"[{all}]", Umami, [.. Broken(UmamiWith, "id")]),
        new("Jitsu", $"/api/s/track?writekey={key}", one => one, null, Segment, [.. Broken(SegmentWith, "userId")]),
    ];

    /// <summary>Bodies that are no message at all.</summary>
    public static IEnumerable<(string What, byte[] Body)> Bodies()
    {
        foreach (var (what, text) in new[]
        {
            ("nothing", ""), ("spaces", "   "), ("a word", "hello"), ("half an object", "{\"batch\":["), ("single quotes", "{'batch':[]}"), ("XML", "<batch/>"), ("a form without data", "a=b&c=d"),
            ("a form of nothing", "data="), ("a form of no base64", "data=%FF%FE!!"), ("base64 of a word", "aGVsbG8gd29ybGQ="), ("600 levels", new string('[', 600) + new string(']', 600)), ("NaN", "{\"batch\":NaN}"), ("two documents", "{}{}"),
        })
            yield return (what, Encoding.UTF8.GetBytes(text));
        yield return ("no UTF-8", [.. Encoding.UTF8.GetBytes("{\"event\":\""), 0xff, 0xfe, .. "\"}"u8]);
        yield return ("UTF-16", Encoding.Unicode.GetBytes("{\"batch\":[]}"));
        yield return ("broken gzip", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 1, 2, 3]);
        yield return ("only the sign of gzip", [0x1f, 0x8b]);
        yield return ("broken zlib", [0x78, 0x9c, 1, 2, 3]);
    }

    private static readonly (string, string)[] NoEvent = [("no event", """{"uuid":"@id","distinct_id":"u"}"""), ("an event that is no text", """{"uuid":"@id","event":{"a":1},"distinct_id":"u"}""")];

    private static string Segment(string id) => $$"""{"type":"track","messageId":"{{id}}","userId":"u","event":"good"}""";

    private static string SegmentWith(string name, string value) =>
        name == "properties" ? $$$"""{"type":"track","messageId":"@id","userId":"u","event":"bad","properties":{"a":{{{value}}}}}""" : $$"""{"type":"track","messageId":"@id","event":"bad","{{name}}":{{value}}}""";

    private static string PostHog(string id) => $$"""{"uuid":"{{id}}","event":"good","distinct_id":"u"}""";

    private static string PostHogWith(string name, string value) =>
        name == "properties" ? $$$"""{"uuid":"@id","event":"bad","distinct_id":"u","properties":{"a":{{{value}}}}}""" : $$"""{"uuid":"@id","event":"bad","{{name}}":{{value}}}""";

    private static string Umami(string id) => $$$"""{"type":"event","payload":{"website":"{{{Site}}}","hostname":"shop.example","url":"/{{{id}}}","name":"good"}}""";

    private static string UmamiWith(string name, string value) =>
        $$$"""{"type":"event","payload":{"website":"{{{Site}}}","hostname":"shop.example","url":"/@id","name":"bad",{{{(name == "properties" ? $"\"data\":{{\"a\":{value}}}" : $"\"id\":{value}")}}}}}""";

    private static IEnumerable<(string What, string Json)> Broken(Func<string, string, string> with, params string[] ids)
    {
        foreach (var (what, value) in Values) yield return ($"properties hold {what}", with("properties", value));
        foreach (var id in ids)
        {
            foreach (var (what, value) in Ids) yield return ($"{id} is {what}", with(id, value));
        }
    }
}
