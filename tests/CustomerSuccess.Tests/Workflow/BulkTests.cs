using System.Net;
using System.Text.Json;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Dapper;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>The same for many at once: what the preview says is what happens, and nobody is changed who may not be.</summary>
public sealed class BulkTests(House house) : IClassFixture<House>
{
    private const string Path = "/api/customer-success/onboarding/bulk-actions";

    [Theory]
    [InlineData("complete", "watch_intro")]
    [InlineData("complete", "account_created")]
    [InlineData("skip", "watch_intro")]
    [InlineData("start", "github_action_installed")]
    [InlineData("fail", "watch_intro")]
    [InlineData("retry", "watch_intro")]
    [InlineData("reset", "account_created")]
    [InlineData("reset", "watch_intro")]
    public async Task What_the_preview_says_is_what_then_happens(string action, string task)
    {
        var api = await Machine.With(house, "admin");
        var ids = await Cast(api, $"{action}-{task}".Replace('_', '-'));
        var preview = await Send(api, ids, action, task, preview: true);
        var again = await Send(api, ids, action, task, preview: true);
        Said(again).ShouldBe(Said(preview), "a preview changes nothing");
        var done = await Send(api, ids, action, task, preview: false);
        Said(done).ShouldBe(Said(preview));
        done.GetProperty("preview").GetBoolean().ShouldBeFalse();
        // One by one the same: what was done cannot be done again, and what was refused is refused with the same words.
        foreach (var one in done.GetProperty("customers").EnumerateArray().Where(one => !one.GetProperty("done").GetBoolean() && one.GetProperty("organization").ValueKind == JsonValueKind.String && action != "reset"))
        {
            var single = await api.Patch("/api/customer-success/onboarding/tasks", new { customer_id = one.GetProperty("customer_id").GetString(), task, action });
            single.Status.ShouldBe(HttpStatusCode.Conflict);
            single.Json.GetProperty("detail").GetString().ShouldBe(one.GetProperty("why").GetString());
        }
    }

    [Fact]
    public async Task Each_deed_is_the_same_event_as_the_single_one_and_the_whole_is_audited()
    {
        var api = await Machine.With(house, "admin");
        var ids = await Cast(api, "events");
        var done = await Send(api, ids, "skip", "watch_intro", preview: false, note: "seen it");
        done.GetProperty("done").GetInt32().ShouldBe(2);
        done.GetProperty("not_done").GetInt32().ShouldBe(2);
        done.GetProperty("undo").GetProperty("action").GetString().ShouldBe("retry");
        await using var db = await house.Db.OpenConnectionAsync();
        var events = (await db.QueryAsync<string>("select properties::text from events where type = 'task_skipped' and subject = any(@ids) order by subject", new { ids })).ToList();
        events.Count.ShouldBe(3, "two now, and one before");
        events.Count(text => text.Contains("seen it", StringComparison.Ordinal)).ShouldBe(2);
        (await db.ExecuteScalarAsync<string>("select details::text from audit where action = 'workflow.bulk' order by seq desc limit 1"))!.ShouldContain("watch_intro");
        // And back.
        (await Send(api, ids, "retry", "watch_intro", preview: false)).GetProperty("done").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task A_stage_is_unlocked_for_whom_it_is_not_open()
    {
        var api = await Machine.With(house, "admin");
        var ids = await Cast(api, "stage");
        var preview = (await api.Post(Path, new { customer_ids = ids, action = "unlock", stage = "features", preview = true })).Json;
        preview.GetProperty("done").GetInt32().ShouldBe(3);
        var done = (await api.Post(Path, new { customer_ids = ids, action = "unlock", stage = "features" })).Json;
        Said(done).ShouldBe(Said(preview));
        (await api.Post(Path, new { customer_ids = ids, action = "unlock", stage = "features" })).Json.GetProperty("customers")[0].GetProperty("why").GetString()!.ShouldContain("open already");
        (await api.Post(Path, new { customer_ids = ids, action = "move", version = 1 })).Json.GetProperty("customers")[0].GetProperty("why").GetString()!.ShouldContain("on version 1 already");
    }

    [Fact]
    public async Task Fifty_one_customers_and_what_makes_no_sense_are_refused_by_name()
    {
        var api = await Machine.With(house, "admin");
        (await api.Post(Path, new { customer_ids = Enumerable.Range(0, 51).Select(n => "x" + n), action = "start", task = "watch_intro" })).Problem("customer_ids").ShouldContain("51 customers; at most 50");
        (await api.Post(Path, new { customer_ids = Enumerable.Repeat("x1", 51), action = "start", task = "watch_intro", preview = true })).Status.ShouldBe(HttpStatusCode.OK, "fifty-one times the same is one");
        (await api.Post(Path, new { customer_ids = Array.Empty<string>(), action = "start", task = "watch_intro" })).Problem("customer_ids").ShouldContain("choose at least one");
        (await api.Post(Path, new { customer_ids = new[] { "a\0b" }, action = "start", task = "watch_intro" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await api.Post(Path, new { customer_ids = new[] { "a" }, action = "explode", task = "watch_intro" })).Problem("action").ShouldContain("start, complete, skip, fail, retry, reset, unlock, move");
        (await api.Post(Path, new { customer_ids = new[] { "a" }, action = "start" })).Problem("task").ShouldContain("which task");
        (await api.Post(Path, new { customer_ids = new[] { "a" }, action = "start", task = "'; drop table events" })).Problem("task").ShouldContain("no task");
        (await api.Post(Path, new { customer_ids = new[] { "a" }, action = "unlock", stage = "attic" })).Problem("stage").ShouldContain("welcome, setup");
        (await api.Post(Path, new { customer_ids = new[] { "a" }, action = "move", version = 77 })).Problem("version").ShouldContain("not published");
        (await api.Post(Path, new { action = "start", task = "watch_intro" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await api.Post(Path, new { customer_ids = new[] { "nobody-here" }, action = "start", task = "watch_intro" })).Json.GetProperty("customers")[0].GetProperty("why").GetString().ShouldBe("There is no such customer.");
        (await (await Machine.With(house, "read")).Post(Path, new { customer_ids = new[] { "a" }, action = "start", task = "watch_intro" })).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task On_the_page_a_manager_chooses_looks_and_does_and_a_viewer_cannot()
    {
        var api = await Machine.With(house, "admin");
        var ids = await Cast(api, "page");
        var bob = await house.As(CustomerSuccess.Tests.Cast.Bob);
        var list = await Wait.For(() => bob.Page("/onboarding/customers?stage=welcome"), page => page.Contains("page-fresh", StringComparison.Ordinal));
        list.ShouldContain("form=\"bulk\"");
        (string, string)[] fields = [("Action", "skip"), ("On", "task:watch_intro"), ("Back", "/onboarding/customers?stage=welcome"), .. ids.Select(id => ("customer", id))];
        var preview = await (await bob.Form("/onboarding/customers", "/onboarding/bulk/preview", fields)).Content.ReadAsStringAsync();
        preview.ShouldContain("Would change 2 customers, 2 would stay as they are. Nothing has happened yet.");
        preview.ShouldContain("is skipped already");
        preview.ShouldContain("Do it for 2 customers");
        var done = await (await bob.Form("/onboarding/customers", "/onboarding/bulk", fields)).Content.ReadAsStringAsync();
        done.ShouldContain("Done for 2 customers, not for 2.");
        done.ShouldContain("Take it back");

        // Without a token nothing is done; too many are told so on the list; nobody is led elsewhere.
        (await bob.PostAsync("/onboarding/bulk", new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2))))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var many = await bob.Form("/onboarding/customers", "/onboarding/bulk/preview", [("Action", "skip"), ("On", "task:watch_intro"), ("Back", "https://evil.example/"), .. Enumerable.Range(0, 51).Select(n => ("customer", "x" + n))]);
        many.Headers.Location!.OriginalString.ShouldBe("/onboarding/customers");
        (await bob.Page("/onboarding/customers")).ShouldContain("you chose 51 customers, and at most 50 can be changed at once");
        var carol = await house.As(CustomerSuccess.Tests.Cast.Carol);
        (await carol.Page("/onboarding/customers")).ShouldNotContain("form=\"bulk\"");
        (await carol.Form("/settings/account", "/onboarding/bulk", fields)).StatusCode.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Found);
    }

    // One who is fresh, one who began, one who skipped, and one who does not exist.
    private static async Task<string[]> Cast(Machine api, string name)
    {
        foreach (var one in new[] { "fresh", "began", "skipped" }) await api.Post("/api/v1/customers", new { id = $"{name}-{one}", email = $"{one}@{name}.test", organization = $"{name}-{one}" });
        await Act("began", "account_created", "complete");
        await Act("began", "watch_intro", "start");
        await Act("skipped", "watch_intro", "skip");
        return [$"{name}-fresh", $"{name}-began", $"{name}-skipped", $"{name}-nobody"];

        async Task Act(string who, string task, string action) =>
            (await api.Patch("/api/customer-success/onboarding/tasks", new { customer_id = $"{name}-{who}", task, action })).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<JsonElement> Send(Machine api, string[] ids, string action, string task, bool preview, string? note = null)
    {
        var answer = await api.Post(Path, new { customer_ids = ids, action, task, note, preview });
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Json.ToString());
        return answer.Json;
    }

    private static string Said(JsonElement answer) => answer.GetProperty("customers").GetRawText();
}
