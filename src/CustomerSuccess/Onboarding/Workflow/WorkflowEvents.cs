using CustomerSuccess.Onboarding.Workflow.Course;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>The types under which the workflow writes what people do and what was decided.</summary>
public static class WorkflowEvents
{
    /// <summary>A customer begins with a version other than the first: version.</summary>
    public const string Started = "workflow_started";

    /// <summary>A customer is moved to another version: version, from, kept (what was done by then).</summary>
    public const string Moved = "workflow_moved";

    /// <summary>Somebody opened a stage before its conditions held: stage.</summary>
    public const string StageUnlocked = "stage_unlocked";

    /// <summary>The required tasks of a stage were done for the first time: stage. News only; what is so is told by what led to it.</summary>
    public const string StageCompleted = "stage_completed";

    /// <summary>task_started, task_completed, task_skipped, task_failed, task_retried: task, note.</summary>
    public static string Of(TaskAction action) => action switch
    {
        TaskAction.Start => "task_started",
        TaskAction.Complete => "task_completed",
        TaskAction.Skip => "task_skipped",
        TaskAction.Fail => "task_failed",
        _ => "task_retried",
    };

    /// <summary>All of them, news too.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<TaskAction>().Select(Of), StageUnlocked, StageCompleted, Started, Moved];

    public static TaskAction? Action(string type) => type switch
    {
        "task_started" => TaskAction.Start,
        "task_completed" => TaskAction.Complete,
        "task_skipped" => TaskAction.Skip,
        "task_failed" => TaskAction.Fail,
        "task_retried" => TaskAction.Retry,
        _ => null,
    };
}
