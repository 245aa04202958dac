using System.Text;
using System.Text.Json;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Access.Keys;
using CustomerSuccess.Events.Dialects;
using CustomerSuccess.Tests.Access;
using Dapper;
using Microsoft.AspNetCore.Http;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>What a small call may make large, slow or believed at the doors for clients of other tools.</summary>
public sealed class DoorBoundsTests(House house) : IClassFixture<House>
{
    private static readonly Arrival Noon = new(new DateTime(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc), Visitor: "d_today");

    [Fact]
    public void A_form_of_millions_of_fields_costs_no_more_than_it_weighs()
    {
        var text = new StringBuilder("a=");
        for (var n = 0; text.Length < 15_000_000; n++) text.Append('&').Append('a').Append(n);
        var body = PayloadTests.Gzip(Encoding.UTF8.GetBytes(text.ToString()));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<BadHttpRequestException>(() => Payload.Read(body)).StatusCode.ShouldBe(400);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(200_000_000);

        // The field is looked for among the first hundred.
        string Form(int fields) => string.Concat(Enumerable.Range(0, fields).Select(n => $"f{n}=1&")) + "data=" + Uri.EscapeDataString("{\"a\":1}");
        Payload.Read(Encoding.UTF8.GetBytes(Form(99))).Dispose();
        Should.Throw<BadHttpRequestException>(() => Payload.Read(Encoding.UTF8.GetBytes(Form(100))));
    }

    [Fact]
    public async Task A_wrong_key_of_ours_in_a_header_is_refused_before_anything_is_unpacked()
    {
        // Were it unpacked, it would be 413.
        (await Post("/v1/batch", PayloadTests.Gzip(new byte[64 * 1024 * 1024]), "wk_aaaaaaaaaaaaaaaaaaaaaaaa")).ShouldBe(401);
    }

    [Fact]
    public async Task A_body_of_very_many_fields_is_refused_and_not_looked_through_once_a_message()
    {
        var key = await Clients.WriteKey(house, "segment");
        var fields = string.Join(',', Enumerable.Range(0, 400_000).Select(n => $"\"f{n}\":1"));
        var messages = string.Join(',', Enumerable.Repeat("{\"type\":\"track\",\"event\":\"x\",\"userId\":\"u\",\"distinct_id\":\"u\"}", 5_000));
        foreach (var path in new[] { "/v1/batch", "/batch/" })
        {
            var (status, said) = await Answer(path, PayloadTests.Gzip(Encoding.UTF8.GetBytes($$"""{"batch":[{{messages}}],{{fields}}}""")), key);
            status.ShouldBe(400);
            said.ShouldContain("more than 200 fields");
        }

        // Neither is one message, nor what is set once looked for among what is set.
        Segment.Read(JsonElement.Parse($$"""{"type":"track","event":"x",{{string.Join(',', Enumerable.Range(0, 201).Select(n => $"\"f{n}\":1"))}}}"""), "segment", Noon).Faults.ShouldHaveSingleItem();
        var once = string.Join(',', Enumerable.Range(0, 201).Select(n => $"\"f{n}\":1"));
        PostHog.Read(JsonElement.Parse("""{"event":"$set","distinct_id":"u","$set":{"a":1},"$set_once":{""" + once + "}}"), Noon)
            .Faults.ShouldHaveSingleItem().Field.ShouldBe("$set_once");
    }

    [Fact]
    public async Task What_a_translation_makes_can_be_stored()
    {
        var read = Umami.Read(JsonElement.Parse("""{"type":"event","payload":{"website":"w","url":"/a","hostname":"acme.example","title":"A%00B%0AC"}}"""), Noon, "s", null);
        read.Event!.Properties.ShouldBe("""{"title":"ABC"}""");
        Umami.Read(JsonElement.Parse("""{"type":"event","payload":{"website":"w"}}"""), Noon, "a\0b", null).Faults.ShouldHaveSingleItem().Field.ShouldBe("session");
        Umami.Read(JsonElement.Parse("""{"type":"event","payload":{"website":"w"}}"""), Noon with { Visitor = "a\ud800" }, "s", null).Faults.ShouldHaveSingleItem().Field.ShouldBe("visitor");

        (await Post("/api/send", """{"type":"event","payload":{"website":"nul.example","url":"/a%00?utm_source=%00x","hostname":"nul.example","title":"a%00"}}"""u8.ToArray())).ShouldBe(200);
        await using var connection = await house.Db.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<long>("select count(*) from receipts where verdict = 'quarantined'")).ShouldBe(0);
    }

    [Theory]
    [InlineData("signup")]
    [InlineData("API Call")]
    [InlineData("pr_merged")]
    [InlineData("issue_tagged")]
    [InlineData("issue_resolution")]
    [InlineData("support_request")]
    [InlineData("api_key_created")]
    [InlineData("payment_failed")]
    [InlineData("subscription_changed")]
    [InlineData("onboarding_step_first_pr")]
    [InlineData("engagement_recorded")]
    [InlineData("group")]
    public void Without_a_key_nothing_that_counts_is_said_and_no_account_named(string name)
    {
        var type = name.ToLowerInvariant().Replace(' ', '_');
        var plausible = Plausible.Read(JsonElement.Parse($$"""{"n":"{{name}}","d":"acme.example","uid":"u","gid":"github:acme"}"""), Noon).Event!;
        (plausible.Type, plausible.PersonId, plausible.GroupId, plausible.CustomerId).ShouldBe(("plausible_" + type, "u", null, null));
        Umami.Read(JsonElement.Parse($$$"""{"type":"event","payload":{"website":"w","name":"{{{name}}}"}}"""), Noon, "s", null).Event!.Type.ShouldBe("umami_" + type);
        if (name is "signup" or "pr_merged") Segment.Read(JsonElement.Parse($$"""{"type":"track","event":"{{name}}","userId":"u"}"""), "segment", Noon).Event!.Type.ShouldBe(type);
    }

    [Fact]
    public void An_account_that_only_a_webhook_proves_is_not_believed_from_a_key()
    {
        foreach (var (said, kept) in new[] { ("github:acme", "segment:github:acme"), ("GitHub:Acme", "segment:GitHub:Acme"), ("stripe:cus_1", "segment:stripe:cus_1"), ("acme", "acme") })
        {
            Segment.Read(JsonElement.Parse($$"""{"type":"group","userId":"u","groupId":"{{said}}"}"""), "segment", Noon).Event!.GroupId.ShouldBe(kept);
            PostHog.Read(JsonElement.Parse("""{"event":"x","distinct_id":"u","properties":{"$groups":{"company":"SAID"}}}""".Replace("SAID", said, StringComparison.Ordinal)), Noon).Event!.GroupId.ShouldBe(kept.Replace("segment", "posthog", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task One_call_is_about_ten_websites_and_the_rest_is_told_so()
    {
        var messages = Enumerable.Range(0, 24).Select(n => $$$"""{"type":"event","payload":{"website":"site-{{{n % 12}}}.example","url":"/"}}""");
        using var answer = await house.Http.PostAsync("/api/batch", new StringContent($"[{string.Join(',', messages)}]"));
        var json = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        (json.GetProperty("processed").GetInt32(), json.GetProperty("errors").GetInt32()).ShouldBe((20, 4));
        json.GetProperty("details")[0].GetProperty("error").GetString().ShouldNotBeNull().ShouldContain("10 websites");
    }

    [Fact]
    public async Task Only_a_server_with_a_key_says_for_whom_it_speaks()
    {
        var key = await house.Key("ingest");
        var sessions = new List<string>();
        foreach (var (address, with) in new[] { ("198.51.100.1", null), ("198.51.100.2", null), ("198.51.100.1", key), ("198.51.100.2", key) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/send")
            {
                Content = new StringContent($$$"""{"type":"event","payload":{"website":"spoken.example","url":"/","ip":"{{{address}}}","userAgent":"Firefox"}}"""),
            };
            if (with is not null) request.Headers.Add("x-api-key", with);
            using var answer = await house.Http.SendAsync(request);
            sessions.Add(JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("sessionId").GetString()!);
        }

        sessions[0].ShouldBe(sessions[1]);
        sessions.Distinct().Count().ShouldBe(3);
        await using var connection = await house.Db.OpenConnectionAsync();
        var visitors = (await connection.QueryAsync<string>("select distinct visitor_id from events where source = 'umami'")).ToList();
        visitors.ShouldNotBeEmpty();
        visitors.ShouldAllBe(visitor => !sessions.Contains(visitor) && !sessions.Contains(visitor.Replace("d_", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_is_signed_in_is_not_known_where_other_sites_read_the_answer()
    {
        var alice = await house.As(Cast.Alice);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/track")
        {
            Headers = { { "Origin", "https://sibling.example" }, { "Sec-Fetch-Site", "same-site" }, { "Accept", "text/html" }, { "HX-Request", "true" } },
            Content = new StringContent("{}"),
        };
        using var answer = await alice.SendAsync(request);
        ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType).ShouldBe((401, "application/problem+json"));
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldNotContain("<");
        text.ShouldNotContain("alice", Case.Insensitive);
    }

    [Fact]
    public async Task A_working_key_does_not_lift_the_limit_of_its_address_at_these_doors()
    {
        var key = await house.Key("read");
        (await ((KnownKeys)house.Services.GetService(typeof(KnownKeys))!).Find(key)).ShouldNotBeNull();
        using var limits = new Limits();
        bool Limited(params object[] metadata)
        {
            var context = new DefaultHttpContext { RequestServices = house.Services };
            context.Request.Headers["x-api-key"] = key;
            context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(metadata), null));
            for (var n = 0; n < 60_000; n++)
            {
                using var lease = limits.Everybody.AttemptAcquire(context);
                if (!lease.IsAcquired) return true;
            }

            return false;
        }

        (Limited(new FromAnywhere()), Limited()).ShouldBe((true, false));
    }

    private async Task<int> Post(string path, byte[] body, string? key = null) => (await Answer(path, body, key)).Status;

    private async Task<(int Status, string Said)> Answer(string path, byte[] body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (key is not null) request.Headers.Add("x-write-key", key);
        using var answer = await house.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
