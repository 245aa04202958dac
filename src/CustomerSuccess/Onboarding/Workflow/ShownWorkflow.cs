using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>
/// A task as the API, the page and the widget show it. State: locked, available, in_progress, completed, skipped or failed, since Since.
/// By: user:EMAIL, key:ID, widget:… or event:ID of what completed it. Counted of Needed: how much of what completes it has happened. Hours: how
/// long it usually takes. BlockedBy: what has to come first. Actions: what the team may do now; CustomerActions: what the customer may.
/// </summary>
public sealed record ShownTask(
    string Id, string Stage, string Title, string Help, string Success, IReadOnlyList<HelpResource> Resources, string State, bool Required, DateTime Since, DateTime? OpenedAt, DateTime? DoneAt, string By,
    int Attempts, int Counted, int Needed, int Points, decimal Hours, string Account, IReadOnlyList<string> DependsOn, IReadOnlyList<string> BlockedBy, IReadOnlyList<string> Actions, IReadOnlyList<string> CustomerActions)
{
    public static ShownTask Of(TaskProgress task, IReadOnlyDictionary<string, decimal> pace) => new(
        task.Task.Id, task.Stage, task.Task.Title, task.Task.Help, task.Task.Success, task.Task.Resources, TaskMoves.Word(task.State), task.Task.Required, task.Since, task.OpenedAt, task.DoneAt, task.By,
        task.Attempts, task.Counted, task.Task.CompletesOn?.Needed ?? 1, task.Task.Points, TimeLeft.Hours(task.Task, pace), task.Task.Account, task.Task.DependsOn, task.BlockedBy,
        Allowed(task, byCustomer: false), Allowed(task, byCustomer: true));

    private static List<string> Allowed(TaskProgress task, bool byCustomer) =>
        [.. Enum.GetValues<TaskAction>().Where(action => TaskMoves.Refuse(task.Task, task, action, byCustomer) is null).Select(TaskMoves.Word)];
}

/// <summary>A stage. State: locked, available, in_progress or completed. Percent: ⌊100 · done / tasks⌋.</summary>
public sealed record ShownStage(
    string Id, string Title, string About, string State, DateTime Since, int Done, int Total, int Percent, IReadOnlyList<string> BlockedBy, IReadOnlyList<ShownTask> Tasks)
{
    public static ShownStage Of(StageProgress stage, IReadOnlyDictionary<string, decimal> pace) => new(
        stage.Stage.Id, stage.Stage.Title, stage.Stage.About, TaskMoves.Word(stage.State), stage.Since, stage.Done, stage.Tasks.Count, stage.Percent, stage.BlockedBy,
        [.. stage.Tasks.Select(task => ShownTask.Of(task, pace))]);
}

/// <summary>Earned: whether it is.</summary>
public sealed record ShownBadge(string Id, string Title, string About, bool Earned);

/// <summary>What stands in the way, as somebody recorded it.</summary>
public sealed record ShownBlocker(string Type, string Title, string Notes, DateTime? At, string? By);

/// <summary>Why a customer counts as stuck, and since when. By: blocked, failed or silent.</summary>
public sealed record ShownStuck(string By, string Why, DateTime Since);

/// <summary>
/// A customer's workflow. Stage: where they stand, 'completed' once all are done. Percent: ⌊100 · done / all tasks⌋; skipped is not done.
/// Next: the task to do next. HoursLeft: of the required tasks that are left, from own history, else as expected. CompletedOn and
/// DaysToComplete: of the five-step record, once in a customer's life; CompletedAt: when the last stage was done.
/// </summary>
public sealed record ShownWorkflow(
    string CustomerId, string Title, int Version, int CurrentVersion, string Stage, string StageTitle, int Percent, int Done, int Total, int Points, int PointsOf, IReadOnlyList<ShownBadge> Badges,
    ShownTask? Next, decimal? HoursLeft, string TimeLeft, DateTime StartedAt, DateTime LastProgressAt, DateTime? CompletedAt, DateOnly? CompletedOn, int? DaysToComplete,
    ShownBlocker? Blocker, ShownStuck? Stuck, IReadOnlyList<ShownStage> Stages)
{
    public static ShownWorkflow Of(CustomerWorkflow of, DateTime now)
    {
        var (progress, record) = (of.Progress, of.Onboarding);
        var left = Workflow.TimeLeft.Of(progress, of.Pace);
        var stuck = Behind.Stuck.Of(progress, of.Standing.BlockedAt);
        return new(
            progress.CustomerId, of.Definition.Title, progress.Version, of.Definitions.Current.Version, progress.Current?.Id ?? "completed", progress.Current?.Title ?? "Completed",
            progress.Percent, progress.Done, progress.Tasks.Count, progress.Points, progress.PointsOf,
            [.. of.Definition.Badges.Select(badge => new ShownBadge(badge.Id, badge.Title, badge.About, progress.Badges.Contains(badge)))],
            progress.Next is { } next ? ShownTask.Of(next, of.Pace) : null, left, Workflow.TimeLeft.Words(left), progress.StartedAt, progress.LastProgressAt, progress.CompletedAt, record.CompletedDate, record.DaysToComplete,
            record.BlockerType.Length > 0 ? new(record.BlockerType, Platform.Kit.Words.Plain(record.BlockerType), record.Notes, record.BlockedAt, record.BlockedBy) : null,
            stuck is not null && stuck.At <= now ? new(stuck.By, StuckWords.Of(stuck.By, progress, record, now), stuck.At) : null,
            [.. progress.Stages.Select(stage => ShownStage.Of(stage, of.Pace))]);
    }
}

/// <summary>Why somebody is stuck, for people.</summary>
public static class StuckWords
{
    public static string Of(string by, CustomerProgress progress, OnboardingRecord record, DateTime now) => by switch
    {
        "blocked" => $"Blocked: {Platform.Kit.Words.Plain(record.BlockerType)}.",
        "failed" => $"“{progress.Tasks.First(task => task.State == TaskState.Failed).Task.Title}” has failed.",
        _ => $"Nothing moved for {Platform.Kit.Words.Count(Math.Max(0, (long)(now - progress.LastProgressAt).TotalDays), "day")}{(progress.Next is { } next ? $"; next is “{next.Task.Title}”" : "")}.",
    };
}
