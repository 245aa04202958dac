using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow.Bulk;

/// <param name="CustomerIds">Up to 50 customers.</param>
/// <param name="Action">start, complete, skip, fail or retry a task; reset one that stands for a step; unlock a stage; move to a version.</param>
/// <param name="Task">Id of the task.</param>
/// <param name="Stage">Of unlock: id of the stage.</param>
/// <param name="Version">Of move: a published version.</param>
/// <param name="Note">Why; at most 2,000 characters. Kept with each of the events.</param>
/// <param name="Preview">Only say what it would do.</param>
public sealed record BulkRequest(
    [property: Required] IReadOnlyList<string> CustomerIds, [property: Required, StringLength(20)] string Action, [property: StringLength(60)] string? Task = null, [property: StringLength(60)] string? Stage = null,
    int? Version = null, [property: StringLength(2000)] string? Note = null, bool Preview = false)
{
    public const int Most = 50;

    public static IReadOnlyList<string> Actions { get; } = [.. Enum.GetValues<TaskAction>().Select(TaskMoves.Word), "reset", "unlock", "move"];

    /// <summary>What is wrong with it, whoever the customers are.</summary>
    public IReadOnlyList<Fault> Faults(KnownDefinitions definitions)
    {
        var faults = new List<Fault>();
        var many = CustomerIds.Distinct(StringComparer.Ordinal).Count();
        if (many == 0) faults.Add(new("customer_ids", "is empty: choose at least one customer"));
        if (many > Most) faults.Add(new("customer_ids", $"holds {many} customers; at most {Most} can be changed at once"));
        if (CustomerIds.Any(id => string.IsNullOrEmpty(id) || id.Length > 300 || id.Contains('\0', StringComparison.Ordinal))) faults.Add(new("customer_ids", "holds what is no id of a customer"));
        if (Note?.Contains('\0', StringComparison.Ordinal) == true) faults.Add(new("note", "holds a NUL character, which cannot be stored"));
        var versions = definitions.Versions.Values;
        if (!Actions.Contains(Action, StringComparer.Ordinal)) faults.Add(new("action", $"is '{Action}'; it can be {string.Join(", ", Actions)}"));
        else if (Action == "unlock")
        {
            var stages = versions.SelectMany(version => version.Stages).Select(stage => stage.Id).Distinct(StringComparer.Ordinal).ToList();
            if (Stage is null || !stages.Contains(Stage, StringComparer.Ordinal)) faults.Add(new("stage", $"{(string.IsNullOrEmpty(Stage) ? "is missing" : $"'{Stage}' is no stage")}; the stages are {string.Join(", ", stages)}"));
        }
        else if (Action == "move")
        {
            if (Version is null || !definitions.Versions.ContainsKey(Version.Value)) faults.Add(new("version", $"{(Version is null ? "is missing" : $"{Version} is not published")}; there are {string.Join(", ", definitions.Versions.Keys)}"));
        }
        else if (string.IsNullOrEmpty(Task) || !versions.Any(version => version.Tasks.Any(task => task.Is(Task))))
        {
            faults.Add(new("task", string.IsNullOrEmpty(Task) ? $"is missing: which task is to be {Said}?" : $"'{Task}' is no task of any version"));
        }

        return faults;
    }

    private string Said => Action switch { "start" => "started", "complete" => "completed", "skip" => "skipped", "fail" => "failed", "retry" => "retried", _ => "reset" };
}
