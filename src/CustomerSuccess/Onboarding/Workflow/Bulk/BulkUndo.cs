using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow.Bulk;

/// <summary>How what was done is taken back. Action: the one that does it, on the same task, stage or Version; null: nothing does.</summary>
public sealed record BulkUndo(string Words, string? Action, int? Version = null)
{
    /// <summary>Pure. From: the versions that customers were moved away from.</summary>
    public static BulkUndo Of(BulkRequest request, KnownDefinitions definitions, IReadOnlyCollection<int> from) => request.Action switch
    {
        "skip" or "fail" => new("Retry opens the task again.", "retry"),
        "complete" when definitions.Current.Tasks.FirstOrDefault(task => task.Is(request.Task!))?.Step is not null => new("Reset takes the step back; what was completed by it stays completed.", "reset"),
        "complete" => new("This cannot be undone: a completed task stays completed.", null),
        "reset" => new("Complete sets the step again, with the time of then.", "complete"),
        "move" when from.Count == 1 => new($"They can be moved back to version {from.First()}; nothing is lost either way.", "move", from.First()),
        "move" => new("They can be moved back, each group to the version it came from; nothing is lost either way.", null),
        "unlock" => new("This cannot be undone: a stage that was opened stays open.", null),
        "start" => new("This cannot be undone: a task that was begun is completed, skipped or fails.", null),
        _ => new("This cannot be undone; skip or fail the task again where that was so.", null),
    };
}
