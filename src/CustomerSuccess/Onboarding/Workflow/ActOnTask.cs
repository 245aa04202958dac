using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Customers;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Course;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>Starts, completes, skips, fails or retries a task by hand.</summary>
public static class ActOnTask
{
    /// <param name="CustomerId">Whose.</param>
    /// <param name="Task">Id of the task.</param>
    /// <param name="Action">start, complete, skip, fail or retry.</param>
    /// <param name="Note">Why, or how; at most 2,000 characters.</param>
    public sealed record Request(
        [property: Required, StringLength(300)] string CustomerId, [property: Required, StringLength(60)] string Task, [property: Required, StringLength(20)] string Action, [property: StringLength(2000)] string? Note);

    /// <summary>The task as it is now, and what that changed.</summary>
    public sealed record Answer(ShownTask Task, Impact Impact);

    public sealed record Form
    {
        [StringLength(20)] public string? Action { get; init; }

        [StringLength(2000)] public string? Note { get; init; }
    }

    /// <summary>What came of it: the workflow before and after, or why not. Before is null where there is no such customer; Refused also where there is no such task.</summary>
    public sealed record Outcome(CustomerWorkflow? Before, CustomerWorkflow? After, Refusal? Refused = null, bool NoSuchTask = false);

    /// <summary>
    /// Start, complete, skip, fail or retry a task in the name of the team. A task that stands for a step of the onboarding record completes with the step. What the
    /// state of the task, or of what it comes after, does not allow is 409 with the reason.
    /// </summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem, Conflict<ProblemDetails>>> Handle(Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        if (TaskMoves.Action(request.Action) is not { } action) return EventAnswers.Invalid([new Fault("action", $"is '{request.Action}'; it can be start, complete, skip, fail or retry")]);
        if (request.Note?.Contains('\0', StringComparison.Ordinal) == true) return EventAnswers.Invalid([new Fault("note", "holds a NUL character, which cannot be stored")]);
        await using var deed = await deeds.Begin(who, ct);
        var outcome = await Run(deed, request.CustomerId, request.Task, action, request.Note, byCustomer: false, ct);
        if (outcome.Before is null) return TypedResults.NotFound();
        if (outcome.NoSuchTask) return EventAnswers.Invalid([new Fault("task", $"'{request.Task}' is no task of version {outcome.Before.Progress.Version}, which this customer is on")]);
        if (outcome.Refused is { } refused) return Conflicts.With(refused.Why);
        await deed.Commit();
        return TypedResults.Ok(new Answer(ShownTask.Of(outcome.After!.Progress.Of(Found(outcome.After, request.Task)!), outcome.After.Pace), Impact.Of(outcome.Before.Progress, outcome.After.Progress)));
    }

    /// <summary>The page's form.</summary>
    public static async Task<IResult> Submit(string id, string task, [FromForm] Form? form, HttpContext http, Deeds deeds, CancellationToken ct)
    {
        if (TaskMoves.Action(form?.Action) is not { } action) return TypedResults.NotFound();
        await using var deed = await deeds.Begin(http.User, ct);
        var outcome = await Run(deed, id, task, action, form?.Note?.Replace("\0", "", StringComparison.Ordinal), byCustomer: false, ct);
        if (outcome.Before is null || outcome.NoSuchTask) return TypedResults.NotFound();
        if (outcome.Refused is { } refused) return Back.ToCustomer(http, id, $"Nothing was changed. {refused.Why}", anchor: "workflow");
        await deed.Commit();
        var (shown, impact) = (outcome.After!.Progress.Of(Found(outcome.After, task)!), Impact.Of(outcome.Before.Progress, outcome.After.Progress));
        return Back.ToCustomer(http, id, $"“{shown.Task.Title}” is {TaskMoves.Word(shown.State).Replace('_', ' ')}.{impact.Words}", anchor: "workflow");
    }

    /// <summary>The same for any caller: the page, the widget (by the customer), the command line. The caller commits where nothing is refused.</summary>
    public static async Task<Outcome> Run(Deed deed, string customer, string task, TaskAction action, string? note, bool byCustomer, CancellationToken ct)
    {
        await deed.Lock(customer);
        if (await ReadWorkflow.One(deed.Connection, deed.Transaction, customer, ct) is not { } before) return new(null, null);
        if (Found(before, task) is not { } id) return new(before, null, NoSuchTask: true);
        var now = before.Progress.Of(id);
        if (TaskMoves.Refuse(now.Task, now, action, byCustomer) is { } refused) return new(before, null, refused);
        await deed.Write(EventOf(deed, customer, now, action, note));
        return new(before, await ReadWorkflow.One(deed.Connection, deed.Transaction, customer, ct));
    }

    /// <summary>The event that says so: of a step's task, the step itself.</summary>
    internal static Envelope EventOf(Deed deed, string customer, TaskProgress task, TaskAction action, string? note)
    {
        var kept = string.IsNullOrWhiteSpace(note) ? null : note.ReplaceLineEndings("\n").Trim();
        return action == TaskAction.Complete && task.Task.Step is { } step
            ? deed.Event(EventTypes.StepPrefix + step, customer, new { note = kept })
            : deed.Event(WorkflowEvents.Of(action), customer, new { task = task.Task.Id, title = task.Task.Title, note = kept });
    }

    private static string? Found(CustomerWorkflow workflow, string task) => workflow.Definition.Tasks.FirstOrDefault(each => each.Is(task))?.Id;
}
