using System.Globalization;
using System.Text;

namespace CustomerSuccess.Tests.Events;

/// <summary>One thing a sender can get wrong, and the field the answer must name.</summary>
/// <param name="Door">/metrics/track or /api/v1/events.</param>
/// <param name="Json">The message; wrong in itself, or as a whole body where Alone.</param>
/// <param name="Alone">Cannot stand in a batch with neighbours: the body itself is what is wrong.</param>
public sealed record MalformedCase(string Name, string Door, byte[] Json, string Field, bool Alone = false, int Status = 400);

/// <summary>Everything that can be wrong with a message, for the tests and for the bench program. <c>@customer</c> exists.</summary>
public static class MalformedCases
{
    private const string Track = "/metrics/track", Events = "/api/v1/events";

    private static readonly (string Name, int Most)[] Texts =
    [
        ("id", 128), ("type", 100), ("customer_id", 128), ("person_id", 128), ("visitor_id", 128), ("session_id", 128), ("url", 2048), ("referrer", 2048),
        ("utm_source", 255), ("utm_medium", 255), ("utm_campaign", 255), ("utm_term", 255), ("utm_content", 255),
    ];

    public static IReadOnlyList<MalformedCase> All(string customer) =>
    [
        .. Fields(customer), .. Properties(customer), .. Rules(customer), .. Bodies(customer),
    ];

    /// <summary>A message that is right, with its own id.</summary>
    public static string Good(string customer, string id) => $$$"""{"customer_id":"{{{customer}}}","type":"api_call","id":"{{{id}}}","properties":{"status":200}}""";

    private static IEnumerable<MalformedCase> Fields(string customer)
    {
        foreach (var (name, most) in Texts)
        {
            foreach (var (kind, value) in new[] { ("number", "12"), ("boolean", "true"), ("array", "[\"a\"]"), ("object", "{\"a\":1}") }) yield return Event($"{name} is a {kind}", name, value);
            yield return Event($"{name} is too long", name, '"' + new string('a', most + 1) + '"');
            yield return Event($"{name} holds NUL", name, """ "a\u0000b" """);
            yield return Event($"{name} holds half a character", name, """ "a\ud800b" """);
            if (name != "type") yield return Event($"{name} holds a control character", name, """ "a\u001bb" """);
            if (name is "type" || name.EndsWith("_id", StringComparison.Ordinal)) yield return Event($"{name} is empty", name, "\"\"");
        }

        foreach (var name in new[] { "occurred_at", "sent_at" })
        {
            foreach (var value in new[] { "1763600000", "\"yesterday\"", "\"2026-13-01T00:00:00Z\"", "\"2026-02-30T00:00:00Z\"", "\"12:30\"", "\"\"", "[]", "{}", "true", "\"20261120\"", "\"05-06-2026 10:00\"", "\"2026-5-6\"", "\"99999-01-01T00:00:00Z\"" })
                yield return Event($"{name} is {value}", name, value);
        }

        foreach (var value in new[] { "[]", "\"{}\"", "1", "false" }) yield return Event($"properties is {value}", "properties", value);
        foreach (var type in new[] { "Issue_Resolution", "issue-resolution", "issue resolution", "1st", "_a", "prs.merged", "über", "a'; drop table events", "onboarding_step_x", "onboarding_step_", "onboarding_step_account_created2" })
            yield return Event($"type is {type}", "type", $"\"{type}\"");
        foreach (var type in CustomerSuccess.Events.EventTypes.Reserved.Keys) yield return Event($"type {type} is ours", "type", $"\"{type}\"");
        yield return Event("customer_id is not ours to give", "customer_id", "\"~p:1\"");
        yield return Case("type is missing", Events, $$"""{"customer_id":"{{customer}}"}""", "type");
        yield return Case("nobody it is about", Events, """{"type":"api_call"}""", "customer_id");
        yield return Case("a step of nobody", Events, """{"type":"onboarding_step_account_created","visitor_id":"v"}""", "customer_id");
        foreach (var (name, value) in new[]
        {
            ("customer_id", "1"), ("customer_id", "null"), ("customer_id", "\"\""), ("customer_id", "[]"), ("event_type", "1"), ("event_type", "null"), ("event_type", "\"\""), ("event_type", "\"Onboarding\""),
            ("event_type", "\"onboarding_step_x\""), ("metadata", "[]"), ("metadata", "\"a\""), ("metadata", "7"), ("message_id", "7"), ("message_id", "\"\\u0000\""), ("message_id", '"' + new string('m', 129) + '"'),
            ("timestamp", "7"), ("timestamp", "\"now\""),
        })
            yield return Case($"{name} is {value}", Track, TrackWith(customer, name, value), name);
        yield return Case("event_type is missing", Track, $$"""{"customer_id":"{{customer}}"}""", "event_type");
        yield return Case("customer_id is missing", Track, """{"event_type":"api_call"}""", "customer_id");
        yield return Case("everything is missing", Track, "{}", "event_type");

        MalformedCase Event(string what, string name, string value) => Case(what, Events, EventWith(customer, name, value), name);
    }

    private static IEnumerable<MalformedCase> Properties(string customer)
    {
        foreach (var (what, value) in new[]
        {
            ("NUL in a value", """{"a":"\u0000"}"""), ("NUL in a key", """{"\u0000":1}"""), ("NUL deep inside", """{"a":[{"b":"x\u0000"}]}"""),
            ("half a character", """{"a":"\udc00"}"""), ("half a character in a key", """{"\ud83d":1}"""), ("halves in the wrong order", """{"a":"\udc00\ud800"}"""),
            ("an exponent beyond all numbers", """{"a":1e131000}"""), ("an exponent beyond what others read", """{"a":1e309}"""), ("a tiny exponent", """{"a":1e-99999}"""), ("an exponent beyond an int", """{"a":1e99999999999}"""),
            ("a number of 500 digits", $$"""{"a":{{new string('9', 500)}}}"""), ("a fraction of 500 digits", $$"""{"a":0.{{new string('3', 500)}}}"""),
            ("the same key twice", """{"a":1,"a":2}"""), ("the same key twice deep inside", """{"a":{"b":[{"c":1,"c":1}]}}"""), ("the same key twice, once escaped", """{"a":1,"\u0061":2}"""),
            ("arrays too deep", "{\"a\":" + new string('[', 16) + new string(']', 16) + "}"), ("objects too deep", string.Concat(Enumerable.Repeat("{\"a\":", 17)) + "1" + new string('}', 17)),
            ("very deep", "{\"a\":" + new string('[', 400) + new string(']', 400) + "}"),
            ("more than 64 KiB", $$"""{"a":"{{new string('x', 66_000)}}"}"""), ("more than 64 KiB in many keys", "{" + string.Join(',', Enumerable.Range(0, 7_000).Select(n => $"\"k{n}\":{n}")) + "}"),
        })
        {
            yield return Case("properties hold " + what, Events, EventWith(customer, "properties", value), "properties");
            yield return Case("metadata hold " + what, Track, TrackWith(customer, "metadata", value), "metadata");
        }

        yield return Case("the same field twice", Events, $$"""{"customer_id":"{{customer}}","type":"api_call","customer_id":"other"}""", "body");
        yield return Case("NUL in an unknown field", Events, EventWith(customer, "colour", """ "\u0000" """), "colour");
        yield return Case("a number no one can hold in an unknown field", Events, EventWith(customer, "colour", "1e400"), "colour");
    }

    private static IEnumerable<MalformedCase> Rules(string customer)
    {
        foreach (var (type, properties, field) in new[]
        {
            ("engagement_recorded", """{"issues_tagged":-1}""", "properties.issues_tagged"), ("engagement_recorded", """{"prs_merged":1.5}""", "properties.prs_merged"),
            ("engagement_recorded", """{"prs_generated":"7"}""", "properties.prs_generated"), ("engagement_recorded", """{"support_requests":9223372036854775808}""", "properties.support_requests"),
            ("engagement_recorded", """{"prs_rejected":1000000001}""", "properties.prs_rejected"), ("engagement_recorded", """{"prs_rejected":null}""", "properties.prs_rejected"),
            ("engagement_recorded", """{"date":"05/02/2026"}""", "properties.date"), ("engagement_recorded", """{"date":20260502}""", "properties.date"), ("engagement_recorded", """{"date":"2026-02-30"}""", "properties.date"),
            ("engagement_recorded", """{"row":"e1001"}""", "properties.row"), ("engagement_recorded", """{"copies":5}""", "properties.copies"),
            ("onboarding_step_reset", "{}", "properties.step"), ("onboarding_step_reset", """{"step":"x"}""", "properties.step"), ("onboarding_step_reset", """{"step":5}""", "properties.step"),
            ("onboarding_blocked", "{}", "properties.blocker_type"), ("onboarding_blocked", """{"blocker_type":""}""", "properties.blocker_type"), ("onboarding_blocked", """{"blocker_type":7}""", "properties.blocker_type"),
            ("onboarding_blocked", $$"""{"blocker_type":"{{new string('b', 61)}}"}""", "properties.blocker_type"),
            ("issue_resolution", """{"issue_url":7}""", "properties.issue_url"), ("issue_resolution", """{"pr_url":[]}""", "properties.pr_url"), ("issue_tagged", """{"issue_url":true}""", "properties.issue_url"),
            ("engagement_recorded", """{"date":"2099-01-01"}""", "properties.date"), ("engagement_recorded", """{"date":"1999-12-31"}""", "properties.date"), ("engagement_recorded", """{"date":"0001-01-01"}""", "properties.date"),
            ("onboarding_blocked", """{"blocker_type":"a\nb"}""", "properties.blocker_type"), ("onboarding_blocked", """{"blocker_type":"x","notes":7}""", "properties.notes"),
            ("onboarding_unblocked", $$"""{"notes":"{{new string('n', 10_001)}}"}""", "properties.notes"),
            ("issue_resolution", """{"success":"yes"}""", "properties.success"), ("issue_resolution", """{"duration_ms":"12"}""", "properties.duration_ms"), ("issue_resolution", """{"duration_ms":-1}""", "properties.duration_ms"),
            // More than an index of PostgreSQL holds, in few characters.
            ("issue_tagged", $$"""{"issue_url":"{{string.Concat(Enumerable.Range(0, 999).Select(n => (char)(0x4e00 + (n * 7919 % 20_000))))}}"}""", "properties.issue_url"),
            ("pr_merged", """{"pr_url":{}}""", "properties.pr_url"), ("pr_generated", $$"""{"pr_url":"{{new string('u', 1_001)}}"}""", "properties.pr_url"),
        })
        {
            yield return Case($"{type} with {(properties.Length > 60 ? "too long a text" : properties)}", Events, $$"""{"customer_id":"{{customer}}","type":"{{type}}","properties":{{properties}}}""", field);
        }
    }

    private static IEnumerable<MalformedCase> Bodies(string customer)
    {
        var good = Good(customer, "whole");
        foreach (var door in new[] { Track, Events })
        {
            foreach (var (what, text) in new[]
            {
                ("nothing", ""), ("spaces", "   "), ("a word", "hello"), ("half an object", "{\"type\":"), ("no closing brace", good[..^1]), ("a comma too many", good[..^1] + ",}"), ("single quotes", "{'type':'api_call'}"),
                ("a comment", "/* hi */" + good), ("two documents", good + good), ("something behind", good + "x"), ("NaN", """{"type":NaN}"""), ("an unquoted key", "{type:1}"), ("a raw newline in a text", "{\"type\":\"a\nb\"}"),
                ("a bad escape", """{"type":"\x"}"""), ("a number with a leading zero", """{"a":012}"""), ("XML", "<event/>"), ("a form", "customer_id=c1&event_type=x"), ("600 levels", new string('[', 600) + new string(']', 600)),
                ("null", "null"), ("a number", "42"), ("a text", "\"api_call\""), ("true", "true"),
            })
                yield return Case($"{door}: the body is {what}", door, text, "body", alone: true);
            yield return new MalformedCase($"{door}: the body is no UTF-8", door, [.. Encoding.UTF8.GetBytes("{\"type\":\""), 0xff, 0xfe, .. "\"}"u8], "type", Alone: true);
            yield return new MalformedCase($"{door}: the body is UTF-16", door, Encoding.Unicode.GetBytes(good), "body", Alone: true);
            yield return new MalformedCase($"{door}: the body is compressed", door, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "body", Alone: true);
            yield return Case($"{door}: the body is too large", door, "{\"a\":\"" + new string('x', 4 * 1024 * 1024) + "\"}", "", alone: true, status: 413);
        }

        yield return Case("an array where one event is asked for", Track, "[" + good + "]", "body", alone: true);
        yield return Case("an empty array", Events, "[]", "body", alone: true);
        yield return Case("an array of arrays", Events, "[[]]", "body", alone: true);
        yield return Case("an array of nothing", Events, "[null]", "body", alone: true);
        yield return Case("1,001 events", Events, "[" + string.Join(',', Enumerable.Range(0, 1_001).Select(n => Good(customer, string.Create(CultureInfo.InvariantCulture, $"many-{n}")))) + "]", "body", alone: true);
        yield return Case("an unknown customer", Track, """{"customer_id":"nobody","event_type":"api_call"}""", "", alone: true, status: 404);
        yield return Case("an unknown customer", Events, """{"customer_id":"nobody","type":"api_call"}""", "", alone: true, status: 404);
    }

    private static MalformedCase Case(string name, string door, string json, string field, bool alone = false, int status = 400) =>
        new(name, door, Encoding.UTF8.GetBytes(json), field, alone, status);

    private static string EventWith(string customer, string name, string value)
    {
        var rest = new[] { ("customer_id", $"\"{customer}\""), ("type", "\"api_call\"") }.Where(field => field.Item1 != name).Select(field => $"\"{field.Item1}\":{field.Item2},");
        return "{" + string.Concat(rest) + $"\"{name}\":{value}" + "}";
    }

    private static string TrackWith(string customer, string name, string value)
    {
        var rest = new[] { ("customer_id", $"\"{customer}\""), ("event_type", "\"api_call\"") }.Where(field => field.Item1 != name).Select(field => $"\"{field.Item1}\":{field.Item2},");
        return "{" + string.Concat(rest) + $"\"{name}\":{value}" + "}";
    }
}
