using System.Net;
using System.Text.Json;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>The workflow through the JSON API: what stands where, what people do, what is refused and why.</summary>
public sealed class WorkflowApiTests(House house) : IClassFixture<House>
{
    private const string Root = "/api/customer-success/onboarding";

    [Fact]
    public async Task Sign_up_starts_the_workflow_and_the_steps_are_its_tasks()
    {
        var api = await Machine.With(house, "admin");
        (await api.Post("/api/v1/customers/provision", new { id = "fresh", email = "f@fresh.test", organization = "Fresh" })).Status.ShouldBe(HttpStatusCode.Created);
        var workflow = (await api.Get($"{Root}/workflow?customer_id=fresh")).Json;
        workflow.GetProperty("stage").GetString().ShouldBe("setup");
        workflow.GetProperty("version").GetInt32().ShouldBe(1);
        State(workflow, "account_created").ShouldBe("completed");
        State(workflow, "github_action_installed").ShouldBe("available");
        State(workflow, "first_issue_tagged").ShouldBe("locked");
        workflow.GetProperty("next").GetProperty("id").GetString().ShouldBe("github_action_installed");
        workflow.GetProperty("time_left").GetString()!.ShouldStartWith("about ");
        // Counted behind the events: the key was created with the customer.
        var counted = await Wait.For(async () => (await api.Get($"{Root}/workflow?customer_id=fresh")).Json, found => State(found, "api_key_created") == "completed");
        State(counted, "api_key_created").ShouldBe("completed");
        counted.GetProperty("percent").GetInt32().ShouldBe(12);
        counted.GetProperty("points").GetInt32().ShouldBe(20);
    }

    [Fact]
    public async Task A_task_is_started_completed_skipped_failed_and_retried_and_each_answers_with_what_that_changed()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "doer", email = "d@doer.test", organization = "Doer" });
        var done = await Act(api, "doer", "account_created", "complete");
        done.Status.ShouldBe(HttpStatusCode.OK);
        done.Json.GetProperty("task").GetProperty("state").GetString().ShouldBe("completed");
        var impact = done.Json.GetProperty("impact");
        impact.GetProperty("percent").GetProperty("to").GetInt32().ShouldBe(6);
        impact.GetProperty("points").GetProperty("to").GetInt32().ShouldBe(10);
        impact.GetProperty("unlocked_stages")[0].GetString().ShouldBe("Setup");
        impact.GetProperty("unlocked_tasks").EnumerateArray().Select(one => one.GetString()).ShouldBe(["Complete the profile", "Install the GitHub Action", "Create an API key", "Invite a teammate"]);
        // The step, too: there is one truth.
        (await api.Get("/api/v1/customers/doer/onboarding")).Json.GetProperty("steps")[1].GetProperty("done").GetBoolean().ShouldBeTrue();

        (await Act(api, "doer", "watch_intro", "start")).Json.GetProperty("task").GetProperty("state").GetString().ShouldBe("in_progress");
        (await Act(api, "doer", "watch_intro", "fail", "no sound")).Json.GetProperty("task").GetProperty("state").GetString().ShouldBe("failed");
        (await Act(api, "doer", "watch_intro", "retry")).Json.GetProperty("task").GetProperty("state").GetString().ShouldBe("available");
        var skipped = (await Act(api, "doer", "watch_intro", "skip")).Json;
        skipped.GetProperty("task").GetProperty("state").GetString().ShouldBe("skipped");
        skipped.GetProperty("task").GetProperty("attempts").GetInt32().ShouldBe(1);
        skipped.GetProperty("impact").GetProperty("points").GetProperty("to").GetInt32().ShouldBe(10);
    }

    [Fact]
    public async Task What_may_not_be_is_a_conflict_with_the_reason_and_changes_nothing()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "held", email = "h@held.test", organization = "Held" });
        await Refused("first_issue_tagged", "complete", "opens when “Install the GitHub Action” is done");
        await Refused("complete_profile", "skip", "comes after “Account created”");
        await Refused("account_created", "skip", "is required");
        await Refused("watch_intro", "fail", "start it first");
        await Refused("watch_intro", "retry", "nothing to retry");
        await Act(api, "held", "watch_intro", "complete");
        await Refused("watch_intro", "complete", "completed already");

        (await Act(api, "held", "watch_outro", "complete")).Problem("task").ShouldContain("no task of version 1");
        (await Act(api, "held", "watch_intro", "finish")).Problem("action").ShouldContain("start, complete, skip, fail or retry");
        (await Act(api, "nobody", "watch_intro", "complete")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Patch($"{Root}/tasks", new { customer_id = "held" })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await api.Get($"{Root}/workflow")).Problem("customer_id").ShouldContain("missing");
        (await api.Get($"{Root}/workflow?customer_id=nobody")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Get($"{Root}/tasks?state=done")).Problem("state").ShouldContain("in_progress");

        async Task Refused(string task, string action, string why)
        {
            var answer = await Act(api, "held", task, action);
            answer.Status.ShouldBe(HttpStatusCode.Conflict, $"{action} {task}");
            answer.Json.GetProperty("detail").GetString()!.ShouldContain(why);
        }
    }

    [Fact]
    public async Task Of_two_who_complete_a_task_at_once_one_does()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "twice", email = "t@twice.test", organization = "Twice" });
        foreach (var task in new[] { "watch_intro", "account_created" })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Act(api, "twice", task, "complete")));
            answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1, task);
            answers.Count(answer => answer.Status == HttpStatusCode.Conflict).ShouldBe(5, task);
        }
    }

    [Fact]
    public async Task Tasks_are_filtered_of_one_customer_and_of_all()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "filtered", email = "f@filtered.test", organization = "Filtered" });
        await Act(api, "filtered", "watch_intro", "start");
        (await Ids($"{Root}/tasks?customer_id=filtered&stage=welcome")).ShouldBe(["welcome_email", "account_created", "complete_profile", "watch_intro"]);
        (await Ids($"{Root}/tasks?customer_id=filtered&state=in_progress")).ShouldBe(["watch_intro"]);
        (await Ids($"{Root}/tasks?customer_id=filtered&stage=mastery&required=true")).ShouldBe(["five_prs_merged", "four_active_weeks"]);
        await Wait.Until(async () => (await api.Get($"{Root}/tasks?state=in_progress&task=watch_intro&required=false&limit=500")).Json.GetProperty("tasks").EnumerateArray().Any(one => one.GetProperty("customer_id").GetString() == "filtered"), "the task among those of all");
        (await api.Get($"{Root}/tasks?limit=1")).Json.GetProperty("next").GetString().ShouldNotBeNull();
        (await api.Get($"{Root}/tasks?limit=501")).Problem("limit").ShouldContain("1 to 500");

        async Task<IEnumerable<string?>> Ids(string path) => (await api.Get(path)).Json.GetProperty("tasks").EnumerateArray().Select(one => one.GetProperty("task").GetString());
    }

    [Fact]
    public async Task A_stage_is_opened_by_hand_and_its_tasks_are_skipped_and_retried_together()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "opened", email = "o@opened.test", organization = "Opened" });
        var open = await Stage("features", "unlock");
        open.Status.ShouldBe(HttpStatusCode.OK);
        open.Json.GetProperty("stage").GetProperty("state").GetString().ShouldBe("available");
        open.Json.GetProperty("impact").GetProperty("unlocked_tasks")[0].GetString().ShouldBe("Set up notifications");
        (await Stage("features", "unlock")).Json.GetProperty("detail").GetString()!.ShouldContain("open already");
        (await Stage("welcome", "skip")).Json.GetProperty("stage").GetProperty("tasks")[3].GetProperty("state").GetString().ShouldBe("skipped");
        (await Stage("welcome", "skip")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await Stage("welcome", "retry")).Json.GetProperty("stage").GetProperty("tasks")[3].GetProperty("state").GetString().ShouldBe("available");
        (await Stage("nowhere", "skip")).Problem("stage").ShouldContain("welcome, setup, features, mastery");
        (await Stage("welcome", "complete")).Problem("action").ShouldContain("unlock, skip or retry");
        await Wait.Until(async () => (await api.Get($"{Root}/stages")).Json.GetProperty("counts").EnumerateArray().Any(one => one.GetProperty("stage").GetString() == "features" && one.GetProperty("customers").GetInt64() > 0), "the customer in the counts");

        Task<Machine.Reply> Stage(string stage, string action) => api.Patch($"{Root}/stages", new { customer_id = "opened", stage, action });
    }

    [Fact]
    public async Task A_key_of_one_customer_sees_its_own_workflow_and_no_other()
    {
        var admin = await Machine.With(house, "admin");
        foreach (var id in new[] { "mine", "theirs" }) await admin.Post("/api/v1/customers", new { id, email = $"x@{id}.test", organization = id });
        var made = await house.Cli("key", "create", "--name", "own", "--scope", "read", "--customer", "mine", "--json");
        made.Code.ShouldBe(0, made.Error);
        var own = new Machine(house, made.Json.GetProperty("key").GetString()!);
        foreach (var path in new[] { "workflow", "tasks", "stages" })
        {
            (await own.Get($"{Root}/{path}?customer_id=mine")).Status.ShouldBe(HttpStatusCode.OK, path);
            (await own.Get($"{Root}/{path}?customer_id=theirs")).Status.ShouldBe(HttpStatusCode.NotFound, path);
            (await own.Get($"{Root}/{path}?customer_id=mine&customer_id=theirs")).Status.ShouldNotBe(HttpStatusCode.OK, path);
            (await own.Get($"{Root}/{path}")).Status.ShouldBe(HttpStatusCode.Forbidden, path);
        }

        (await own.Get($"{Root}/analytics")).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static Task<Machine.Reply> Act(Machine api, string customer, string task, string action, string? note = null) => api.Patch($"{Root}/tasks", new { customer_id = customer, task, action, note });

    private static string? State(JsonElement workflow, string task) =>
        workflow.GetProperty("stages").EnumerateArray().SelectMany(stage => stage.GetProperty("tasks").EnumerateArray()).First(one => one.GetProperty("id").GetString() == task).GetProperty("state").GetString();
}
