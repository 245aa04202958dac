using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Events.Dialects;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>What each message of a client of Segment or Rudder becomes.</summary>
public sealed class SegmentTests
{
    private static readonly Arrival Noon = new(new DateTime(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc), "source:s");

    [Theory]
    [InlineData("""{"type":"track","userId":"u","event":"Order Completed","properties":{"total":12}}""", "order_completed", """{"total":12,"event_name":"Order Completed"}""")]
    [InlineData("""{"type":"track","userId":"u","event":"order_completed"}""", "order_completed", "{}")]
    [InlineData("""{"userId":"u","event":"x"}""", "x", "{}")]
    [InlineData("""{"type":"identify","userId":"u","traits":{"email":"a@b.example"}}""", "identify", """{"email":"a@b.example"}""")]
    [InlineData("""{"type":"identify","userId":"u","context":{"traits":{"plan":"pro"}}}""", "identify", """{"plan":"pro"}""")]
    [InlineData("""{"type":"page","anonymousId":"v","name":"Start","category":"Docs"}""", "page_view", """{"name":"Start","category":"Docs"}""")]
    [InlineData("""{"type":"page","anonymousId":"v","name":"Start","category":"Docs","properties":{"name":"Start","category":"Docs","title":"T"}}""", "page_view", """{"title":"T","name":"Start","category":"Docs"}""")]
    [InlineData("""{"type":"screen","userId":"u","name":"Home"}""", "screen_view", """{"name":"Home"}""")]
    [InlineData("""{"type":"group","userId":"u","groupId":"acme","traits":{"name":"Acme"}}""", "group", """{"name":"Acme"}""")]
    [InlineData("""{"type":"alias","userId":"u","previousId":"old"}""", "alias", """{"previous_id":"old","user_id":"u"}""")]
    [InlineData("""{"userId":"u","previousId":"old"}""", "alias", """{"previous_id":"old","user_id":"u"}""")]
    [InlineData("""{"userId":"u","traits":{}}""", "identify", "{}")]
    [InlineData("""{"type":"track","userId":"u","event":"Note Added"}""", "segment_note_added", """{"event_name":"Note Added"}""")]
    [InlineData("""{"type":"track","userId":"u","event":"identify"}""", "segment_identify", """{"event_name":"identify"}""")]
    [InlineData("""{"type":"track","userId":"u","event":"onboarding_step_x"}""", "segment_onboarding_step_x", """{"event_name":"onboarding_step_x"}""")]
    [InlineData("""{"type":"track","userId":"u","event":"Signup","properties":{"event_name":"mine","bot":1}}""", "signup", """{"bot":1,"event_name":"Signup"}""")]
    public void A_call_becomes_an_event(string message, string type, string properties)
    {
        var e = Read(message).Event.ShouldNotBeNull();
        (e.Type, e.Properties, e.CustomerId, e.Actor).ShouldBe((type, properties, null, "source:s"));
    }

    [Theory]
    [InlineData("""{"type":"track","event":"x","userId":null,"anonymousId":"v"}""", null, "v", null)]
    [InlineData("""{"type":"track","event":"x","userId":42}""", "42", null, null)]
    [InlineData("""{"type":"track","event":"x","userId":"","anonymousId":12345}""", null, "12345", null)]
    [InlineData("""{"type":"track","event":"x","userId":"u","context":{"groupId":"acme"}}""", "u", null, "acme")]
    [InlineData("""{"type":"track","event":"x","user_id":"u","anonymous_id":"v"}""", "u", "v", null)]
    [InlineData("""{"type":"group","userId":"u","groupId":7}""", "u", null, "7")]
    [InlineData("""{"type":"track","event":"x"}""", null, null, null)]
    public void Who_it_was_is_read_however_it_is_written(string message, string? person, string? visitor, string? group)
    {
        var e = Read(message).Event.ShouldNotBeNull();
        (e.PersonId, e.VisitorId, e.GroupId).ShouldBe((person, visitor, group));
    }

    [Theory]
    [InlineData("""{"timestamp":"2026-11-20T11:00:00Z"}""", "2026-11-20T11:00:00")]
    [InlineData("""{"timestamp":"2026-11-20T12:00:00+02:00"}""", "2026-11-20T10:00:00")]
    [InlineData("""{"originalTimestamp":"2026-11-20T11:30:00Z"}""", "2026-11-20T11:30:00")]
    [InlineData("""{"timestamp":1795172400000}""", "2026-11-20T11:00:00")]
    [InlineData("""{"timestamp":1795172400}""", "2026-11-20T11:00:00")]
    [InlineData("""{"timestamp":"1795172400000"}""", "2026-11-20T11:00:00")]
    [InlineData("""{"timestamp":"yesterday"}""", "2026-11-20T12:00:00")]
    [InlineData("{}", "2026-11-20T12:00:00")]
    // A clock two hours ahead: the message was sent ten minutes after it happened.
    [InlineData("""{"timestamp":"2026-11-20T14:00:00Z","sentAt":"2026-11-20T14:10:00Z"}""", "2026-11-20T11:50:00")]
    public void When_it_was_is_read_however_it_is_written_and_a_wrong_clock_corrected(string times, string occurred)
    {
        var e = Read("""{"type":"track","event":"x","userId":"u",""" + (times == "{}" ? "\"context\":{}}" : times[1..])).Event.ShouldNotBeNull();
        e.OccurredAt.ToString("s").ShouldBe(occurred);
    }

    [Fact]
    public void A_page_says_where_and_from_where()
    {
        var e = Read("""
            {"type":"page","anonymousId":"v","properties":{"url":"https://acme.example/a?utm_source=news&utm_medium=email#part","path":"/a"},
             "context":{"page":{"url":"https://other.example/","referrer":"https://search.example/?q=x"},"campaign":{"name":"launch","source":"letter"}}}
            """).Event!;
        e.Visit.ShouldBe(new Visit("https://acme.example/a?utm_source=news&utm_medium=email", "https://search.example/?q=x", "letter", "email", "launch"));
        Read("""{"type":"track","event":"x","userId":"u","properties":{"url":"https://file.example"},"context":{"page":{"url":"https://acme.example/"}}}""").Event!.Visit.Url.ShouldBe("https://acme.example/");
    }

    [Theory]
    [InlineData("""{"type":"track","userId":"u"}""", "event")]
    [InlineData("""{"type":"track","userId":"u","event":""}""", "event")]
    [InlineData("""{"type":"track","userId":"u","event":{"a":1}}""", "event")]
    [InlineData("""{"type":"alias","userId":"u"}""", "previousId")]
    [InlineData("""{"type":"group","userId":"u"}""", "groupId")]
    [InlineData("""{"type":"delete","userId":"u"}""", "type")]
    [InlineData("{}", "type")]
    [InlineData("[]", "message")]
    [InlineData("7", "message")]
    [InlineData("null", "message")]
    [InlineData("""{"type":"track","event":"x","userId":{"id":1}}""", "userId")]
    [InlineData("""{"type":"track","event":"x","userId":true}""", "userId")]
    [InlineData("""{"type":"track","event":"x","userId":"a\u0007b"}""", "userId")]
    [InlineData("""{"type":"track","event":"x","userId":"a\u0000b"}""", "userId")]
    [InlineData("""{"type":"track","event":"x","properties":{"a":"\ud800"}}""", "properties")]
    [InlineData("""{"type":"track","event":"x","properties":{"a":1e999}}""", "properties")]
    [InlineData("""{"type":"track","event":"x","properties":{"a":1,"a":2}}""", "properties")]
    [InlineData("""{"type":"track","event":"x","event":"y"}""", "message")]
    [InlineData("""{"type":"track","event":"x","properties":{"a":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}}""", "properties")]
    [InlineData("""{"type":"track","event":"PR Merged","properties":{"pr_url":7}}""", "properties.pr_url")]
    public void What_can_never_be_kept_is_named(string message, string field) => Read(message).Faults.ShouldContain(fault => fault.Field == field);

    [Fact]
    public void What_is_not_kept_may_be_as_deep_as_its_client_likes() =>
        Read("""{"type":"track","event":"x","context":{"a":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}}""").Event.ShouldNotBeNull();

    [Fact]
    public void Properties_of_40_KB_are_kept_and_of_more_than_64_refused()
    {
        Read($$$"""{"type":"track","event":"x","properties":{"a":"{{{new string('x', 40_000)}}}"}}""").Event.ShouldNotBeNull();
        Read($$$"""{"type":"track","event":"x","properties":{"a":"{{{new string('x', 66_000)}}}"}}""").Faults.ShouldHaveSingleItem().Field.ShouldBe("properties");
    }

    [Fact]
    public void Ids_that_are_too_long_are_shortened_and_stay_the_same_and_apart()
    {
        string Person(string id) => Read($$$"""{"type":"track","event":"x","messageId":"{{{id}}}","userId":"{{{id}}}"}""").Event!.PersonId!;
        var one = Person(new string('a', 500));
        one.Length.ShouldBe(128);
        Person(new string('a', 500)).ShouldBe(one);
        Person(new string('a', 501)).ShouldNotBe(one);
    }

    [Theory]
    [InlineData("""{"context":{"library":{"name":"analytics-node"}}}""", "segment")]
    [InlineData("""{"context":{"library":{"name":"analytics-node"}},"channel":"server","originalTimestamp":"2026-11-20T11:30:00Z"}""", "rudder")]
    [InlineData("""{"context":{"library":{"name":"RudderLabs JavaScript SDK"}}}""", "rudder")]
    [InlineData("""{"context":{"library":{"name":"@jitsu/js"}}}""", "jitsu")]
    [InlineData("""{"context":{}}""", null)]
    public void Who_speaks_is_known_by_the_library(string message, string? speaker) => Segment.Speaker(JsonElement.Parse(message)).ShouldBe(speaker);

    [Fact]
    public void A_key_of_one_customer_speaks_for_no_other()
    {
        var bound = Noon with { Customer = "c1001" };
        Segment.Read(JsonElement.Parse("""{"type":"track","event":"x","userId":"u"}"""), "segment", bound).Event!.GroupId.ShouldBe("c1001");
        Segment.Read(JsonElement.Parse("""{"type":"track","event":"x","userId":"u","context":{"groupId":"c1002"}}"""), "segment", bound).Faults.ShouldHaveSingleItem();
    }

    private static ReadResult Read(string message) => Segment.Read(JsonElement.Parse(message), "segment", Noon);
}
