using System.Text.Json.Nodes;
using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using Dapper;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>A definition that could not be worked through, or that does not say what its author means, is refused with the place and the reason.</summary>
public sealed class CheckDefinitionTests
{
    [Fact]
    public void The_products_own_has_four_stages_and_the_sixteen_tasks()
    {
        var own = ReadDefinition.Builtin;
        own.Stages.Select(stage => stage.Title).ShouldBe(["Welcome", "Setup", "Features", "Mastery"]);
        own.Tasks.Select(task => task.Id).ShouldBe(["welcome_email", "account_created", "complete_profile", "watch_intro", "github_action_installed", "api_key_created", "first_api_call", "invite_teammate",
            "first_issue_tagged", "first_pr_generated", "first_pr_merged", "configure_notifications", "five_prs_merged", "four_active_weeks", "give_feedback", "recommend"]);
        own.Tasks.Select(task => task.Step).OfType<string>().ShouldBe(CustomerSuccess.Onboarding.OnboardingSteps.All, ignoreOrder: true);
        own.Tasks.ShouldAllBe(task => task.Help.Length > 0 && task.Success.Length > 0 && task.Points > 0 && task.ExpectedHours > 0);
    }

    [Fact]
    public void Written_and_read_again_it_is_the_same()
    {
        var again = ReadDefinition.From(ReadDefinition.Write(ReadDefinition.Builtin));
        again.Faults.ShouldBeEmpty();
        ReadDefinition.Write(again.Definition!).ShouldBe(ReadDefinition.Write(ReadDefinition.Builtin));
    }

    [Fact]
    public async Task A_fresh_database_notes_every_type_that_the_products_own_waits_for()
    {
        await using var db = await TestDatabase.Clone();
        await using var connection = await db.Source.OpenConnectionAsync();
        var noted = (await connection.QueryAsync<string>("select type from workflow_awaited")).ToList();
        Awaited.Types(ReadDefinition.Builtin).Except(noted).ShouldBeEmpty();
        ReadDefinition.Builtin.Tasks.Select(task => task.Step).OfType<string>().Select(step => "onboarding_step_" + step).Except(noted).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("$.stages[0].tasks[0].title=", "stages[0].tasks[0].title", "missing")]
    [InlineData("$.stages[1].tasks[1].id=watch_intro", "stages[1].tasks[1].id", "another task")]
    [InlineData("$.stages[1].id=welcome", "stages[1].id", "another stage")]
    [InlineData("$.stages[1].id=completed", "stages[1].id", "choose another")]
    [InlineData("$.stages[0].tasks[2].id=Complete Profile", "stages[0].tasks[2].id", "small letters")]
    [InlineData("$.stages[0].tasks[2].depends_on[0]=account_create", "stages[0].tasks[2].depends_on[0]", "did you mean 'account_created'")]
    [InlineData("$.stages[0].tasks[2].depends_on[0]=complete_profile", "stages[0].tasks[2].depends_on[0]", "depends on itself")]
    [InlineData("$.stages[2].tasks[0].depends_on[0]=watch_intro", "stages[2].tasks[0].depends_on[0]", "could never go on")]
    [InlineData("$.stages[0].tasks[2].completes_on.event=profile *", "stages[0].tasks[2].completes_on.event", "no type of an event")]
    [InlineData("$.stages[0].tasks[2].completes_on.event=page_view", "stages[0].tasks[2].completes_on.event", "cannot complete a task")]
    [InlineData("$.stages[0].tasks[2].completes_on.event=task_completed", "stages[0].tasks[2].completes_on.event", "cannot complete a task")]
    [InlineData("$.stages[0].tasks[2].completes_on.event=onboarding_step_sixth", "stages[0].tasks[2].completes_on.event", "names no step")]
    [InlineData("$.stages[0].tasks[2].completes_on.event=onboarding_step_account_created", "stages", "the same step")]
    [InlineData("$.stages[0].tasks[1].completes_on.event=signup", "stages[0].tasks[1].completes_on", "completes with it")]
    [InlineData("$.stages[2].tasks[2].completes_on.count=#0", "stages[2].tasks[2].completes_on.count", "1 to 100")]
    [InlineData("$.stages[3].tasks[1].completes_on.active_weeks=#60", "stages[3].tasks[1].completes_on.active_weeks", "1 to 52")]
    [InlineData("$.stages[3].tasks[1].completes_on.event=api_call", "stages[3].tasks[1].completes_on", "one of them")]
    [InlineData("$.stages[1].tasks[2].completes_on.property=", "stages[1].tasks[2].completes_on.property", "name of a property")]
    [InlineData("$.stages[0].tasks[2].account=some", "stages[0].tasks[2].account", "any or all")]
    [InlineData("$.stages[2].tasks[2].account=all", "stages[2].tasks[2].completes_on", "account must be any")]
    [InlineData("$.stages[0].tasks[2].points=#-1", "stages[0].tasks[2].points", "0 to 1000")]
    [InlineData("$.stages[0].tasks[2].expected_hours=#0", "stages[0].tasks[2].expected_hours", "more than 0")]
    [InlineData("$.stages[0].stuck_after_hours=#0", "stages[0].stuck_after_hours", "1 to 8760")]
    [InlineData("$.stages[1].tasks[0].resources[0].url=javascript:alert(1)", "stages[1].tasks[0].resources[0].url", "https://")]
    [InlineData("$.stages[1].unlock[0].task=nothing", "stages[1].unlock[0].task", "no task")]
    [InlineData("$.badges[0].stage=nothing", "badges[0].stage", "no stage")]
    [InlineData("$.badges[1].id=on_board", "badges[1].id", "another badge")]
    [InlineData("$.stages[0].tasks[2].compeltes_on=x", "stages[0].tasks[2].compeltes_on", "no field")]
    [InlineData("$.stages[0].tasks[2].points=x", "stages[0].tasks[2].points", "wrong kind")]
    public void What_is_wrong_is_named_with_its_place(string change, string field, string why)
    {
        var faults = Faults(change);
        faults.ShouldContain(fault => fault.Field == field && fault.Message.Contains(why, StringComparison.Ordinal), string.Join("\n", faults.Select(fault => $"{fault.Field}: {fault.Message}")));
    }

    [Theory]
    [InlineData("$.stages[0].tasks[1].depends_on=[\"first_pr_generated\"]", "'account_created' → 'first_pr_generated'")]
    [InlineData("$.stages[0].unlock=[{\"stage\":\"setup\"}]", "opens")]
    [InlineData("$.stages[0].unlock=[{\"points\":200}]", "can never be reached")]
    [InlineData("$.stages[1].unlock=[{\"task\":\"watch_intro\"}]", "who skips")]
    public void What_nobody_could_work_through_is_refused(string change, string why) =>
        Faults(change).ShouldContain(fault => fault.Field == "stages" && fault.Message.Contains(why, StringComparison.Ordinal), string.Join("\n", Faults(change).Select(fault => $"{fault.Field}: {fault.Message}")));

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"title\":\"x\",\"stages\":[]}")]
    [InlineData("{\"title\":\"x\",\"title\":\"y\"}")]
    [InlineData("{\"title\":null}")]
    public void What_is_no_definition_is_refused_and_throws_nothing(string text)
    {
        var (definition, faults) = ReadDefinition.From(text);
        definition.ShouldBeNull();
        faults.ShouldNotBeEmpty();
    }

    // $.path=text, #number or [json].
    private static IReadOnlyList<CustomerSuccess.Events.Fault> Faults(string change)
    {
        var (path, value) = (change[2..change.IndexOf('=')], change[(change.IndexOf('=') + 1)..]);
        var root = JsonNode.Parse(ReadDefinition.BuiltinText)!;
        var parts = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        var at = root;
        foreach (var part in parts[..^1]) at = part[0] == '[' ? at[int.Parse(part[1..^1])]! : at[part]!;
        JsonNode? node = value.StartsWith('#') ? JsonValue.Create(int.Parse(value[1..])) : value.StartsWith('[') ? JsonNode.Parse(value) : JsonValue.Create(value);
        if (parts[^1][0] == '[') at[int.Parse(parts[^1][1..^1])] = node;
        else at[parts[^1]] = node;
        return ReadDefinition.From(root.ToJsonString()).Faults;
    }
}
