using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Onboarding.Widget;
using CustomerSuccess.Onboarding.Widget.Live;
using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Widget;

/// <summary>What the widget's script calls: what the customer may do, how help is asked for, which pages may call, and how often.</summary>
public sealed class WidgetCallsTests(House house) : IClassFixture<House>
{
    private sealed record Reply(HttpStatusCode Status, JsonElement Json, HttpResponseHeaders Headers);

    private async Task<Reply> Call(string token, string path, object? body = null, string? origin = null)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (body is not null) request.Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await house.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new(answer.StatusCode, text.Length > 0 ? JsonElement.Parse(text) : default, answer.Headers);
    }

    private static JsonElement Of(JsonElement state, string id) => state.GetProperty("stages").EnumerateArray().SelectMany(stage => stage.GetProperty("tasks").EnumerateArray()).First(task => task.GetProperty("id").GetString() == id);

    [Fact]
    public async Task The_customer_does_what_is_the_customers_and_is_told_in_words_what_is_not()
    {
        var secret = await house.Secret();
        await house.Write(Story.Created("calls-a"), Story.Event("calls-a", "onboarding_step_account_created", Story.Start.AddHours(1)));
        var token = house.Sign(secret, "calls-a", ("person", "ann"));
        var begun = await Call(token, "/widget/tasks", new { task = "watch_intro", action = "start" });
        begun.Status.ShouldBe(HttpStatusCode.OK, begun.Json.ToString());
        Of(begun.Json, "watch_intro").GetProperty("state").GetString().ShouldBe("in_progress");
        Of(begun.Json, "watch_intro").GetProperty("actions").EnumerateArray().Select(one => one.GetString()).ShouldBe(["complete", "skip"]);
        (await Call(token, "/widget/tasks", new { task = "watch_intro", action = "complete" })).Status.ShouldBe(HttpStatusCode.OK);
        (await Call(token, "/widget/tasks?lang=de", new { task = "watch_intro", action = "complete" })).Json.GetProperty("detail").GetString().ShouldBe("„Einführung ansehen“ ist schon erledigt.");
        (await Call(token, "/widget/tasks", new { task = "github_action_installed", action = "complete" })).Json.GetProperty("detail").GetString().ShouldBe("“Install the GitHub Action” is done by us, or completes by itself.");
        (await Call(token, "/widget/tasks", new { task = "watch_intro", action = "fail" })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await Call(token, "/widget/tasks", new { task = "give_feedback", action = "complete" })).Json.GetProperty("detail").GetString().ShouldBe("“Give feedback” is locked.");
        (await Call(token, "/widget/tasks", new { task = "no_such", action = "complete" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Call(token, "/widget/tasks", new { task = "watch_intro", action = "explode" })).Status.ShouldBe(HttpStatusCode.BadRequest);

        await using var db = await house.Db.OpenConnectionAsync();
        (await db.QueryAsync<(string, string, string)>("select type, source, actor from events where subject = 'calls-a' and type like 'task%' order by received_at, id")).ShouldBe(
            [("task_started", "widget", "widget:ann"), ("task_completed", "widget", "widget:ann")]);
        // A preview looks like the real one and does nothing.
        var preview = house.Sign(secret, "calls-a", ("preview", true));
        (await Call(preview, "/widget/state")).Status.ShouldBe(HttpStatusCode.OK);
        (await Call(preview, "/widget/tasks", new { task = "complete_profile", action = "complete" })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await Call(preview, "/widget/help", new { id = "preview-1234" })).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_is_read_is_in_the_readers_language_and_says_of_a_blocker_what_was_chosen()
    {
        var secret = await house.Secret();
        await house.Write(Story.Created("calls-b"), Story.Event("calls-b", "onboarding_blocked", Story.Start.AddHours(1), new { blocker_type = "github_permissions", notes = "Ask your administrator." }));
        var token = house.Sign(secret, "calls-b");
        var german = (await Call(token, "/widget/state?lang=de-AT")).Json.GetProperty("state");
        german.GetProperty("title").GetString().ShouldBe("Einrichtung");
        Of(german, "watch_intro").GetProperty("title").GetString().ShouldBe("Einführung ansehen");
        german.GetProperty("stages")[1].GetProperty("needs")[0].GetString().ShouldBe("Öffnet sich, sobald „Konto angelegt“ erledigt ist.");
        Of(german, "complete_profile").GetProperty("after")[0].GetString().ShouldBe("Konto angelegt");
        var blocker = german.GetProperty("blocker");
        (blocker.GetProperty("title").GetString(), blocker.GetProperty("notes").GetString()).ShouldBe(("GitHub permissions", "Ask your administrator."));
        (await Call(token, "/widget/state?lang=fr")).Json.GetProperty("state").GetProperty("title").GetString().ShouldBe("Onboarding");

        var change = house.Services.GetRequiredService<ChangeWidget>();
        (await change.Show([], WidgetSettings.TitleOnly, Tokens.Staff, default)).ShouldBeEmpty();
        (await Call(token, "/widget/state")).Json.GetProperty("state").GetProperty("blocker").GetProperty("notes").GetString().ShouldBe("");
        (await change.Show([], WidgetSettings.Nothing, Tokens.Staff, default)).ShouldBeEmpty();
        (await Call(token, "/widget/state")).Json.GetProperty("state").GetProperty("blocker").ValueKind.ShouldBe(JsonValueKind.Null);
        (await change.Show([], WidgetSettings.TitleAndNotes, Tokens.Staff, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Help_is_a_support_request_once_and_the_owner_hears_of_it()
    {
        await using var own = await House.Open(null, ("CS_MESSAGES", "off"));
        var secret = await own.Secret();
        await own.Hire(Cast.Bob);
        var api = await Machine.With(own, "admin");
        (await api.Post("/api/v1/customers", new { id = "needy", email = "n@needy.test", organization = "Needy", owner = Cast.Bob.Email })).Status.ShouldBe(HttpStatusCode.Created);
        var token = own.Sign(secret, "needy", ("person", "ann"));
        async Task<HttpResponseMessage> Ask(string id, string text)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/widget/help") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) }, Content = new StringContent(JsonSerializer.Serialize(new { id, text, task = "github_action_installed" }), Encoding.UTF8, "application/json") };
            return await own.Http.SendAsync(request);
        }

        // Two clicks, one sent again, and the same words from another tab.
        (await Task.WhenAll(Ask("aaaaaaaa", "Who may approve it?"), Ask("aaaaaaaa", "Who may approve it?"))).ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        (await Ask("bbbbbbbb", "Who may approve it?")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var db = await own.Db.OpenConnectionAsync();
        (await db.QueryAsync<(string, string)>("select actor, properties ->> 'message' from events where subject = 'needy' and type = 'support_request'")).ShouldHaveSingleItem().ShouldBe(("widget:ann", "Who may approve it?"));
        (await db.QueryAsync<(string, string, string, string)>("select kind, to_email, facts ->> 'title', facts ->> 'notes' from messages where customer_id = 'needy' and audience = 'team'"))
            .ShouldHaveSingleItem().ShouldBe(("help_notice", Cast.Bob.Email, "Install the GitHub Action", "Who may approve it?"));
        (await db.ExecuteScalarAsync<long>("select sum(support_requests) from activity where customer_id = 'needy'")).ShouldBe(1);

        // Not without end.
        for (var n = 1; n < AskForHelp.Most; n++) (await Ask($"again-{n:0000}", $"And {n}?")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var refused = await Ask("toomany-1", "And another?");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 3600);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("within the hour");
        own.Clock.Advance(TimeSpan.FromMinutes(61));
        token = own.Sign(secret, "needy");
        (await Ask("later-000", "Still?")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Ask("x", "short id")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Ask("nul-000000", "a\0b")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Ask("long-00000", new string('x', 2001))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        // What another tool tells of is answered there.
        await own.Write(Story.Event("needy", "support_request", own.Clock.GetUtcNow().UtcDateTime, new { topic = "billing", message = "elsewhere" }));
        (await db.ExecuteScalarAsync<long>("select count(*) from messages where customer_id = 'needy' and audience = 'team'")).ShouldBe(6);
        var counted = (await api.Get("/api/v1/message-causes")).Json.GetProperty("causes").EnumerateArray().Single(cause => cause.GetProperty("name").GetString() == "help_notice");
        (counted.GetProperty("would").GetInt64(), counted.GetProperty("queued").GetInt64()).ShouldBe((1, 6));
    }

    [Fact]
    public async Task Only_pages_of_the_named_origins_may_call_and_cookies_count_for_nothing()
    {
        await using var own = await House.Open();
        var secret = await own.Secret();
        await own.Write(Story.Created("acme"));
        var change = own.Services.GetRequiredService<ChangeWidget>();
        (await change.Show(["https://App.Example.com:443/", "http://localhost:3000"], "title_and_notes", Tokens.Staff, default)).ShouldBeEmpty();
        foreach (var bad in new[] { "*", "https://*.example.com", "http://app.example.com", "https://app.example.com/path", "app.example.com", "null", "javascript:alert(1)", "https://a@b.example", "https://app.example.com; script-src *" })
            (await change.Show([bad], "title_and_notes", Tokens.Staff, default)).ShouldHaveSingleItem(bad).Field.ShouldBe("origins", bad);
        (await own.Services.GetRequiredService<KnownWidget>().Settings(default)).Origins.ShouldBe(["https://app.example.com", "http://localhost:3000"]);

        async Task<HttpResponseMessage> From(string origin, HttpMethod method, string path, bool token = true)
        {
            using var request = new HttpRequestMessage(method, path) { Headers = { { "Origin", origin } } };
            if (token) request.Headers.Authorization = new("Bearer", own.Sign(secret, "acme"));
            if (method == HttpMethod.Options) request.Headers.Add("Access-Control-Request-Method", "POST");
            return await own.Http.SendAsync(request);
        }

        foreach (var path in new[] { "/widget/state", "/widget/tasks", "/widget/help", "/widget/live" })
        {
            var asked = await From("https://app.example.com", HttpMethod.Options, path, token: false);
            (asked.StatusCode, asked.Headers.GetValues("Access-Control-Allow-Origin").Single(), asked.Headers.GetValues("Access-Control-Allow-Headers").Single()).ShouldBe((HttpStatusCode.NoContent, "https://app.example.com", "authorization, content-type"));
            asked.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
            foreach (var origin in new[] { "https://evil.example", "null", "https://app.example.com.evil.example", "https://sub.app.example.com", "http://app.example.com" })
            {
                var refused = await From(origin, HttpMethod.Options, path, token: false);
                (refused.StatusCode, refused.Headers.Contains("Access-Control-Allow-Origin")).ShouldBe((HttpStatusCode.Forbidden, false), origin);
            }
        }

        (await From("https://app.example.com", HttpMethod.Get, "/widget/state")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await From("https://evil.example", HttpMethod.Get, "/widget/state")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        // A refusal can be read by the page that may ask.
        var unsigned = await From("https://app.example.com", HttpMethod.Get, "/widget/state", token: false);
        (unsigned.StatusCode, unsigned.Headers.GetValues("Access-Control-Allow-Origin").Single()).ShouldBe((HttpStatusCode.Unauthorized, "https://app.example.com"));
        unsigned.Headers.Vary.ShouldContain("Origin");

        using var frame = await own.Http.GetAsync("/widget/frame?token=" + own.Sign(secret, "acme"));
        frame.Headers.GetValues("Content-Security-Policy").Single().ShouldEndWith("frame-ancestors 'self' https://app.example.com http://localhost:3000");
        frame.Headers.Contains("X-Frame-Options").ShouldBeFalse();
        (frame.Headers.GetValues("Referrer-Policy").Single(), frame.Headers.CacheControl!.NoStore).ShouldBe(("no-referrer", true));
        // All other pages stay as they were.
        using var other = await own.Http.GetAsync("/sign-in");
        (other.Headers.GetValues("X-Frame-Options").Single(), other.Headers.GetValues("Referrer-Policy").Single()).ShouldBe(("DENY", "same-origin"));
        other.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
    }

    [Fact]
    public async Task Streams_are_bounded_and_end_with_their_token()
    {
        await using var own = await House.Open(null, ("CS_WIDGET_STREAMS", "3"));
        var secret = await own.Secret();
        await own.Write(Story.Created("acme"));
        using var limit = new CancellationTokenSource(Wait.Longest);
        async Task<HttpResponseMessage> Open(string token)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/widget/live") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
            return await own.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }

        (await Open("forged.by.somebody")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var token = own.Sign(secret, "acme");
        var open = new List<HttpResponseMessage> { await Open(token), await Open(token), await Open(token) };
        open.ShouldAllBe(answer => answer.Content.Headers.ContentType!.MediaType == "text/event-stream");
        var refused = await Open(token);
        (refused.StatusCode, refused.Headers.RetryAfter!.Delta).ShouldBe((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(60)));
        // One who leaves makes room.
        open[0].Dispose();
        await Wait.Until(async () =>
        {
            using var again = await Open(token);
            return again.StatusCode == HttpStatusCode.OK;
        }, "a seat that was left");

        using var reader = new StreamReader(await open[1].Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync(limit.Token)).ShouldBe("event: token");
        own.Clock.Advance(TimeSpan.FromHours(2));
        // News wake it, and then it is over.
        await own.Write(Story.Event("acme", "onboarding_step_account_created", own.Clock.GetUtcNow().UtcDateTime));
        await Wait.Until(async () => await reader.ReadLineAsync(limit.Token) is null, "the end of the stream");
        foreach (var one in open) one.Dispose();
    }

    [Fact]
    public void One_customer_cannot_take_all_seats()
    {
        var seats = new WidgetSeats(null!, new(100));
        var taken = Enumerable.Range(0, WidgetSeats.MostOfOne).Select(_ => seats.Take("acme").ShouldNotBeNull()).ToList();
        seats.Take("acme").ShouldBeNull();
        seats.Take("northwind").ShouldNotBeNull();
        taken[0].Dispose();
        taken[0].Dispose();
        seats.Take("acme").ShouldNotBeNull();
        seats.Take("acme").ShouldBeNull();
    }

    [Fact]
    public async Task Whoever_asks_too_often_is_told_to_wait()
    {
        var secret = await house.Secret();
        await house.Write(Story.Created("calls-hasty"), Story.Created("calls-calm"));
        var token = house.Sign(secret, "calls-hasty");
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Call(token, "/widget/tasks", new { task = "watch_intro", action = "explode" })));
        answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests).ShouldBeGreaterThan(0);
        answers.Where(answer => answer.Status == HttpStatusCode.TooManyRequests).ShouldAllBe(answer => answer.Headers.RetryAfter != null);
        (await Call(house.Sign(secret, "calls-calm"), "/widget/tasks", new { task = "watch_intro", action = "start" })).Status.ShouldBe(HttpStatusCode.OK);
    }
}
