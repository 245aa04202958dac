using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Events.Dialects;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>What each event of a client of PostHog becomes.</summary>
public sealed class PostHogTests
{
    private static readonly Arrival Noon = new(new DateTime(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc), Visitor: "d_today");

    [Theory]
    [InlineData("""{"event":"Order Completed","distinct_id":"u","properties":{"total":12,"token":"wk_x"}}""", "order_completed", """{"total":12,"event_name":"Order Completed"}""")]
    [InlineData("""{"event":"$pageview","distinct_id":"u","properties":{"title":"T"}}""", "page_view", """{"title":"T"}""")]
    [InlineData("""{"event":"$pageleave","distinct_id":"u","properties":{"$prev_pageview_duration":12.5,"$prev_pageview_max_scroll_percentage":0.734}}""", "page_leave", """{"$prev_pageview_duration":12.5,"$prev_pageview_max_scroll_percentage":0.734,"seconds":12.5,"scroll":73}""")]
    [InlineData("""{"event":"$screen","distinct_id":"u","properties":{"$screen_name":"Home"}}""", "screen_view", """{"$screen_name":"Home","name":"Home"}""")]
    [InlineData("""{"event":"$identify","distinct_id":"u","$set":{"email":"a@b.example"},"$set_once":{"email":"old","first":1},"properties":{"$anon_distinct_id":"v"}}""", "identify", """{"email":"a@b.example","first":1}""")]
    [InlineData("""{"event":"$identify","distinct_id":"u","properties":{"$set":{"plan":"pro"},"$anon_distinct_id":"v"}}""", "identify", """{"plan":"pro"}""")]
    [InlineData("""{"event":"$set","distinct_id":"u","properties":{"$set":{"plan":"pro"}}}""", "identify", """{"plan":"pro"}""")]
    [InlineData("""{"event":"$groupidentify","distinct_id":"$company_acme","properties":{"$group_type":"company","$group_key":"acme","$group_set":{"name":"Acme"}}}""", "group", """{"name":"Acme","group_type":"company"}""")]
    [InlineData("""{"event":"$create_alias","distinct_id":"u","properties":{"distinct_id":"u","alias":"v"}}""", "alias", """{"previous_id":"v","user_id":"u"}""")]
    [InlineData("""{"event":"$autocapture","distinct_id":"u","properties":{"$event_type":"click"}}""", "autocapture", """{"$event_type":"click","event_name":"$autocapture"}""")]
    [InlineData("""{"event":"$$heatmap","distinct_id":"u"}""", "heatmap", """{"event_name":"$$heatmap"}""")]
    [InlineData("""{"event":"survey sent","distinct_id":"u"}""", "survey_sent", """{"event_name":"survey sent"}""")]
    [InlineData("""{"type":"capture","event":"health_changed","distinct_id":"u"}""", "posthog_health_changed", """{"event_name":"health_changed"}""")]
    public void An_event_becomes_one_of_ours(string message, string type, string properties)
    {
        var e = Read(message).Event.ShouldNotBeNull();
        (e.Type, e.Properties, e.Source, e.CustomerId).ShouldBe((type, properties, "posthog", null));
    }

    [Theory]
    [InlineData("""{"event":"x","distinct_id":"u"}""", "u", null, null)]
    [InlineData("""{"event":"x","distinct_id":42}""", "42", null, null)]
    [InlineData("""{"event":"x","properties":{"distinct_id":"u"}}""", "u", null, null)]
    [InlineData("""{"event":"x","distinct_id":"dev","properties":{"$device_id":"dev"}}""", null, "dev", null)]
    [InlineData("""{"event":"x","distinct_id":"u","properties":{"$device_id":"dev"}}""", "u", "dev", null)]
    [InlineData("""{"event":"x","distinct_id":"v","properties":{"$device_id":"dev","$is_identified":false}}""", null, "v", null)]
    [InlineData("""{"event":"$set","distinct_id":"v","properties":{"$device_id":"dev","$is_identified":false,"$set":{"a":1}}}""", null, "v", null)]
    [InlineData("""{"event":"x","distinct_id":"u","properties":{"$device_id":"dev","$is_identified":true}}""", "u", "dev", null)]
    [InlineData("""{"event":"$identify","distinct_id":"u","properties":{"$anon_distinct_id":"v","$device_id":"dev"}}""", "u", "v", null)]
    [InlineData("""{"event":"x","distinct_id":"0197aaaa-bbbb-7ccc-8ddd-eeeeffff0000","properties":{"$process_person_profile":false}}""", null, "0197aaaa-bbbb-7ccc-8ddd-eeeeffff0000", null)]
    [InlineData("""{"event":"x","distinct_id":"u","options":{"process_person_profile":false}}""", "u", null, null)]
    [InlineData("""{"event":"x","distinct_id":"$posthog_cookieless"}""", null, "d_today", null)]
    [InlineData("""{"event":"x","distinct_id":"u","properties":{"$groups":{"company":"acme"}}}""", "u", null, "acme")]
    [InlineData("""{"event":"x","distinct_id":"u","properties":{"$groups":{"project":"p","organization":"acme"}}}""", "u", null, "acme")]
    [InlineData("""{"event":"x","distinct_id":"u","properties":{"$groups":{"project":7}}}""", "u", null, "7")]
    [InlineData("""{"event":"x","distinct_id":"u","properties":{"$groups":{}}}""", "u", null, null)]
    [InlineData("""{"event":"$groupidentify","distinct_id":"$company_acme","properties":{"$group_type":"company","$group_key":"acme"}}""", null, null, "acme")]
    public void Who_it_was_is_found(string message, string? person, string? visitor, string? group)
    {
        var e = Read(message).Event.ShouldNotBeNull();
        (e.PersonId, e.VisitorId, e.GroupId).ShouldBe((person, visitor, group));
    }

    [Theory]
    [InlineData("""{"event":"x","timestamp":"2026-11-20T11:00:00.123Z"}""", "{}", "2026-11-20T11:00:00")]
    [InlineData("""{"event":"x","timestamp":1795172400000}""", "{}", "2026-11-20T11:00:00")]
    [InlineData("""{"event":"x","offset":5000}""", "{}", "2026-11-20T11:59:55")]
    [InlineData("""{"event":"x","offset":-5000}""", "{}", "2026-11-20T12:00:00")]
    [InlineData("""{"event":"x","offset":5000,"timestamp":"2026-11-20T23:00:00Z"}""", "{}", "2026-11-20T11:59:55")]
    [InlineData("""{"event":"x","timestamp":"2026-11-20T14:00:00Z"}""", """{"sent_at":"2026-11-20T14:10:00Z"}""", "2026-11-20T11:50:00")]
    [InlineData("""{"event":"x","timestamp":"2026-11-20T14:00:00Z"}""", """{"sent_at":1795184400000}""", "2026-11-20T11:40:00")]
    [InlineData("""{"event":"x"}""", "{}", "2026-11-20T12:00:00")]
    public void When_it_was_is_found(string message, string body, string occurred) =>
        PostHog.Read(JsonElement.Parse(message), Noon with { Sent = JsonElement.Parse(body).At("sent_at").Instant() }).Event.ShouldNotBeNull().OccurredAt.ToString("s").ShouldBe(occurred);

    [Theory]
    [InlineData("""{"event":"x","uuid":"one","properties":{"$insert_id":"two"}}""", "one")]
    [InlineData("""{"event":"x","properties":{"$insert_id":"two"}}""", "two")]
    [InlineData("""{"event":"x","messageId":"three"}""", "three")]
    public void The_id_is_the_senders(string message, string id) => Read(message).Event!.Id.ShouldBe(id);

    [Fact]
    public void A_page_view_says_where_and_from_where()
    {
        var e = Read("""{"event":"$pageview","distinct_id":"u","properties":{"$current_url":"https://acme.example/a?utm_medium=email#part","$referrer":"$direct","utm_source":"news","source":"spa","name":"Home","$session_id":"s1"}}""").Event!;
        (e.Visit, e.SessionId).ShouldBe((new Visit("https://acme.example/a?utm_medium=email", null, "news", "email"), "s1"));
    }

    [Theory]
    [InlineData("""{"distinct_id":"u"}""", "event")]
    [InlineData("""{"event":null,"distinct_id":"u"}""", "event")]
    [InlineData("""{"event":"x","distinct_id":{"a":1}}""", "distinct_id")]
    [InlineData("""{"event":"x","distinct_id":"a\u0001"}""", "distinct_id")]
    [InlineData("""{"event":"$groupidentify","distinct_id":"u"}""", "$group_key")]
    [InlineData("""{"event":"$create_alias","distinct_id":"u"}""", "alias")]
    [InlineData("""{"event":"x","properties":{"a":"\u0000"}}""", "properties")]
    [InlineData("""{"event":"x","properties":{"a":1,"a":1}}""", "properties")]
    [InlineData("\"x\"", "message")]
    public void What_can_never_be_kept_is_named(string message, string field) => Read(message).Faults.ShouldContain(fault => fault.Field == field);

    [Fact]
    public void The_token_is_found_wherever_it_stands()
    {
        string? Key(string body) => PostHog.Keys(JsonElement.Parse(body)).FirstOrDefault(key => key is not null);
        Key("""{"api_key":"wk_a","batch":[]}""").ShouldBe("wk_a");
        Key("""{"token":"wk_a","event":"x"}""").ShouldBe("wk_a");
        Key("""[{"event":"x","properties":{"token":"wk_a"}}]""").ShouldBe("wk_a");
        Key("""{"event":"x","properties":{"token":"wk_a"}}""").ShouldBe("wk_a");
        Key("""{"batch":[{"api_key":"wk_a"}]}""").ShouldBe("wk_a");
        Key("[]").ShouldBeNull();
        Key("7").ShouldBeNull();
    }

    private static ReadResult Read(string message) => PostHog.Read(JsonElement.Parse(message), Noon);
}
