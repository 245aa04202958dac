using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow;
using CustomerSuccess.Onboarding.Workflow.Course;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>The customer starts, completes, skips or retries a task, where the definition leaves it to the customer.</summary>
public static class DoTask
{
    /// <param name="Task">Id of the task.</param>
    /// <param name="Action">start, complete, skip or retry.</param>
    public sealed record Request([property: Required, StringLength(60)] string Task, [property: Required, StringLength(20)] string Action);

    public static async Task<IResult> Handle([FromBody] Request request, string? lang, HttpContext http, OpenWidget open, Deeds deeds, CancellationToken ct)
    {
        var (who, refused) = await open.Run(http, acts: true, ct);
        if (who is null) return refused!;
        var texts = WidgetTexts.For(lang);
        if (who.Preview) return Conflicts.With(texts.Say("refused_preview"));
        if (TaskMoves.Action(request.Action) is not { } action) return EventAnswers.Invalid([new Fault("action", "can be start, complete, skip or retry")]);
        await using var deed = await deeds.Begin(who.Actor, "widget", ct);
        var outcome = await ActOnTask.Run(deed, who.Customer, request.Task, action, null, byCustomer: true, ct);
        if (outcome.Before is null) return OpenWidget.NotRight(http);
        if (outcome.NoSuchTask) return EventAnswers.Invalid([new Fault("task", "is none of this customer's tasks")]);
        if (outcome.Refused is { } why) return Conflicts.With(Words(outcome.Before.Progress.Tasks.First(task => task.Task.Is(request.Task)), action, why, WidgetTexts.Base(lang), texts));
        await deed.Commit();
        return TypedResults.Ok(await open.Shown(outcome.After!, lang, ct));
    }

    // As TaskMoves.Refuse has it, in the customer's language.
    private static string Words(TaskProgress task, TaskAction action, Refusal why, string language, WidgetTexts texts)
    {
        var required = action == TaskAction.Skip && task.Task.Required && TaskMoves.After(task.State, action) is not null;
        return texts.Say("refused_" + (why.Forbidden ? "team" : required ? "required" : task.BlockedBy.Count > 0 && task.State == TaskState.InProgress ? "locked" : TaskMoves.Word(task.State)), ("title", WidgetState.TitleOf(task.Task, language)));
    }
}
