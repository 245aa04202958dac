using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CustomerSuccess.Tests.Events;

/// <summary>POST /metrics/track as the GitHub Action calls it.</summary>
public sealed class TrackMetricTests(House house) : IClassFixture<House>, IAsyncLifetime
{
    private readonly string customer = "c" + Guid.CreateVersion7().ToString("N");
    private string key = "";

    public async ValueTask InitializeAsync()
    {
        key = await house.Key("ingest");
        await house.Write(Story.Created(customer));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_step_moves_the_customer_forward()
    {
        var (status, body) = await Track(new { customer_id = customer, event_type = "onboarding_step_github_action_installed", metadata = new { step = "github_action_installed" } });
        status.ShouldBe(HttpStatusCode.Accepted);
        body.GetProperty("status").GetString().ShouldBe("accepted");
        body.GetProperty("id").GetString().ShouldNotBeNullOrEmpty();
        (await Scalar<int>("select done from onboarding where customer_id = @customer")).ShouldBe(1);
    }

    [Fact]
    public async Task An_issue_resolution_counts_its_issue_and_its_pull_request_once_and_says_that_the_Action_is_installed()
    {
        var resolution = new
        {
            customer_id = customer,
            event_type = "issue_resolution",
            metadata = new { issue_url = "https://github.com/acme/api/issues/214", pr_url = "https://github.com/acme/api/pull/215", success = true, duration_ms = 1200 },
        };
        (await Track(resolution)).Body.GetProperty("status").GetString().ShouldBe("accepted");
        (await Track(resolution)).Body.GetProperty("status").GetString().ShouldBe("duplicate", "the Action sends no id; customer, issue and PR say what it is about");
        await Track(new { customer_id = customer, event_type = "pr_generated", metadata = new { pr_url = "https://GitHub.com/acme/api/pull/215/" } });
        await Track(new { customer_id = customer, event_type = "pr_generated" });
        (await Scalar<string>("select issues_tagged || ' ' || prs_generated || ' ' || days_active from engagement where customer_id = @customer")).ShouldBe("1 2 1");
        // It does neither step that it is about, only that of its sender.
        (await Scalar<string>("select done || ' ' || (github_action_installed is not null) from onboarding where customer_id = @customer")).ShouldBe("1 true");
    }

    [Fact]
    public async Task The_Actions_first_report_is_a_step_once_also_after_a_reset_and_in_another_process()
    {
        Task Report(int n) => Track(new { customer_id = customer, event_type = "issue_resolution", metadata = new { issue_url = $"https://github.com/acme/api/issues/{n}" } });
        await Task.WhenAll(Enumerable.Range(1, 8).Select(n => Report(n)));
        (await Scalar<string>("select string_agg(id || ' ' || source, ',') from events where subject = @customer and type like 'onboarding%'")).ShouldBe($"first_call:{customer} system");
        (await Scalar<int>("select done from onboarding where customer_id = @customer")).ShouldBe(1);
        house.Clock.Advance(TimeSpan.FromSeconds(1));
        await Track(new { customer_id = customer, event_type = "onboarding_step_reset", metadata = new { step = "github_action_installed" } });
        await Report(9);
        // Another process has not told it yet.
        (await new ActionCalls(house.Services.GetRequiredService<Ingest>()).Accept(Story.Event(customer, "issue_resolution", Story.Start), default)).Stored.ShouldBeTrue();
        (await Scalar<long>("select count(*) from events where subject = @customer and type = 'onboarding_step_github_action_installed'")).ShouldBe(1);
        (await Scalar<int>("select done from onboarding where customer_id = @customer")).ShouldBe(0);
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task The_same_message_id_is_stored_once_and_another_payload_under_it_is_told()
    {
        var first = new { customer_id = customer, event_type = "support_request", message_id = "m-1", metadata = new { topic = "permissions" } };
        (await Track(first)).Body.GetProperty("status").GetString().ShouldBe("accepted");
        (await Track(first)).Body.GetProperty("status").GetString().ShouldBe("duplicate");
        var other = await Track(new { customer_id = customer, event_type = "support_request", message_id = "m-1", metadata = new { topic = "billing" } });
        other.Body.GetProperty("reason").GetString()!.ShouldContain("another payload");
        (await Scalar<long>("select count(*) from support_requests where customer_id = @customer")).ShouldBe(1);
        (await Scalar<long>("select sum(times)::bigint from receipts where subject = @customer and verdict = 'duplicate'")).ShouldBe(2);
        var explained = await house.Cli("explain", "m-1", "--json");
        explained.Json.EnumerateArray().Select(entry => entry.GetProperty("verdict").GetString()).ShouldBe(["accepted", "duplicate"]);
    }

    [Fact]
    public async Task What_happened_on_an_earlier_day_is_late_and_restates_that_day()
    {
        var late = await Track(new { customer_id = customer, event_type = "pr_generated", timestamp = "2025-05-03T10:00:00Z" });
        late.Body.GetProperty("status").GetString().ShouldBe("late");
        (await Scalar<string>("select day::text from activity where customer_id = @customer")).ShouldBe("2025-05-03");
    }

    [Fact]
    public async Task A_clock_that_is_clearly_wrong_is_corrected_on_record()
    {
        await Track(new { customer_id = customer, event_type = "pr_generated", timestamp = "2035-01-01T00:00:00Z", message_id = customer + "-future" });
        (await Scalar<string>("select occurred_at::date || ' ' || claimed_at::date from events where subject = @customer and type = 'pr_generated'")).ShouldBe("2025-05-05 2035-01-01");
    }

    [Theory]
    [InlineData("""{"event_type":"signup"}""", 400, "customer_id")]
    [InlineData("""{"customer_id":"CUSTOMER"}""", 400, "event_type")]
    [InlineData("""{"customer_id":7,"event_type":"signup"}""", 400, "customer_id")]
    [InlineData("""{"customer_id":"CUSTOMER","event_type":"onboarding_step_x"}""", 400, "event_type")]
    [InlineData("""{"customer_id":"CUSTOMER","event_type":"onboarding_step_reset"}""", 400, "metadata.step")]
    [InlineData("""{"customer_id":"CUSTOMER","event_type":"onboarding_completed"}""", 400, "event_type")]
    [InlineData("""{"customer_id":"CUSTOMER","event_type":"signup","metadata":[]}""", 400, "metadata")]
    [InlineData("""{"customer_id":"CUSTOMER","event_type":"signup","timestamp":"yesterday"}""", 400, "timestamp")]
    [InlineData("""{"customer_id":"CUSTOMER","event_type":"signup","metadata":{"a":"\u0000"}}""", 400, "metadata")]
    [InlineData("""{"customer_id":"CUSTOMER","event_type":"signup","metadata":{"a":1,"a":2}}""", 400, "metadata")]
    [InlineData("""{"customer_id":"CUSTOMER",""", 400, "body")]
    [InlineData("", 400, "body")]
    [InlineData("""{"customer_id":"nobody","event_type":"signup"}""", 404, "nobody")]
    public async Task Bad_input_is_refused_with_the_field_named_and_nothing_is_stored(string body, int expected, string named)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/metrics/track") { Content = new StringContent(body.Replace("CUSTOMER", customer, StringComparison.Ordinal), Encoding.UTF8, "application/json") };
        request.Headers.Add("x-api-key", key);
        using var answer = await house.Http.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(expected);
        var text = await answer.Content.ReadAsStringAsync();
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json", text);
        text.ShouldContain(named);
        (await Scalar<long>("select count(*) from events where subject = @customer")).ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_key_with_a_bad_one_or_with_another_customers_key_nothing_is_stored()
    {
        var body = new { customer_id = customer, event_type = "signup" };
        (await house.Http.PostAsJsonAsync("/metrics/track", body)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Track(body, "cs_nope_nope")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var other = "c" + Guid.CreateVersion7().ToString("N");
        await house.Write(Story.Created(other));
        var bound = (await house.Cli("key", "create", "--name", "theirs", "--scope", "ingest", "--customer", other, "--json")).Json.GetProperty("key").GetString()!;
        (await Track(body, bound)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await Track(new { customer_id = other, event_type = "signup" }, bound)).Status.ShouldBe(HttpStatusCode.Accepted);
        (await Scalar<long>("select count(*) from events where subject = @customer")).ShouldBe(1);
    }

    [Fact]
    public async Task A_message_about_nobody_we_know_can_be_asked_for_later()
    {
        var (single, batch) = (customer + "-single", customer + "-batch");
        (await Track(new { customer_id = "nobody", event_type = "api_call", message_id = single })).Status.ShouldBe(HttpStatusCode.NotFound);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events") { Content = JsonContent.Create(new[] { new { customer_id = "nobody", type = "api_call", id = batch } }) };
        request.Headers.Add("x-api-key", key);
        (await house.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        foreach (var id in new[] { single, batch })
        {
            // Receipts of refused messages are written behind the answers.
            var explained = await Wait.For(() => house.Cli("explain", id, "--json"), explained => explained.Code == 0);
            explained.Out.ShouldContain("rejected");
            explained.Out.ShouldContain("nobody");
        }
    }

    [Theory]
    [InlineData("api_keys")]
    [InlineData("events")]
    public async Task A_database_that_does_not_answer_is_a_503_and_nothing_is_lost(string table)
    {
        await using var other = await House.Open();
        await other.Write(Story.Created(customer));
        var fresh = await other.Key("ingest");
        await using (var holder = await other.Db.OpenConnectionAsync())
        await using (var held = await holder.BeginTransactionAsync())
        {
            await holder.ExecuteAsync($"lock table {table} in access exclusive mode", transaction: held);
            // It is answered while the table is still held.
            using var refused = await Send(other, fresh);
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter!.Delta.ShouldNotBeNull();
        }

        using var accepted = await Send(other, fresh);
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await using var c = await other.Db.OpenConnectionAsync();
        (await c.ExecuteScalarAsync<long>("select count(*) from events where id = 'again'")).ShouldBe(1);

        Task<HttpResponseMessage> Send(House to, string with) => to.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/metrics/track")
        {
            Headers = { { "x-api-key", with } },
            Content = JsonContent.Create(new { customer_id = customer, event_type = "pr_generated", message_id = "again" }),
        });
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> Track(object body, string? with = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/metrics/track") { Content = JsonContent.Create(body) };
        request.Headers.Add("x-api-key", with ?? key);
        using var answer = await house.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<T> Scalar<T>(string sql)
    {
        await using var c = await house.Db.OpenConnectionAsync();
        return (await c.ExecuteScalarAsync<T>(sql, new { customer }))!;
    }
}
