using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CustomerSuccess.Funnel.Calls;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>What calls to the API say about the funnel, and that saying it costs the caller nothing.</summary>
public sealed class CallTests
{
    [Fact]
    public async Task The_first_two_successful_calls_with_a_customers_key_activate_and_retain_and_no_more_are_written()
    {
        await using var house = await House.Open();
        await house.Write(Story.Created("acme"), Story.Created("northwind"));
        var acme = await Client(house, "acme");
        (await acme.GetAsync("/api/v1/customers/northwind")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await acme.GetAsync("/healthz")).EnsureSuccessStatusCode();
        (await acme.GetAsync("/api/v1/customers/acme")).EnsureSuccessStatusCode();
        await Eventually(async () => (await Calls(house)).Count == 1);
        for (var n = 0; n < 5; n++) (await acme.PostAsJsonAsync("/metrics/track", new { customer_id = "acme", event_type = "deployed", metadata = new { n } })).EnsureSuccessStatusCode();
        await Eventually(async () => (await Calls(house)).Count == 2);

        // A key of the company is nobody's first call.
        var company = house.Client();
        company.DefaultRequestHeaders.Add("x-api-key", await house.Key("admin"));
        (await company.GetAsync("/api/v1/customers/northwind")).EnsureSuccessStatusCode();
        // Another process, or this one after a restart, knows nothing of the two.
        house.Services.GetRequiredService<CallNotes>().Forget("acme");
        for (var n = 0; n < 3; n++) (await acme.GetAsync("/api/v1/customers/acme")).EnsureSuccessStatusCode();
        await Task.Delay(300);
        (await Calls(house)).ShouldBe([("api_call:acme:1", "acme", false), ("api_call:acme:2", "acme", true)]);
        var journey = (await Travels.Get(house, "/api/v1/funnel/journeys")).GetProperty("journeys").EnumerateArray().Single();
        journey.GetProperty("activated_at").ValueKind.ShouldBe(JsonValueKind.String);
        journey.GetProperty("retained_at").ValueKind.ShouldBe(JsonValueKind.String);
        // The one from a door for events is no activity.
        await using var c = await house.Db.OpenConnectionAsync();
        (await c.ExecuteScalarAsync<long>("select api_calls from engagement where customer_id = 'acme'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_database_that_hangs_and_a_full_queue_slow_no_call_and_fail_none()
    {
        await using var house = await House.Open(services => services.AddSingleton(new CallNotes(1)));
        string[] customers = ["c1", "c2", "c3", "c4", "c5", "c6"];
        await house.Write([.. customers.Select(id => Story.Created(id))]);
        var clients = new List<HttpClient>();
        foreach (var id in customers) clients.Add(await Client(house, id));
        // Warm, but not noted: a call that fails is none.
        foreach (var client in clients) await client.GetAsync("/api/v1/customers/nobody");

        await using (var c = await house.Db.OpenConnectionAsync())
        await using (var transaction = await c.BeginTransactionAsync())
        {
            await c.ExecuteAsync("lock table events in access exclusive mode");
            for (var n = 0; n < customers.Length; n++)
            {
                var answer = await clients[n].GetAsync("/api/v1/customers/" + customers[n]);
                answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            }
        }

        // Those that found the queue full are noted by their next call.
        await Eventually(async () =>
        {
            for (var n = 0; n < customers.Length; n++) (await clients[n].GetAsync("/api/v1/customers/" + customers[n])).EnsureSuccessStatusCode();
            return (await Calls(house)).Count == 2 * customers.Length;
        });
    }

    [Fact]
    public void A_call_waits_for_no_note_even_where_nobody_writes_them()
    {
        var notes = new CallNotes(1);
        for (var n = 0; n < 3; n++)
        {
            var context = new DefaultHttpContext();
            context.User.AddIdentity(new System.Security.Claims.ClaimsIdentity([new("cs:customer", "c" + n)]));
            context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(), "api"));
            NoteCalls.Around(_ => Task.CompletedTask, notes, TimeProvider.System)(context).IsCompletedSuccessfully.ShouldBeTrue();
        }

        notes.Calls.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_note_that_cannot_be_taken_fails_no_call()
    {
        var context = new DefaultHttpContext();
        context.User.AddIdentity(new System.Security.Claims.ClaimsIdentity([new("cs:customer", "acme")]));
        await NoteCalls.Around(_ => Task.CompletedTask, null!, TimeProvider.System)(context);
        context.Response.StatusCode.ShouldBe(200);
    }

    [Fact]
    public async Task Calls_with_a_revoked_key_are_told_with_count_and_status_and_a_made_up_secret_is_nobodys()
    {
        await using var house = await House.Open();
        await house.Write(Story.Created("acme"));
        var key = await Make(house, "acme");
        var acme = Keyed(house, key.Key);
        (await acme.GetAsync("/api/v1/customers/acme")).EnsureSuccessStatusCode();
        (await house.Cli("key", "revoke", key.Id)).Code.ShouldBe(0);
        house.Services.GetRequiredService<CustomerSuccess.Access.Keys.KnownKeys>().Forget(key.Id);
        for (var n = 0; n < 3; n++) (await acme.GetAsync("/api/v1/customers/acme")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await using var c = await house.Db.OpenConnectionAsync();
        await Eventually(async () => await c.ExecuteScalarAsync<long>("select coalesce(sum((properties ->> 'calls')::int), 0) from events where type = 'api_calls_failed' and customer_id = 'acme' and properties ->> 'status' = '401'") == 3);
        await Eventually(async () => await c.ExecuteScalarAsync<string?>("select last_failed_status from journeys where customer_id = 'acme'") == "401");

        await Keyed(house, key.Key[..^4] + "AAAA").GetAsync("/api/v1/customers/acme");
        await Task.Delay(2500);
        (await c.ExecuteScalarAsync<long>("select count(*) from events where type = 'api_calls_failed'")).ShouldBe(1);
    }

    [Fact]
    public async Task Every_stage_has_a_door_of_its_own()
    {
        await using var house = await House.Open();
        await house.Write(Story.Created("acme"));
        var client = house.Client();
        client.DefaultRequestHeaders.Add("x-api-key", await house.Key("ingest"));
        async Task<HttpResponseMessage> Post(string path, object body) => await client.PostAsJsonAsync("/api/v1/funnel/" + path, body);
        (await Post("page-views", new { visitor_id = "v1", url = "https://rsolv.dev/pricing", referrer = "https://www.bing.com/", customer_id = "acme" })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Post("signups", new { customer_id = "acme" })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await (await Post("signups", new { customer_id = "acme" })).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString().ShouldBe("duplicate");
        (await Post("api-keys", new { customer_id = "acme", properties = new { key_id = "k1" } })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Post("api-calls", new { customer_id = "acme", properties = new { status = 200 } })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Post("api-calls", new { type = "api_call", customer_id = "acme" })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Post("api-calls", new { type = "signup", customer_id = "acme" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Post("api-calls", new { })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Post("signups", new { customer_id = "nobody" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var summary = await Travels.Get(house, "/api/v1/funnel/summary");
        new[] { "website_visits", "signups", "api_keys_created", "activated_users", "retained_users" }.Select(name => summary.GetProperty(name).GetInt64()).ShouldBe([1, 1, 1, 1, 1]);
    }

    private static async Task<List<(string Id, string Customer, bool Ingest)>> Calls(House house)
    {
        await using var c = await house.Db.OpenConnectionAsync();
        return (await c.QueryAsync<(string, string, bool)>("select id, customer_id, coalesce((properties ->> 'from_ingest')::bool, false) from events where type = 'api_call' order by id")).ToList();
    }

    private static async Task<HttpClient> Client(House house, string customer) => Keyed(house, (await Make(house, customer)).Key);

    private static async Task<(string Id, string Key)> Make(House house, string customer)
    {
        var made = await house.Cli("key", "create", "--name", "own", "--scope", "read", "ingest", "--customer", customer, "--json");
        made.Code.ShouldBe(0, made.Error);
        return (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("key").GetString()!);
    }

    private static HttpClient Keyed(House house, string key)
    {
        var client = house.Client();
        client.DefaultRequestHeaders.Add("x-api-key", key);
        return client;
    }

    private static Task Eventually(Func<Task<bool>> right) => Wait.Until(right, "what the calls are to become");
}
