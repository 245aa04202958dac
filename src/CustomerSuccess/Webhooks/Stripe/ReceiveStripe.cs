using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Webhooks.Deliveries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Webhooks.Stripe;

/// <summary>The door Stripe delivers to.</summary>
public static class ReceiveStripe
{
    /// <summary>What became of a delivery: stored, ignored (nothing follows from its kind), duplicate or failed.</summary>
    public sealed record Answer(string Id, string Status, string? Reason);

    /// <summary>
    /// A delivery of Stripe, signed with Stripe-Signature not more than five minutes ago. 202 says what became of it, kinds
    /// that mean nothing here included; 401 for a signature that is missing, wrong or old.
    /// </summary>
    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(HttpRequest request, SignedBody door, StoreDelivery store, TimeProvider clock, CancellationToken ct)
    {
        var taken = await door.Take(
            Provider.Stripe, request, "Stripe-Signature", (header, body, secrets) => StripeSignature.Problem(header, body.Span, secrets, clock.GetUtcNow()), ct);
        if (taken.Refusal is { } refusal) return refusal;
        using var json = ReadEnvelope.Parse(taken.Body, out var fault);
        if (json is null) return door.Unreadable(Provider.Stripe, $"The payload is {fault!.Message}.");
        if (TranslateStripe.Id(json.RootElement) is not { } id) return door.Unreadable(Provider.Stripe, "The payload is none of Stripe's events: it has no id.");
        var outcome = await store.Run(Provider.Stripe, id, taken.Body, TranslateStripe.Read(id, json.RootElement, clock.Now()), fetched: false, ct);
        return TypedResults.Accepted((string?)null, new Answer(id, outcome.Word, outcome.Detail));
    }
}
