using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Versions;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Events;
using Dapper;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>Versions of the definition: drafted, checked, compared, published; customers stay where they are until they are moved, and lose nothing.</summary>
public sealed class DefinitionTests
{
    private const string Root = "/api/v1/workflow-definitions", Onboarding = "/api/customer-success/onboarding";

    [Fact]
    public async Task A_draft_is_checked_compared_and_published_and_those_who_come_then_begin_with_it()
    {
        await using var house = await House.Open();
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "before", email = "b@before.test", organization = "Before" });
        (await api.Post($"{Root}/draft/publication")).Json.GetProperty("detail").GetString()!.ShouldContain("no draft");

        var wrong = (await api.Put($"{Root}/draft", new { definition = Changed(task => task["depends_on"] = new JsonArray("nowhere")) })).Json;
        wrong.GetProperty("valid").GetBoolean().ShouldBeFalse();
        wrong.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe("stages[2].tasks[2].depends_on[0]");
        (await api.Post($"{Root}/draft/publication")).Problem("stages[2].tasks[2].depends_on[0]").ShouldContain("no task");

        var right = (await api.Put($"{Root}/draft", new { definition = Harder(), note = "Three merges" })).Json;
        right.GetProperty("valid").GetBoolean().ShouldBeTrue();
        right.GetProperty("changes").EnumerateArray().Select(one => one.GetProperty("what").GetString() + " " + one.GetProperty("before").GetString() + " → " + one.GetProperty("after").GetString())
            .ShouldBe(["task “Merge the first pull request”: completes on pr_merged → 3 × report_opened"]);
        (await api.Post($"{Root}/draft/publication")).Json.GetProperty("version").GetInt32().ShouldBe(2);
        (await api.Get($"{Root}/draft")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Put($"{Root}/draft", new { definition = Harder() })).Json.GetProperty("changes").GetArrayLength().ShouldBe(0);
        (await api.Post($"{Root}/draft/publication")).Json.GetProperty("detail").GetString()!.ShouldContain("same as version 2");
        (await api.Delete($"{Root}/draft")).Status.ShouldBe(HttpStatusCode.NoContent);

        await api.Post("/api/v1/customers/provision", new { id = "after", email = "a@after.test", organization = "After" });
        (await Version("before")).ShouldBe(1);
        (await Version("after")).ShouldBe(2);
        // A type that nobody waited for before is waited for now.
        for (var n = 0; n < 3; n++) await api.Post("/api/v1/events", new { type = "report_opened", customer_id = "after" });
        await Wait.Until(async () => (await Task("after", "first_pr_merged")).GetProperty("state").GetString() == "completed", "the task that waits for a new type");
        // The list is written behind the events; a customer's own workflow is not.
        var list = await Wait.For(async () => (await api.Get(Root)).Json, found => found.GetProperty("versions").EnumerateArray().All(one => one.GetProperty("customers").GetInt64() == 1));
        list.GetProperty("current").GetInt32().ShouldBe(2);
        list.GetProperty("versions").EnumerateArray().Select(one => one.GetProperty("customers").GetInt64()).ShouldBe([1, 1]);
        (await Rebuild.Run(house.Db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();

        async Task<int> Version(string customer) => (await api.Get($"{Onboarding}/workflow?customer_id={customer}")).Json.GetProperty("version").GetInt32();
        async Task<JsonElement> Task(string customer, string task) => (await api.Get($"{Onboarding}/tasks?customer_id={customer}&task={task}")).Json.GetProperty("tasks")[0];
    }

    [Fact]
    public async Task A_move_is_previewed_loses_nothing_and_can_be_taken_back()
    {
        await using var house = await House.Open();
        var api = await Machine.With(house, "admin");
        foreach (var id in new[] { "acme", "idle" }) await api.Post("/api/v1/customers", new { id, email = $"x@{id}.test", organization = id });
        await api.Post("/api/v1/events", new { type = "pr_merged", customer_id = "acme", properties = new { pr_url = "https://github.com/a/b/pull/1" } });
        await api.Patch($"{Onboarding}/tasks", new { customer_id = "acme", task = "watch_intro", action = "skip" });
        await Wait.Until(async () => (await State("acme", "first_pr_merged")) == "completed", "the merge");
        await api.Put($"{Root}/draft", new { definition = Harder() });
        await api.Post($"{Root}/draft/publication");

        var preview = (await api.Patch($"{Onboarding}/workflow", new { customer_id = "acme", preview = true })).Json;
        preview.GetProperty("impact").GetProperty("points").GetProperty("to").GetInt32().ShouldBe(30);
        preview.GetProperty("workflow").GetProperty("version").GetInt32().ShouldBe(2);
        (await api.Get($"{Onboarding}/workflow?customer_id=acme")).Json.GetProperty("version").GetInt32().ShouldBe(1);
        (await api.Patch($"{Onboarding}/workflow", new { customer_id = "acme", version = 7 })).Problem("version").ShouldContain("1, 2");

        // Whom to move is read from the table behind the events.
        await Wait.Until(async () => (await api.Get(Root)).Json.GetProperty("versions")[1].GetProperty("customers").GetInt64() == 2, "both on the first version");
        var many = (await api.Post($"{Root}/moves", new { from = 1, to = 2, preview = true })).Json;
        (many.GetProperty("count").GetInt32(), many.GetProperty("left").GetInt64()).ShouldBe((2, 2));
        var moved = (await api.Post($"{Root}/moves", new { from = 1, to = 2 })).Json;
        (moved.GetProperty("count").GetInt32(), moved.GetProperty("left").GetInt64(), moved.GetProperty("fall").GetInt32()).ShouldBe((2, 0, 0));
        (await State("acme", "first_pr_merged")).ShouldBe("completed");
        (await State("acme", "watch_intro")).ShouldBe("skipped");
        (await State("idle", "first_pr_merged")).ShouldBe("locked");
        (await api.Patch($"{Onboarding}/workflow", new { customer_id = "acme", version = 2 })).Status.ShouldBe(HttpStatusCode.Conflict);
        await Wait.Until(async () => (await api.Get(Root)).Json.GetProperty("versions")[0].GetProperty("customers").GetInt64() == 2, "both on the new version");
        (await Rebuild.Run(house.Db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
        (await api.Patch($"{Onboarding}/workflow", new { customer_id = "acme", version = 1 })).Json.GetProperty("workflow").GetProperty("points").GetInt32().ShouldBe(30);

        async Task<string?> State(string customer, string task) => (await api.Get($"{Onboarding}/tasks?customer_id={customer}&task={task}")).Json.GetProperty("tasks")[0].GetProperty("state").GetString();
    }

    [Fact]
    public async Task Where_everyone_has_to_do_it_one_person_is_not_enough()
    {
        await using var house = await House.Open();
        var api = await Machine.With(house, "admin");
        await api.Put($"{Root}/draft", new { definition = Changed(task => { task["account"] = "all"; task["completes_on"] = new JsonObject { ["event"] = "intro_watched" }; }, 0, 3) });
        await api.Post($"{Root}/draft/publication");
        await api.Post("/api/v1/customers", new { id = "team", email = "t@team.test", organization = "Team" });
        foreach (var person in new[] { "ann", "ben" }) (await api.Put($"/api/v1/customers/team/people/{person}", new { email = $"{person}@team.test" })).Status.ShouldBe(HttpStatusCode.OK);
        await api.Post("/api/v1/events", new { type = "intro_watched", customer_id = "team", person_id = "ann" });
        await api.Post("/api/v1/events", new { type = "intro_watched", customer_id = "team", person_id = "ann" });
        await Journeys.Follow(house.Db, new EventLog(Rooms.Projections), house.Clock);
        (await State()).ShouldBe("available");
        await api.Post("/api/v1/events", new { type = "intro_watched", customer_id = "team", person_id = "ben" });
        await Wait.Until(async () => await State() == "completed", "both have watched");
        (await Rebuild.Run(house.Db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();

        async Task<string?> State() => (await api.Get($"{Onboarding}/tasks?customer_id=team&task=watch_intro")).Json.GetProperty("tasks")[0].GetProperty("state").GetString();
    }

    [Fact]
    public async Task The_command_line_shows_checks_and_publishes()
    {
        await using var house = await House.Open();
        await house.Write(Story.Created("acme"));
        (await house.Cli("workflow", "show", "acme", "--json")).Json.GetProperty("stages").GetArrayLength().ShouldBe(4);
        (await house.Cli("workflow", "show", "acme")).Out.ShouldContain("Install the GitHub Action");
        (await house.Cli("workflow", "show", "nobody")).Code.ShouldBe(1);
        var file = Path.Combine(Path.GetTempPath(), $"workflow-{Guid.NewGuid():N}.json");
        try
        {
            await File.WriteAllTextAsync(file, (await house.Cli("workflow", "export", "1")).Out.Replace("\"points\": 5,", "\"points\": 6,", StringComparison.Ordinal));
            (await house.Cli("workflow", "validate", file)).Out.ShouldContain("points: 5 → 6");
            (await house.Cli("workflow", "publish", file, "--note", "more points")).Code.ShouldBe(0);
            (await house.Cli("workflow", "versions", "--json")).Json.GetProperty("current").GetInt32().ShouldBe(2);
            await File.WriteAllTextAsync(file, "{\"title\":\"\"}");
            var wrong = await house.Cli("workflow", "publish", file);
            wrong.Code.ShouldBe(1);
            wrong.Error.ShouldContain("title is missing");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Versions_are_compared_by_what_they_mean()
    {
        var own = ReadDefinition.Builtin;
        CompareDefinitions.Of(own, own).ShouldBeEmpty();
        var renamed = own with { Stages = [.. own.Stages.Select(stage => stage with { Tasks = [.. stage.Tasks.Where(task => task.Id != "recommend").Select(task => task.Id == "watch_intro" ? task with { Id = "see_intro", Was = ["watch_intro"], Points = 9 } : task)] })] };
        CompareDefinitions.Of(own, renamed).Select(change => $"{change.What}: {change.Before} → {change.After}").ShouldBe([
            "stage “Welcome”: tasks: welcome_email, account_created, complete_profile, watch_intro → welcome_email, account_created, complete_profile, see_intro",
            "stage “Mastery”: tasks: five_prs_merged, four_active_weeks, give_feedback, recommend → five_prs_merged, four_active_weeks, give_feedback",
            "task “Recommend us”: is there → ", "task “Watch the introduction”: id: watch_intro → see_intro", "task “Watch the introduction”: points: 5 → 9"]);
    }

    private static JsonNode Harder() => Changed(task => task["completes_on"] = new JsonObject { ["event"] = "report_opened", ["count"] = 3 });

    private static JsonNode Changed(Action<JsonNode> change, int stage = 2, int task = 2)
    {
        var root = JsonNode.Parse(ReadDefinition.BuiltinText)!;
        change(root["stages"]![stage]!["tasks"]![task]!);
        return root;
    }
}
