using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>A figure before and after.</summary>
public sealed record FromTo(int From, int To);

/// <summary>
/// What a change did. Unlocked: titles of tasks and stages that can be worked on now. Lost: badges that are not earned any more. LeftOut: tasks
/// that were done and are no part of the new version; what was done is kept, and counts again in a version that has them.
/// </summary>
public sealed record Impact(
    FromTo Percent, FromTo Done, FromTo Points, string StageFrom, string StageTo, IReadOnlyList<string> Badges, IReadOnlyList<string> Lost,
    IReadOnlyList<string> UnlockedTasks, IReadOnlyList<string> UnlockedStages, IReadOnlyList<string> CompletedStages, IReadOnlyList<string> NewTasks, IReadOnlyList<string> LeftOut, bool Completed)
{
    /// <summary>Pure.</summary>
    public static Impact Of(CustomerProgress before, CustomerProgress after)
    {
        static bool Open(TaskState state) => state != TaskState.Locked;
        var was = before.Tasks.ToDictionary(task => task.Task.Id, StringComparer.Ordinal);
        TaskProgress? Was(TaskDefinition task) => was.GetValueOrDefault(task.Id) ?? before.Tasks.FirstOrDefault(each => task.Is(each.Task.Id));
        return new(
            new(before.Percent, after.Percent), new(before.Done, after.Done), new(before.Points, after.Points), before.Current?.Title ?? "Completed", after.Current?.Title ?? "Completed",
            [.. Titles(after).Except(Titles(before))], [.. Titles(before).Except(Titles(after))],
            [.. after.Tasks.Where(task => task.State == TaskState.Available && Was(task.Task) is { State: TaskState.Locked }).Select(task => task.Task.Title)],
            [.. after.Stages.Where(stage => Open(stage.State) && before.Stages.FirstOrDefault(each => each.Stage.Id == stage.Stage.Id) is { State: TaskState.Locked }).Select(stage => stage.Stage.Title)],
            [.. after.Stages.Where(stage => stage.Completed && before.Stages.FirstOrDefault(each => each.Stage.Id == stage.Stage.Id) is { Completed: false }).Select(stage => stage.Stage.Title)],
            [.. after.Tasks.Where(task => Was(task.Task) is null).Select(task => task.Task.Title)],
            [.. before.Tasks.Where(task => task.Done && !after.Tasks.Any(each => each.Task.Is(task.Task.Id))).Select(task => task.Task.Title)],
            after.CompletedAt is not null && before.CompletedAt is null);
    }

    /// <summary>The same in a sentence or two, each with a space before it; empty where nothing else changed.</summary>
    internal string Words => string.Concat(
        new[] { Percent.From != Percent.To ? $" Progress {Percent.From} → {Percent.To} %." : "", UnlockedTasks.Count > 0 ? $" Open now: {string.Join(", ", UnlockedTasks)}." : "",
            Badges.Count > 0 ? $" Earned: {string.Join(", ", Badges)}." : "", Completed ? " All required tasks are done." : "" });

    private static IEnumerable<string> Titles(CustomerProgress progress) => progress.Badges.Select(badge => badge.Title);
}
