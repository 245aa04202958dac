using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>The state machine of a task, every state with every action.</summary>
public sealed class TaskMovesTests
{
    private static readonly TaskDefinition Optional = new() { Id = "watch_intro", Title = "Watch the introduction", Required = false, Customer = true };

    [Theory]
    [InlineData(TaskState.Locked, "-", "-", "-", "-", "-")]
    [InlineData(TaskState.Available, "InProgress", "Completed", "Skipped", "-", "-")]
    [InlineData(TaskState.InProgress, "-", "Completed", "Skipped", "Failed", "-")]
    [InlineData(TaskState.Completed, "-", "-", "-", "-", "-")]
    [InlineData(TaskState.Skipped, "-", "-", "-", "-", "Available")]
    [InlineData(TaskState.Failed, "-", "-", "Skipped", "-", "Available")]
    public void Each_action_leads_where_the_table_says_or_is_refused_in_words(TaskState state, string start, string complete, string skip, string fail, string retry)
    {
        foreach (var (action, to) in new[] { (TaskAction.Start, start), (TaskAction.Complete, complete), (TaskAction.Skip, skip), (TaskAction.Fail, fail), (TaskAction.Retry, retry) })
        {
            (TaskMoves.After(state, action)?.ToString() ?? "-").ShouldBe(to, $"{action} from {state}");
            var refusal = TaskMoves.Refuse(Optional, Now(state), action, byCustomer: false);
            (refusal is null).ShouldBe(to != "-", $"{action} from {state}");
            refusal?.Why.ShouldStartWith("“Watch the introduction”");
            refusal?.Why.ShouldEndWith(".");
        }
    }

    [Fact]
    public void A_required_task_cannot_be_skipped_and_says_so()
    {
        var required = Optional with { Required = true };
        foreach (var state in new[] { TaskState.Available, TaskState.InProgress, TaskState.Failed })
            TaskMoves.Refuse(required, Now(state), TaskAction.Skip, byCustomer: false)!.Why.ShouldContain("is required");
        TaskMoves.Refuse(required, Now(TaskState.Completed), TaskAction.Skip, byCustomer: false)!.Why.ShouldContain("completed already");
    }

    [Fact]
    public void Customers_do_what_is_theirs_and_nothing_else()
    {
        TaskMoves.Refuse(Optional, Now(TaskState.Available), TaskAction.Complete, byCustomer: true).ShouldBeNull();
        TaskMoves.Refuse(Optional, Now(TaskState.InProgress), TaskAction.Fail, byCustomer: true)!.Forbidden.ShouldBeTrue();
        var ours = Optional with { Customer = false };
        foreach (var action in Enum.GetValues<TaskAction>()) TaskMoves.Refuse(ours, Now(TaskState.Available), action, byCustomer: true)!.Forbidden.ShouldBeTrue();
    }

    [Fact]
    public void What_was_begun_is_not_completed_by_hand_while_what_it_comes_after_was_taken_back()
    {
        var held = Now(TaskState.InProgress) with { BlockedBy = ["It comes after “Account created”."] };
        TaskMoves.Refuse(Optional, held, TaskAction.Complete, byCustomer: false)!.Why.ShouldContain("Account created");
        TaskMoves.Refuse(Optional, held, TaskAction.Skip, byCustomer: false).ShouldBeNull();
    }

    private static TaskProgress Now(TaskState state) => new(Optional, "welcome", state, DateTime.UnixEpoch, null, "", 0, 0, false, state == TaskState.Locked ? ["It comes after “Account created”."] : []);
}
