using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Onboarding.Workflow;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>A task as the customer sees it. After: titles of what comes first and is not done. Actions: what the customer may do to it now.</summary>
public sealed record WidgetTask(
    string Id, string Title, string Help, string Success, IReadOnlyList<HelpResource> Resources, string State, bool Required, DateOnly? DoneOn, int Counted, int Needed,
    IReadOnlyList<string> After, IReadOnlyList<string> Actions);

/// <summary>Needs: in sentences, what has to be so before a locked stage opens.</summary>
public sealed record WidgetStage(string Id, string Title, string About, string State, int Done, int Total, IReadOnlyList<string> Needs, IReadOnlyList<WidgetTask> Tasks);

public sealed record WidgetBadge(string Title, string About);

/// <summary>What stands in the way, as far as customers are to know.</summary>
public sealed record WidgetBlocker(string Title, string Notes);

/// <summary>
/// All that the widget shows, in the customer's language: nothing in it is only ours to know (who did what, health, money, what the team
/// says of being stuck). CompletedOn and Days: of the five-step record. AllDone: every stage is.
/// </summary>
public sealed record WidgetState(
    string Title, int Percent, int Done, int Total, int Points, int PointsOf, IReadOnlyList<WidgetBadge> Badges, decimal? HoursLeft, DateOnly? CompletedOn, int? Days, bool AllDone,
    WidgetBlocker? Blocker, string? Stage, string? Next, IReadOnlyList<WidgetStage> Stages)
{
    /// <summary>Pure. Blockers: how much of one is shown (<see cref="WidgetSettings"/>).</summary>
    public static WidgetState Of(CustomerWorkflow of, string blockers, string? asked)
    {
        var (progress, record, definition, language, texts) = (of.Progress, of.Onboarding, of.Definition, WidgetTexts.Base(asked), WidgetTexts.For(asked));
        string TaskTitle(string id) => definition.Task(id) is { } task ? TitleOf(task, language) : id;
        return new(
            OtherWords.Of(definition.Texts, language).Title ?? definition.Title, progress.Percent, progress.Done, progress.Tasks.Count, progress.Points, progress.PointsOf,
            [.. progress.Badges.Select(badge => (badge, Other: OtherWords.Of(badge.Texts, language))).Select(one => new WidgetBadge(one.Other.Title ?? one.badge.Title, one.Other.About ?? one.badge.About))],
            TimeLeft.Of(progress, of.Pace), record.CompletedDate, record.DaysToComplete, progress.Current is null,
            record.BlockerType.Length == 0 || blockers == WidgetSettings.Nothing ? null : new(Words.Plain(record.BlockerType), blockers == WidgetSettings.TitleAndNotes ? record.Notes : ""),
            progress.Current?.Id, progress.Next?.Task.Id,
            [.. progress.Stages.Select(stage => new WidgetStage(
                stage.Stage.Id, OtherWords.Of(stage.Stage.Texts, language).Title ?? stage.Stage.Title, OtherWords.Of(stage.Stage.Texts, language).About ?? stage.Stage.About, TaskMoves.Word(stage.State),
                stage.Done, stage.Tasks.Count, stage.State == TaskState.Locked ? [.. Missing(stage.Stage, progress, definition).Select(unlock => Needs(unlock, definition, language, texts))] : [],
                [.. stage.Tasks.Select(task => Task(task, progress, language, TaskTitle))]))]);
    }

    public static string TitleOf(TaskDefinition task, string language) => OtherWords.Of(task.Texts, language).Title ?? task.Title;

    private static WidgetTask Task(TaskProgress task, CustomerProgress progress, string language, Func<string, string> title)
    {
        var other = OtherWords.Of(task.Task.Texts, language);
        return new(
            task.Task.Id, other.Title ?? task.Task.Title, other.Help ?? task.Task.Help, other.Success ?? task.Task.Success, task.Task.Resources, TaskMoves.Word(task.State), task.Task.Required,
            task.DoneAt is { } at ? DateOnly.FromDateTime(at) : null, task.Counted, task.Task.CompletesOn?.Needed ?? 1,
            task.BlockedBy.Count == 0 ? [] : [.. task.Task.DependsOn.Where(needs => progress.Tasks.FirstOrDefault(other => other.Task.Id == needs) is { Done: false }).Select(title)],
            [.. Enum.GetValues<TaskAction>().Where(action => TaskMoves.Refuse(task.Task, task, action, byCustomer: true) is null).Select(TaskMoves.Word)]);
    }

    private static IEnumerable<UnlockCondition> Missing(StageDefinition stage, CustomerProgress progress, WorkflowDefinition definition)
    {
        var done = progress.Tasks.Where(task => task.Done).Select(task => task.Task.Id).ToHashSet(StringComparer.Ordinal);
        return stage.Unlock.Where(unlock => !CanBeDone.Holds(unlock, definition, done));
    }

    private static string Needs(UnlockCondition unlock, WorkflowDefinition definition, string language, WidgetTexts texts)
    {
        if (unlock.Task is { } task) return texts.Say("needs_task", ("title", definition.Task(task) is { } found ? TitleOf(found, language) : task));
        if (unlock.Points is { } points) return texts.Say("needs_points", ("n", $"{points}"));
        var stage = definition.Stages.First(each => each.Id == unlock.Stage);
        var title = OtherWords.Of(stage.Texts, language).Title ?? stage.Title;
        return unlock.Tasks is { } many ? texts.Say("needs_tasks", ("n", $"{many}"), ("title", title)) : texts.Say("needs_stage", ("title", title));
    }
}
