using System.Text;
using Dapper;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>Clients of other languages, as they write: they speak the same, each a little differently.</summary>
public sealed class OtherClientTests(House house) : IClassFixture<House>
{
    [Theory]
    [InlineData("Segment, Python", "POST", "/v1/batch", "basic", "application/json", """{"batch":[{"type":"track","messageId":"python","timestamp":"2025-05-05T11:00:00.123456+00:00","context":{"library":{"name":"analytics-python","version":"2.3.4"}},"userId":"u","anonymousId":null,"integrations":{},"properties":{},"event":"hello"}],"sentAt":"2025-05-05T11:00:01+00:00"}""", "segment")]
    [InlineData("Segment, Go", "POST", "/v1/batch", "basic", "application/json", """{"messageId":"m","sentAt":"2025-05-05T11:00:01Z","context":{"library":{"name":"analytics-go","version":"3.3.0"}},"batch":[{"type":"track","messageId":"go","userId":"u","event":"hello","timestamp":"2025-05-05T11:00:00Z","properties":{}}]}""", "segment")]
    [InlineData("Segment, Ruby", "POST", "/v1/import", "basic", "application/json", """{"sentAt":"2025-05-05T11:00:01.000Z","batch":[{"messageId":"ruby","timestamp":"2025-05-05T11:00:00.000Z","context":{"library":{"name":"analytics-ruby"}},"userId":"u","type":"track","event":"hello","properties":{}}]}""", "segment")]
    [InlineData("Segment, PHP", "POST", "/v1/batch/", "body", "application/x-www-form-urlencoded", """{"writeKey":"@key","batch":[{"type":"track","messageId":"php","timestamp":"2025-05-05T11:00:00+00:00","context":{"library":{"name":"analytics-php"}},"userId":"u","event":"hello","properties":{}}]}""", "segment")]
    [InlineData("Segment, iOS", "POST", "/v1/b", "basic", "application/json; charset=utf-8", """{"batch":[{"type":"track","messageId":"ios","anonymousId":"v","userId":"u","event":"hello"}],"sentAt":"2025-05-05T11:00:01Z","writeKey":"@key"}""", "segment")]
    [InlineData("Segment, curl without anything", "POST", "/v1/track", "basic", "application/json", """{"userId":"u","event":"hello"}""", "segment")]
    [InlineData("Segment, a base address without version", "POST", "/track", "body", "text/plain", """{"userId":"u","event":"hello","writeKey":"@key"}""", "segment")]
    [InlineData("Segment at the address of another", "POST", "/batch", "basic", "application/json", """{"batch":[{"type":"track","userId":"u","event":"hello"}]}""", "segment")]
    [InlineData("Rudder, Python", "POST", "/v1/batch", "basic", "application/json", """{"batch":[{"type":"track","messageId":"rp","channel":"server","originalTimestamp":"2025-05-05T11:00:00Z","context":{"library":{"name":"rudder-analytics-python"}},"userId":"u","event":"hello"}],"sentAt":"2025-05-05T11:00:01Z"}""", "rudder")]
    [InlineData("Rudder, Android", "POST", "/v1/batch/", "basic", "application/json", """{"sentAt":"2025-05-05T11:00:01Z","batch":[{"type":"track","messageId":"ra","channel":"mobile","originalTimestamp":"2025-05-05T11:00:00Z","anonymousId":"v","userId":"u","event":"hello","context":{"library":{"name":"com.rudderstack.android.sdk.core"}}}]}""", "rudder")]
    [InlineData("PostHog, Python", "POST", "/batch/", "body", "application/json", """{"batch":[{"properties":{"$lib":"posthog-python"},"timestamp":"2025-05-05T11:00:00+00:00","distinct_id":"u","event":"hello","uuid":"pp"}],"sentAt":"2025-05-05T11:00:01Z","api_key":"@key"}""", "posthog")]
    [InlineData("PostHog, Ruby", "POST", "/batch/", "body", "application/json", """{"api_key":"@key","batch":[{"messageId":"pr","timestamp":"2025-05-05T11:00:00Z","distinct_id":"u","type":"capture","event":"hello","properties":{"$lib":"posthog-ruby"}}]}""", "posthog")]
    [InlineData("PostHog, Go", "POST", "/batch/", "body", "application/json", """{"api_key":"@key","historical_migration":false,"batch":[{"type":"capture","uuid":"pg","library":"posthog-go","timestamp":"2025-05-05T11:00:00Z","distinct_id":"u","event":"hello","properties":{}}]}""", "posthog")]
    [InlineData("PostHog, iOS", "POST", "/batch", "body", "application/json; charset=utf-8", """{"api_key":"@key","batch":[{"event":"hello","distinct_id":"u","uuid":"pi","timestamp":"2025-05-05T11:00:00.000Z","properties":{}}],"sent_at":"2025-05-05T11:00:01.000Z"}""", "posthog")]
    [InlineData("PostHog, curl", "POST", "/i/v0/e/", "body", "application/json", """{"api_key":"@key","event":"hello","distinct_id":"u"}""", "posthog")]
    [InlineData("PostHog, curl, the old address", "POST", "/capture/", "body", "application/json", """{"api_key":"@key","event":"hello","properties":{"distinct_id":"u"}}""", "posthog")]
    [InlineData("PostHog, a form by GET", "GET", "/e/?ip=1&data=@data", "body", "", """{"event":"hello","properties":{"distinct_id":"u","token":"@key"}}""", "posthog")]
    [InlineData("Jitsu, a batch", "POST", "/api/s/s2s/batch", "X-Write-Key", "application/json", """{"batch":[{"type":"track","messageId":"jb","userId":"u","event":"hello"}]}""", "jitsu")]
    [InlineData("Segment, a picture", "GET", "/v1/pixel/track?data=@data", "body", "", """{"writeKey":"@key","userId":"u","event":"hello"}""", "segment")]
    public async Task Who_speaks_the_same_is_understood(string client, string method, string path, string where, string type, string body, string source)
    {
        var key = await Clients.WriteKey(house, "segment");
        var text = body.Replace("@key", key, StringComparison.Ordinal);
        var data = Uri.EscapeDataString(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("@data", data, StringComparison.Ordinal));
        if (method == "POST") request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) { Headers = { { "Content-Type", type } } };
        if (where == "basic") request.Headers.Add("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        if (where == "X-Write-Key") request.Headers.Add(where, key + ":secret");
        await using var connection = await house.Db.OpenConnectionAsync();
        await connection.ExecuteAsync("delete from events");
        using var answer = await house.Http.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(200, $"{client}: {await answer.Content.ReadAsStringAsync()}");
        // Without what the resolver concludes from the case before this one.
        var stored = await connection.QueryAsync<(string, string, string)>("select source, type, person_id from events where source <> 'system'");
        stored.ShouldBe([(source, "hello", "u")], client);
    }
}
