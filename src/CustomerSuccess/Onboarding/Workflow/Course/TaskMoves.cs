using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow.Course;

/// <summary>Where a task stands. Locked: its stage is not open yet, or what it comes after is not done.</summary>
public enum TaskState
{
    Locked,
    Available,
    InProgress,
    Completed,
    Skipped,
    Failed,
}

/// <summary>What people do to a task.</summary>
public enum TaskAction
{
    Start,
    Complete,
    Skip,
    Fail,
    Retry,
}

/// <summary>Why an action is refused, in words. Forbidden: it is not theirs to do, whatever the state.</summary>
public sealed record Refusal(string Why, bool Forbidden = false);

/// <summary>
/// The state machine of a task. From a state, what an action leads to; null: nothing, it is refused. Events know only one action,
/// complete, and it is right in every state. Retry leads to where the task would stand had nobody touched it. Pure.
/// </summary>
public static class TaskMoves
{
    /// <summary>The same as a table: locked lets people do nothing.</summary>
    public static TaskState? After(TaskState state, TaskAction action) => (state, action) switch
    {
        (TaskState.Available, TaskAction.Start) => TaskState.InProgress,
        (TaskState.Available or TaskState.InProgress, TaskAction.Complete) => TaskState.Completed,
        (TaskState.Available or TaskState.InProgress or TaskState.Failed, TaskAction.Skip) => TaskState.Skipped,
        (TaskState.InProgress, TaskAction.Fail) => TaskState.Failed,
        (TaskState.Skipped or TaskState.Failed, TaskAction.Retry) => TaskState.Available,
        _ => null,
    };

    /// <summary>Why this cannot be done now; null: it can.</summary>
    public static Refusal? Refuse(TaskDefinition task, TaskProgress now, TaskAction action, bool byCustomer)
    {
        var name = $"“{task.Title}”";
        if (byCustomer && (!task.Customer || action == TaskAction.Fail)) return new($"{name} is for the team to {Word(action)}, or it completes by itself.", Forbidden: true);
        if (now.State == TaskState.Locked) return new($"{name} is locked. {string.Join(" ", now.BlockedBy)}");
        if (action == TaskAction.Skip && task.Required && After(now.State, action) is not null) return new($"{name} is required and cannot be skipped.");
        // Begun while it could be; what it comes after was taken back since.
        if (now.State == TaskState.InProgress && action == TaskAction.Complete && now.BlockedBy.Count > 0) return new($"{name} cannot be completed yet. {string.Join(" ", now.BlockedBy)}");
        if (After(now.State, action) is not null) return null;
        return new((now.State, action) switch
        {
            (TaskState.Completed, _) => $"{name} is completed already.",
            (TaskState.Skipped, TaskAction.Skip) => $"{name} is skipped already.",
            (TaskState.Skipped, _) => $"{name} is skipped; retry it first.",
            (TaskState.Failed, TaskAction.Fail) => $"{name} has failed already.",
            (TaskState.Failed, _) => $"{name} has failed; retry it first.",
            (TaskState.InProgress, TaskAction.Start) => $"{name} is in progress already.",
            (_, TaskAction.Fail) => $"{name} is not in progress; start it first.",
            _ => $"{name} neither failed nor was it skipped, so there is nothing to retry.",
        });
    }

    public static string Word(TaskAction action) => action.ToString().ToLowerInvariant();

    public static TaskAction? Action(string? word) => word switch
    {
        "start" => TaskAction.Start,
        "complete" => TaskAction.Complete,
        "skip" => TaskAction.Skip,
        "fail" => TaskAction.Fail,
        "retry" => TaskAction.Retry,
        _ => null,
    };

    /// <summary>As the API and the tables write it.</summary>
    public static string Word(TaskState state) => state switch
    {
        TaskState.Locked => "locked",
        TaskState.Available => "available",
        TaskState.InProgress => "in_progress",
        TaskState.Completed => "completed",
        TaskState.Skipped => "skipped",
        _ => "failed",
    };

    public static IReadOnlyList<string> States { get; } = [.. Enum.GetValues<TaskState>().Select(Word)];
}
