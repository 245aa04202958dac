using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Events;

/// <summary>The full envelope, one event or an array of up to 1,000, each with its own verdict.</summary>
public static class PostEvents
{
    private const int Most = 1_000;

    /// <summary>One message's verdict; errors by field where it was rejected.</summary>
    public sealed record Answer(string? Id, string Status, string? Reason = null, IReadOnlyDictionary<string, string[]>? Errors = null);

    public sealed record Answers(int Accepted, int Duplicate, int Rejected, IReadOnlyList<Answer> Results);

    /// <summary>
    /// Record events. A bad one never fails its neighbours: the answer is 202 with a verdict for each; 400 when none was
    /// acceptable. With one event alone: 202, 400, or 404 for an unknown customer.
    /// </summary>
    public static async Task<Results<Accepted<Answers>, Accepted<Answer>, BadRequest<Answers>, ValidationProblem, ProblemHttpResult>> Handle(
        HttpRequest request, ClaimsPrincipal principal, Ingest ingest, RejectedMessages rejected, TimeProvider clock, CancellationToken ct)
    {
        using var json = ReadEnvelope.Parse(await RequestBody.Read(request, ct), out var fault);
        if (json is null) return EventAnswers.Invalid([fault!]);
        var alone = json.RootElement.ValueKind != JsonValueKind.Array;
        if (!alone && json.RootElement.GetArrayLength() is var length and (0 or > Most))
            return EventAnswers.Invalid([new Fault("body", length == 0 ? "is an empty array" : $"holds {length} events; at most {Most} are allowed in one call")]);

        var now = clock.Now();
        var own = principal.FindFirstValue(Actors.CustomerClaim);
        var elements = alone ? [json.RootElement] : json.RootElement.EnumerateArray().ToArray();
        var read = elements.Select(element => Read(element, now, principal.Actor(), own)).ToList();
        foreach (var bad in read.Where(one => one.Event is null)) rejected.Remember(bad, "native", now);
        var receipts = new Queue<Receipt>(await Store(ingest, [.. read.Where(one => one.Event is not null).Select(one => one.Event!)], ct));
        var answers = read.ConvertAll(one =>
        {
            if (one.Event is null) return new Answer(one.Id, "rejected", "invalid", EventAnswers.Fields(one.Faults));
            var receipt = receipts.Dequeue();
            if (receipt.UnknownCustomer) rejected.RememberWhole(one.Event, one.Id, receipt.Reason!, now);
            return new Answer(receipt.Id, EventAnswers.Word(receipt.Verdict), receipt.Reason);
        });

        if (alone)
        {
            return read[0].Event is null ? EventAnswers.Invalid(read[0].Faults)
                : answers[0].Status == "rejected" ? TypedResults.Problem(answers[0].Reason, statusCode: StatusCodes.Status404NotFound)
                : TypedResults.Accepted((string?)null, answers[0]);
        }

        var all = new Answers(
            answers.Count(answer => answer.Status is "accepted" or "late"), answers.Count(answer => answer.Status == "duplicate"),
            answers.Count(answer => answer.Status is "rejected" or "quarantined"), answers);
        return all.Rejected == answers.Count ? TypedResults.BadRequest(all) : TypedResults.Accepted((string?)null, all);
    }

    private static ReadResult Read(JsonElement element, DateTime now, string actor, string? own)
    {
        var read = ReadEnvelope.From(element, now, "native", actor);
        // A foreign customer is as unknown as one that does not exist.
        return own is not null && read.Event is { } e && e.CustomerId != own
            ? read with { Event = null, Faults = [new Fault("customer_id", $"customer '{e.CustomerId}' does not exist")] }
            : read;
    }

    private static Task<IReadOnlyList<Receipt>> Store(Ingest ingest, List<Envelope> events, CancellationToken ct) =>
        events.Count == 0 ? Task.FromResult<IReadOnlyList<Receipt>>([]) : ingest.Accept(events, ct);
}
