using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Funnel.Tracking;

/// <summary>
/// The events of the funnel, each with a door and a call of its own: thin over the doors for events. For code of the product
/// they are best effort: a failure is logged, and sign-up or a request goes on.
/// </summary>
public sealed class TrackFunnel(Ingest ingest, TimeProvider clock, ILogger<TrackFunnel> log)
{
    public sealed record Answer(string Id, string Status, string? Reason);

    /// <summary>Somebody looked at a page. False where it could not be recorded.</summary>
    public Task<bool> PageView(string visitor, Visit visit, string? customer = null, object? properties = null) =>
        BestEffort(Event(EventTypes.PageView, customer, properties, null) with { VisitorId = visitor, Visit = visit });

    /// <summary>A customer signed up; told twice it counts once.</summary>
    public Task<bool> Signup(string customer, object? properties = null) => BestEffort(Event(EventTypes.Signup, customer, properties, $"{EventTypes.Signup}:{customer}"));

    /// <summary>A customer has an API key; the same key told twice counts once.</summary>
    public Task<bool> ApiKeyCreation(string customer, string keyId) => BestEffort(Event(EventTypes.ApiKeyCreated, customer, new { key_id = keyId }, $"{EventTypes.ApiKeyCreated}:{keyId}"));

    /// <summary>A customer called the API, with this HTTP status.</summary>
    public Task<bool> ApiCall(string customer, int status) => BestEffort(Event(EventTypes.ApiCall, customer, new { status }, null));

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

    private Envelope Event(string type, string? customer, object? properties, string? id) => new()
    {
        Id = id ?? Guid.CreateVersion7().ToString("N"),
        Source = "system",
        Type = type,
        CustomerId = customer,
        OccurredAt = clock.Now(),
        ReceivedAt = clock.Now(),
        Actor = "system",
        Properties = JsonSerializer.Serialize(properties ?? new { }),
    };

    private async Task<bool> BestEffort(Envelope e)
    {
        try
        {
            var receipt = (await ingest.Accept([e], CancellationToken.None))[0];
            if (receipt.UnknownCustomer) log.LogWarning("{Type} not tracked: {Reason}", e.Type, receipt.Reason);
            return !receipt.UnknownCustomer;
        }
        catch (Exception error)
        {
            log.LogWarning("{Type} not tracked: {Reason}", e.Type, error.Message);
            return false;
        }
    }
}
