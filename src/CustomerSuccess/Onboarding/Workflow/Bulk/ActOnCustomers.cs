using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Onboarding.Workflow.Bulk;

/// <summary>
/// Does the same to up to 50 customers, by the same events as one by one; or says what that would do. A preview writes all of it and takes it back, so that it is what is so
/// when it is done.
/// </summary>
public static class ActOnCustomers
{
    /// <summary>One of them. Done: it was done (of a preview: would be), with its impact; else why not.</summary>
    public sealed record Outcome(string CustomerId, string? Organization, bool Done, string? Why, Impact? Impact);

    /// <summary>In the order asked for. Undo: how it is taken back, or that it cannot be.</summary>
    public sealed record Answer(int Done, int NotDone, IReadOnlyList<Outcome> Customers, bool Preview, BulkUndo Undo);

    /// <summary>
    /// Start, complete, skip, fail, retry or reset a task, unlock a stage or move to a version, for up to 50 customers at once; with preview only say what it would do to each. Whoever it
    /// is not allowed for stays as they are, with the reason.
    /// </summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem>> Handle(BulkRequest request, ClaimsPrincipal who, Deeds deeds, AuditLog audit, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(who, ct);
        var (answer, faults) = await Run(deed, request, ct);
        if (answer is null) return EventAnswers.Invalid(faults);
        await Finish(deed, request, answer, who, audit, ct);
        return TypedResults.Ok(answer);
    }

    /// <summary>Keeps what was done, with a line in the audit log; of a preview nothing.</summary>
    public static async Task Finish(Deed deed, BulkRequest request, Answer answer, ClaimsPrincipal who, AuditLog audit, CancellationToken ct)
    {
        if (request.Preview || answer.Done == 0) return;
        await audit.Write(deed.Connection, deed.Transaction, who.AuditActor(), "workflow.bulk", "workflow",
            new { request.Action, request.Task, request.Stage, request.Version, answer.Done, answer.NotDone }, ct);
        await deed.Commit();
    }

    /// <summary>In the caller's deed, which is finished, or left for a preview.</summary>
    public static async Task<(Answer? Answer, IReadOnlyList<Fault> Faults)> Run(Deed deed, BulkRequest request, CancellationToken ct)
    {
        var definitions = await KnownDefinitions.Read(deed.Connection, deed.Transaction, ct);
        if (request.Faults(definitions) is { Count: > 0 } faults) return (null, faults);
        var ids = request.CustomerIds.Distinct(StringComparer.Ordinal).ToList();
        if (!request.Preview) await EventLog.Lock(deed.Connection, deed.Transaction, ids, ct);
        var known = ids.ToDictionary(id => id, _ => (IReadOnlySet<string>?)new HashSet<string>(), StringComparer.Ordinal);
        var names = (await deed.Connection.QueryAsync<(string, string)>(new CommandDefinition(
            "select customer_id, organization from customers where customer_id = any(@ids)", new { ids }, deed.Transaction, cancellationToken: ct))).ToDictionary(StringComparer.Ordinal);
        var before = (await LoadCourses.Run(deed.Connection, deed.Transaction, known, definitions, ct)).ToDictionary(one => one.Progress.CustomerId, StringComparer.Ordinal);
        var decided = ids.ToDictionary(id => id, id => before.TryGetValue(id, out var one) ? Decide(deed, request, one, definitions) : (Event: null, Why: "There is no such customer."), StringComparer.Ordinal);
        var events = decided.Values.Select(one => one.Event).OfType<Envelope>().ToList();
        if (events.Count > 0) await deed.Write(events);
        var after = events.Count == 0 ? before : (await LoadCourses.Run(deed.Connection, deed.Transaction, known, definitions, ct)).ToDictionary(one => one.Progress.CustomerId, StringComparer.Ordinal);
        var outcomes = ids.ConvertAll(id => decided[id].Event is null ? new Outcome(id, names.GetValueOrDefault(id), false, decided[id].Why, null)
            : new Outcome(id, names[id], true, null, Impact.Of(before[id].Progress, after[id].Progress)));
        var from = before.Values.Where(one => decided[one.Progress.CustomerId].Event is not null).Select(one => one.Progress.Version).Distinct().ToList();
        return (new(events.Count, ids.Count - events.Count, outcomes, request.Preview, BulkUndo.Of(request, definitions, from)), []);
    }

    // The event that does it; or why it is refused, as it is for one.
    private static (Envelope? Event, string? Why) Decide(Deed deed, BulkRequest request, Standing standing, KnownDefinitions definitions)
    {
        var (progress, id) = (standing.Progress, standing.Progress.CustomerId);
        if (request.Action == "move")
        {
            return progress.Version == request.Version ? (null, $"They are on version {request.Version} already.") : (MoveCustomer.EventOf(deed, progress, definitions.Of(request.Version!.Value)), null);
        }

        if (request.Action == "unlock")
        {
            if (progress.Stages.FirstOrDefault(each => each.Stage.Id == request.Stage) is not { } stage) return (null, $"“{request.Stage}” is no stage of version {progress.Version}, which they are on.");
            return stage.BlockedBy.Count == 0 ? (null, $"“{stage.Stage.Title}” is open already.") : (ActOnStage.Unlock(deed, id, stage.Stage, request.Note), null);
        }

        if (standing.Definition.Tasks.FirstOrDefault(each => each.Is(request.Task!)) is not { } definition) return (null, $"“{request.Task}” is no task of version {progress.Version}, which they are on.");
        var task = progress.Of(definition.Id);
        if (request.Action == "reset")
        {
            if (definition.Step is not { } step) return (null, $"“{definition.Title}” stands for no step; what is completed stays completed.");
            return task.Done ? (deed.Event(EventTypes.StepReset, id, new { step }), null) : (null, $"“{definition.Title}” is not completed.");
        }

        var action = TaskMoves.Action(request.Action)!.Value;
        return TaskMoves.Refuse(definition, task, action, byCustomer: false) is { } refused ? (null, refused.Why) : (ActOnTask.EventOf(deed, id, task, action, request.Note), null);
    }
}
