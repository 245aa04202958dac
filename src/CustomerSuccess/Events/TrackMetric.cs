using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Events;

/// <summary>The door the GitHub Action calls: one event, <c>{"customer_id","event_type","metadata"}</c>.</summary>
public static class TrackMetric
{
    public sealed record Answer(string Id, string Status, string? Reason);

    /// <summary>
    /// Record one event about a customer. Optional: message_id (makes retries safe) and timestamp. The answer comes after
    /// the event is stored. 400 names each bad field, 403 is a key of another customer, 404 an unknown customer.
    /// </summary>
    public static async Task<Results<Accepted<Answer>, ValidationProblem, ProblemHttpResult>> Handle(
        HttpRequest request, ClaimsPrincipal principal, ActionCalls action, RejectedMessages rejected, TimeProvider clock, CancellationToken ct)
    {
        using var json = ReadEnvelope.Parse(await RequestBody.Read(request, ct), out var fault);
        if (json is null) return EventAnswers.Invalid([fault!]);
        var read = ReadEnvelope.From(json.RootElement, clock.Now(), "native", principal.Actor(), "event_type", "metadata", "message_id", "timestamp");
        if (read.Event is { CustomerId: null }) read = read with { Event = null, Faults = [new Fault("customer_id", "is missing")] };
        if (read.Event is not { } e)
        {
            rejected.Remember(read, "native", clock.Now());
            return EventAnswers.Invalid(read.Faults);
        }

        if (principal.FindFirstValue(Actors.CustomerClaim) is { } own && own != e.CustomerId)
            return Refuse($"This key belongs to another customer than '{e.CustomerId}'.", StatusCodes.Status403Forbidden);
        var receipt = await action.Accept(e, ct);
        if (!receipt.UnknownCustomer) return TypedResults.Accepted((string?)null, new Answer(receipt.Id, EventAnswers.Word(receipt.Verdict), receipt.Reason));
        var unknown = $"There is no customer '{e.CustomerId}'. Create it with POST /api/v1/customers or an import.";
        rejected.RememberWhole(e, read.Id, unknown, clock.Now());
        return TypedResults.Problem(unknown, statusCode: StatusCodes.Status404NotFound);

        ProblemHttpResult Refuse(string why, int status)
        {
            rejected.Remember(read.Id, "native", why, clock.Now());
            return TypedResults.Problem(why, statusCode: status);
        }
    }
}
