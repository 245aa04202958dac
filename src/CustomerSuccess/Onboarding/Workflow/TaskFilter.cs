using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Course;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>Which tasks.</summary>
public sealed record TaskFilter
{
    public const int MostRows = 500;

    /// <summary>Of one customer; without it, of all of them.</summary>
    [FromQuery(Name = "customer_id")] public string? Customer { get; init; }

    /// <summary>Id of a stage.</summary>
    [FromQuery(Name = "stage")] public string? Stage { get; init; }

    /// <summary>Id of a task.</summary>
    [FromQuery(Name = "task")] public string? Task { get; init; }

    /// <summary>locked, available, in_progress, completed, skipped or failed. Of all customers, locked tasks are listed only where something happened to them.</summary>
    [FromQuery(Name = "state")] public string? State { get; init; }

    /// <summary>true: only required tasks; false: only those that can be skipped.</summary>
    [FromQuery(Name = "required")] public bool? Required { get; init; }

    /// <summary>Rows, 1 to 500; 100 unless told.</summary>
    [FromQuery(Name = "limit")] public int? Limit { get; init; }

    /// <summary>`next` of the answer before.</summary>
    [FromQuery(Name = "after")] public string? After { get; init; }

    public int Rows => Math.Clamp(Limit ?? 100, 1, MostRows);

    public IReadOnlyList<Fault> Faults()
    {
        var faults = new List<Fault>();
        if (!string.IsNullOrEmpty(State) && !TaskMoves.States.Contains(State)) faults.Add(new("state", $"must be one of {string.Join(", ", TaskMoves.States)}"));
        if (Limit is < 1 or > MostRows) faults.Add(new("limit", $"must be from 1 to {MostRows}"));
        foreach (var (field, value) in new[] { ("customer_id", Customer), ("stage", Stage), ("task", Task), ("after", After) })
        {
            if (value is { Length: > 400 } || value?.Contains('\0', StringComparison.Ordinal) == true) faults.Add(new(field, "is longer than 400 characters, or holds what cannot be in it"));
        }

        return faults;
    }

    public bool Fits(ShownTask task) =>
        (string.IsNullOrEmpty(Stage) || task.Stage == Stage) && (string.IsNullOrEmpty(Task) || task.Id == Task) && (string.IsNullOrEmpty(State) || task.State == State)
        && (Required is null || task.Required == Required);
}
