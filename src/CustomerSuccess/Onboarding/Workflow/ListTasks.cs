using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>Tasks of one customer, or of all of them.</summary>
public static class ListTasks
{
    /// <summary>A task of a customer. Detail: everything about it, where the tasks of one customer were asked for.</summary>
    public sealed record Item(string CustomerId, string Task, string Title, string Stage, string State, DateTime Since, DateTime? OpenedAt, DateTime? DoneAt, string By, int Attempts, int Counted, ShownTask? Detail);

    /// <summary>Next: the value of `after` for the next page, null on the last one.</summary>
    public sealed record Answer(IReadOnlyList<Item> Tasks, string? Next);

    private sealed record Row(string CustomerId, int Version, string Task, string Stage, string State, DateTime Since, DateTime? OpenedAt, DateTime? DoneAt, string DoneBy, int Attempts, int Counted);

    /// <summary>
    /// The tasks of a customer with everything about them; or, without customer_id, tasks of all customers in totals (neither churned nor archived nor tests), by customer. Filtered by
    /// stage, task, state and required.
    /// </summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem>> Handle([AsParameters] TaskFilter filter, NpgsqlDataSource db, CancellationToken ct)
    {
        if (filter.Faults() is { Count: > 0 } faults) return EventAnswers.Invalid(faults);
        await using var connection = await db.OpenConnectionAsync(ct);
        if (string.IsNullOrEmpty(filter.Customer)) return TypedResults.Ok(await OfAll(connection, filter, ct));
        if (await ReadWorkflow.One(connection, null, filter.Customer, ct) is not { } found) return TypedResults.NotFound();
        var shown = found.Progress.Tasks.Select(task => (Task: task, Shown: ShownTask.Of(task, found.Pace))).Where(each => filter.Fits(each.Shown)).Take(filter.Rows)
            .Select(each => new Item(filter.Customer, each.Shown.Id, each.Shown.Title, each.Shown.Stage, each.Shown.State, each.Shown.Since, each.Shown.OpenedAt, each.Shown.DoneAt, each.Shown.By, each.Shown.Attempts, each.Shown.Counted, each.Shown));
        return TypedResults.Ok(new Answer([.. shown], null));
    }

    // By customer, so that a page goes on where the one before ended whatever moved meanwhile.
    private static async Task<Answer> OfAll(NpgsqlConnection connection, TaskFilter filter, CancellationToken ct)
    {
        var definitions = await KnownDefinitions.Read(connection, null, ct);
        var place = filter.After?.LastIndexOf('~') is > 0 and var at ? (Customer: filter.After[..at], Task: filter.After[(at + 1)..]) : default((string Customer, string Task)?);
        // Which tasks are required, depends on the version; the row knows neither.
        var required = filter.Required is { } wanted ? definitions.Versions.SelectMany(version => version.Value.Tasks.Where(task => task.Required == wanted).Select(task => $"{version.Key}:{task.Id}")).ToArray() : null;
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select t.customer_id, w.version, t.task, t.stage, t.state, t.since, t.opened_at, t.done_at, t.done_by, t.attempts, t.counted
            from workflow_tasks t join workflow w on w.customer_id = t.customer_id
            where w.counted and (@stage is null or t.stage = @stage) and (@task is null or t.task = @task) and (@state is null or t.state = @state)
              and (@required::text[] is null or w.version || ':' || t.task = any(@required))
              and (@customer is null or (t.customer_id, t.task) > (@customer, @after))
            order by t.customer_id, t.task limit @rows
            """,
            new { stage = None(filter.Stage), task = None(filter.Task), state = None(filter.State), required, customer = place?.Customer, after = place?.Task, rows = filter.Rows + 1 }, cancellationToken: ct))).AsList();
        var shown = rows.Take(filter.Rows).Select(row => new Item(row.CustomerId, row.Task, definitions.Of(row.Version).TitleOf(row.Task), row.Stage, row.State, row.Since, row.OpenedAt, row.DoneAt, row.DoneBy, row.Attempts, row.Counted, null)).ToList();
        return new(shown, rows.Count > shown.Count ? $"{shown[^1].CustomerId}~{shown[^1].Task}" : null);
    }

    private static string? None(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
