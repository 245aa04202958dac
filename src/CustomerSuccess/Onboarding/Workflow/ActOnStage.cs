using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>Opens a stage by hand, or skips or retries its tasks together.</summary>
public static class ActOnStage
{
    /// <param name="CustomerId">Whose.</param>
    /// <param name="Stage">Id of the stage.</param>
    /// <param name="Action">unlock: open it before its conditions hold; skip: skip all its tasks that may be skipped now; retry: retry all that were skipped or failed.</param>
    /// <param name="Note">Why; at most 2,000 characters.</param>
    public sealed record Request(
        [property: Required, StringLength(300)] string CustomerId, [property: Required, StringLength(60)] string Stage, [property: Required, StringLength(20)] string Action, [property: StringLength(2000)] string? Note);

    /// <summary>The stage as it is now, and what that changed.</summary>
    public sealed record Answer(ShownStage Stage, Impact Impact);

    /// <summary>Open a stage before its conditions hold, or skip or retry its tasks together. A stage that is open, or in which nothing can be skipped or retried, is 409 with the reason.</summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem, Conflict<ProblemDetails>>> Handle(Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        if (request.Action is not ("unlock" or "skip" or "retry")) return EventAnswers.Invalid([new Fault("action", $"is '{request.Action}'; it can be unlock, skip or retry")]);
        if (request.Note?.Contains('\0', StringComparison.Ordinal) == true) return EventAnswers.Invalid([new Fault("note", "holds a NUL character, which cannot be stored")]);
        await using var deed = await deeds.Begin(who, ct);
        await deed.Lock(request.CustomerId);
        if (await ReadWorkflow.One(deed.Connection, deed.Transaction, request.CustomerId, ct) is not { } before) return TypedResults.NotFound();
        if (before.Progress.Stages.FirstOrDefault(each => each.Stage.Id == request.Stage) is not { } stage)
            return EventAnswers.Invalid([new Fault("stage", $"'{request.Stage}' is no stage of version {before.Progress.Version}, which this customer is on; the stages are {string.Join(", ", before.Definition.Stages.Select(each => each.Id))}")]);
        if (request.Action == "unlock")
        {
            if (stage.BlockedBy.Count == 0) return Conflicts.With($"“{stage.Stage.Title}” is open already.");
            await deed.Write(Unlock(deed, request.CustomerId, stage.Stage, request.Note));
        }
        else
        {
            var action = request.Action == "skip" ? TaskAction.Skip : TaskAction.Retry;
            var tasks = stage.Tasks.Where(task => TaskMoves.Refuse(task.Task, task, action, byCustomer: false) is null).ToList();
            if (tasks.Count == 0) return Conflicts.With($"In “{stage.Stage.Title}” there is nothing to {request.Action} now.");
            await deed.Write([.. tasks.Select(task => ActOnTask.EventOf(deed, request.CustomerId, task, action, request.Note))]);
        }

        var after = (await ReadWorkflow.One(deed.Connection, deed.Transaction, request.CustomerId, ct))!;
        await deed.Commit();
        return TypedResults.Ok(new Answer(ShownStage.Of(after.Progress.Stages.First(each => each.Stage.Id == request.Stage), after.Pace), Impact.Of(before.Progress, after.Progress)));
    }

    /// <summary>The event that opens a stage.</summary>
    internal static Envelope Unlock(Deed deed, string customer, StageDefinition stage, string? note) => deed.Event(WorkflowEvents.StageUnlocked, customer, new { stage = stage.Id, title = stage.Title, note });
}
