using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow;

/// <summary>A customer's workflow.</summary>
public static class GetWorkflow
{
    /// <summary>Where a customer stands: stages and tasks with what blocks them, progress, points, badges, what comes next and the time left.</summary>
    public static async Task<Results<Ok<ShownWorkflow>, NotFound, ValidationProblem>> Handle([FromQuery(Name = "customer_id")] string? customer, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(customer)) return EventAnswers.Invalid([new Fault("customer_id", "is missing: whose workflow?")]);
        return await ReadWorkflow.One(db, customer, ct) is { } found ? TypedResults.Ok(ShownWorkflow.Of(found, clock.Now())) : TypedResults.NotFound();
    }
}
