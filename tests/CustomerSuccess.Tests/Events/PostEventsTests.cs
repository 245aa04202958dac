using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;

namespace CustomerSuccess.Tests.Events;

/// <summary>POST /api/v1/events: one or many, each with its own verdict.</summary>
public sealed class PostEventsTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task A_bad_event_leaves_its_neighbours_alone()
    {
        var key = await house.Key("ingest");
        await house.Write(Story.Created("acme"));
        var answer = await Post(key, """
            [{"id":"a","customer_id":"acme","type":"pr_generated"},
             {"id":"b","customer_id":"acme","type":"pr_generated","properties":{"n":1e131000}},
             {"id":"c","customer_id":"acme","type":"pr_generated","properties":{"s":"\ud800"}},
             {"id":"d","customer_id":"acme","type":"pr_generated","properties":{"k":1,"k":2}},
             {"id":"e","customer_id":"nobody","type":"pr_generated"},
             {"id":"a","customer_id":"acme","type":"pr_generated"},
             {"id":"f","customer_id":"acme","type":"pr_generated","occurred_at":"2025-05-01T00:00:00Z"},
             17]
            """);
        answer.Status.ShouldBe(HttpStatusCode.Accepted);
        answer.Body.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("status").GetString())
            .ShouldBe(["accepted", "rejected", "rejected", "rejected", "rejected", "duplicate", "late", "rejected"]);
        answer.Body.GetProperty("results")[1].GetProperty("errors").GetProperty("properties")[0].GetString()!.ShouldContain("exponent");
        await using var c = await house.Db.OpenConnectionAsync();
        (await c.ExecuteScalarAsync<long>("select prs_generated from engagement where customer_id = 'acme'")).ShouldBe(2);
    }

    [Fact]
    public async Task A_thousand_are_taken_and_one_more_is_refused_whole()
    {
        var key = await house.Key("ingest");
        await house.Write(Story.Created("many"));
        string Batch(int count) => "[" + string.Join(',', Enumerable.Range(0, count).Select(n => $$"""{"id":"m{{n}}","customer_id":"many","type":"api_call"}""")) + "]";
        (await Post(key, Batch(1001))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Post(key, Batch(1000))).Body.GetProperty("accepted").GetInt32().ShouldBe(1000);
        (await Post(key, Batch(1000))).Body.GetProperty("duplicate").GetInt32().ShouldBe(1000);
        await using var c = await house.Db.OpenConnectionAsync();
        (await c.ExecuteScalarAsync<long>("select api_calls from engagement where customer_id = 'many'")).ShouldBe(1000);
    }

    [Fact]
    public async Task An_anonymous_visitor_has_no_customer_yet()
    {
        var key = await house.Key("ingest");
        (await Post(key, """{"id":"v1","visitor_id":"v-7","type":"page_view","url":"https://example.com/pricing"}""")).Status.ShouldBe(HttpStatusCode.Accepted);
        await using var c = await house.Db.OpenConnectionAsync();
        (await c.ExecuteScalarAsync<string>("select subject from events where id = 'v1'")).ShouldBe("~v:v-7");
        (await Post(key, """{"type":"page_view","url":"https://example.com"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Post(string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events") { Content = new StringContent(body) };
        request.Headers.Add("x-api-key", key);
        using var answer = await house.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
