using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Funnel.Tracking;

/// <summary>
/// The events of the funnel, each with a door of its own: thin over the doors for events. What the product knows by itself (sign-up, keys,
/// calls) it writes without them, with the customer or behind the request.
/// </summary>
public sealed class TrackFunnel(Ingest ingest, TimeProvider clock)
{
    public sealed record Answer(string Id, string Status, string? Reason);

    /// <summary>Record a page view: visitor_id, url, referrer, utm_*, and who it was where that is known.</summary>
    public static Task<Results<Accepted<Answer>, ValidationProblem, ProblemHttpResult>> PostPageView(HttpRequest request, ClaimsPrincipal who, TrackFunnel track, RejectedMessages rejected, CancellationToken ct) =>
        track.Take(EventTypes.PageView, request, who, rejected, ct);

    /// <summary>Record that a customer signed up. Without an id it counts once however often it is sent.</summary>
    public static Task<Results<Accepted<Answer>, ValidationProblem, ProblemHttpResult>> PostSignup(HttpRequest request, ClaimsPrincipal who, TrackFunnel track, RejectedMessages rejected, CancellationToken ct) =>
        track.Take(EventTypes.Signup, request, who, rejected, ct);

    /// <summary>Record that a customer has an API key (of your own system).</summary>
    public static Task<Results<Accepted<Answer>, ValidationProblem, ProblemHttpResult>> PostApiKey(HttpRequest request, ClaimsPrincipal who, TrackFunnel track, RejectedMessages rejected, CancellationToken ct) =>
        track.Take(EventTypes.ApiKeyCreated, request, who, rejected, ct);

    /// <summary>Record a call to your API: properties.status is its HTTP status; without one it counts as successful.</summary>
    public static Task<Results<Accepted<Answer>, ValidationProblem, ProblemHttpResult>> PostApiCall(HttpRequest request, ClaimsPrincipal who, TrackFunnel track, RejectedMessages rejected, CancellationToken ct) =>
        track.Take(EventTypes.ApiCall, request, who, rejected, ct);

    private async Task<Results<Accepted<Answer>, ValidationProblem, ProblemHttpResult>> Take(string type, HttpRequest request, ClaimsPrincipal who, RejectedMessages rejected, CancellationToken ct)
    {
        using var body = ReadEnvelope.Parse(await RequestBody.Read(request, ct), out var fault);
        if (body is null) return EventAnswers.Invalid([fault!]);
        using var typed = Typed(body.RootElement, type);
        var read = ReadEnvelope.From(typed?.RootElement ?? body.RootElement, clock.Now(), "native", who.Actor());
        if (read.Event is { } given && given.Type != type) read = read with { Event = null, Faults = [new Fault("type", $"must be {type} here, or left out")] };
        if (read.Event is { CustomerId: null } && type != EventTypes.PageView) read = read with { Event = null, Faults = [new Fault("customer_id", "is missing")] };
        if (read.Event is not { } e)
        {
            rejected.Remember(read, "native", clock.Now());
            return EventAnswers.Invalid(read.Faults);
        }

        if (type == EventTypes.Signup && read.Id is null) e = e with { Id = $"{EventTypes.Signup}:{e.CustomerId}" };
        // A foreign customer is as unknown as one that does not exist.
        var foreign = who.FindFirstValue(Actors.CustomerClaim) is { } own && own != e.CustomerId;
        var receipt = foreign ? new Receipt(e.Id, Verdict.Rejected, $"customer '{e.CustomerId}' does not exist") { UnknownCustomer = true } : (await ingest.Accept([e], ct))[0];
        if (!receipt.UnknownCustomer) return TypedResults.Accepted((string?)null, new Answer(receipt.Id, EventAnswers.Word(receipt.Verdict), receipt.Reason));
        rejected.Remember(read.Id, "native", receipt.Reason!, clock.Now());
        return TypedResults.Problem(receipt.Reason, statusCode: StatusCodes.Status404NotFound);
    }

    // The door says the type, so the body need not.
    private static JsonDocument? Typed(JsonElement body, string type)
    {
        if (body.ValueKind != JsonValueKind.Object || body.TryGetProperty("type", out _)) return null;
        var rest = body.GetRawText().AsSpan().Trim()[1..];
        return JsonDocument.Parse($"{{\"type\":\"{type}\"{(rest.TrimStart()[0] == '}' ? "" : ",")}{rest}", new JsonDocumentOptions { MaxDepth = 512 });
    }
}
