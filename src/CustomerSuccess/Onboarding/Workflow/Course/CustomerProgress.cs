using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow.Course;

/// <summary>
/// Where a customer stands with one task. Since: when it came into this state. OpenedAt: when it could first be worked on. By: the actor
/// (user:, key:, widget:), or event:ID for what completed it. Counted: how much of what completes it has happened, at most all of it.
/// Untimed: done, but nobody knows when. BlockedBy: what has to come first, in sentences.
/// </summary>
public sealed record TaskProgress(
    TaskDefinition Task, string Stage, TaskState State, DateTime Since, DateTime? OpenedAt, string By, int Attempts, int Counted, bool Untimed, IReadOnlyList<string> BlockedBy)
{
    public bool Done => State == TaskState.Completed;

    /// <summary>When it was done; null: it is not, or nobody knows.</summary>
    public DateTime? DoneAt => Done && !Untimed ? Since : null;
}

/// <summary>A stage: locked until its conditions hold, available, in_progress once one of its tasks was touched, completed with its required tasks.</summary>
public sealed record StageProgress(
    StageDefinition Stage, TaskState State, DateTime Since, DateTime? OpenedAt, IReadOnlyList<TaskProgress> Tasks, int Done, int Percent, IReadOnlyList<string> BlockedBy)
{
    public bool Completed => State == TaskState.Completed;
}

/// <summary>
/// How far a customer is. Current: the stage where they stand, null once all are done. Percent: ⌊100 · done / all tasks⌋; skipped is not
/// done. CompletedAt: when the last stage was done. LastProgressAt: when anything last moved, else the start.
/// </summary>
public sealed record CustomerProgress(
    string CustomerId, int Version, DateTime StartedAt, IReadOnlyList<StageProgress> Stages, StageDefinition? Current, DateTime CurrentSince,
    int Points, IReadOnlyList<BadgeDefinition> Badges, DateTime LastProgressAt, DateTime? CompletedAt)
{
    public IReadOnlyList<TaskProgress> Tasks => field ??= [.. Stages.SelectMany(stage => stage.Tasks)];

    public int Done => Tasks.Count(task => task.Done);

    public int Percent => Platform.Percent.Of(Done, Tasks.Count);

    public int PointsOf => Tasks.Sum(task => task.Task.Points);

    /// <summary>What to do next: begun, failed or open, required first, of the stage where they stand before others.</summary>
    public TaskProgress? Next => Tasks.Where(task => task.State is TaskState.InProgress or TaskState.Failed or TaskState.Available)
        .OrderBy(task => task.Task.Required ? 0 : 1).ThenBy(task => task.Stage == Current?.Id ? 0 : 1).ThenBy(task => task.State == TaskState.Available ? 1 : 0).FirstOrDefault();

    public TaskProgress Of(string task) => Tasks.First(each => each.Task.Id == task);
}
