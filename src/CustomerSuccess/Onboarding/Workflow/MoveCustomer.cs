using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>Moves a customer to another version of the definition. What was done stays done: the move itself says what that was.</summary>
public static class MoveCustomer
{
    /// <param name="CustomerId">Whom.</param>
    /// <param name="Version">To which published version; without it to the newest.</param>
    /// <param name="Preview">Only say what it would change.</param>
    public sealed record Request([property: Required, StringLength(300)] string CustomerId, int? Version, bool Preview = false);

    /// <summary>The workflow as it is now (of a preview: as it would be), and what that changed.</summary>
    public sealed record Answer(ShownWorkflow Workflow, Impact Impact, bool Preview);

    /// <summary>Move a customer to another published version of the workflow, or with preview say what that would change. Nothing that was done is lost. 409 where the customer is on it already.</summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem, Conflict<ProblemDetails>>> Handle(Request request, ClaimsPrincipal who, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        await deed.Lock(request.CustomerId);
        if (await ReadWorkflow.One(deed.Connection, deed.Transaction, request.CustomerId, ct) is not { } before) return TypedResults.NotFound();
        var version = request.Version ?? before.Definitions.Current.Version;
        if (!before.Definitions.Versions.TryGetValue(version, out var definition))
            return EventAnswers.Invalid([new Fault("version", $"{version} is not published; there are {string.Join(", ", before.Definitions.Versions.Keys)}")]);
        if (before.Progress.Version == version) return Conflicts.With($"The customer is on version {version} already.");
        await deed.Write(EventOf(deed, before.Progress, definition));
        // Written in both cases: a preview is what is so when it is done, and then not done.
        var after = (await ReadWorkflow.One(deed.Connection, deed.Transaction, request.CustomerId, ct))!;
        if (!request.Preview) await deed.Commit();
        return TypedResults.Ok(new Answer(ShownWorkflow.Of(after, deed.Now), Impact.Of(before.Progress, after.Progress), request.Preview));
    }

    /// <summary>Steps need not be kept: they are told by their own events.</summary>
    internal static Envelope EventOf(Deed deed, CustomerProgress before, WorkflowDefinition to) => deed.Event(WorkflowEvents.Moved, before.CustomerId, new
    {
        version = to.Version,
        from = before.Version,
        kept = before.Tasks.Where(task => task.Done && task.Task.Step is null).Select(task => new { task = task.Task.Id, at = task.Since, by = task.By }),
    });
}
