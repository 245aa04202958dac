using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>The stages, of one customer or with how many stand where.</summary>
public static class ListStages
{
    /// <summary>Of: the stages of the customer asked for, with their tasks. Counts: without a customer, how many stand in each stage of the journey, 'completed' the last.</summary>
    public sealed record Answer(string? CustomerId, IReadOnlyList<ShownStage>? Of, IReadOnlyList<Board.StageCount>? Counts);

    /// <summary>The stages of a customer with their tasks; or, without customer_id, how many customers in totals stand in each, and how many of them are stuck.</summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem>> Handle([FromQuery(Name = "customer_id")] string? customer, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (customer is { Length: > 400 } || customer?.Contains('\0', StringComparison.Ordinal) == true) return EventAnswers.Invalid([new Fault("customer_id", "is no id of a customer")]);
        await using var connection = await db.OpenConnectionAsync(ct);
        if (string.IsNullOrEmpty(customer)) return TypedResults.Ok(new Answer(null, null, await Board.ReadBoard.Counts(connection, clock.Now(), ct)));
        return await ReadWorkflow.One(connection, null, customer, ct) is { } found
            ? TypedResults.Ok(new Answer(customer, [.. found.Progress.Stages.Select(stage => ShownStage.Of(stage, found.Pace))], null)) : TypedResults.NotFound();
    }
}
