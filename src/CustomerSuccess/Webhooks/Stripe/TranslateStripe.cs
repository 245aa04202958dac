using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Webhooks.Deliveries;

namespace CustomerSuccess.Webhooks.Stripe;

/// <summary>
/// A Stripe delivery to events (SPEC §1.3). Pure. Its id and its time are those of Stripe's own event, inside the signed body.
/// </summary>
public static class TranslateStripe
{
    public const string Source = "stripe";

    /// <summary>The kinds that become events; all others are counted and let go.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed",
        "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
    ];

    /// <summary>evt_…, or null where the body is none of Stripe's events.</summary>
    public static string? Id(JsonElement payload) => payload.At("id").Text(120);

    public static Reading Read(string id, JsonElement payload, DateTime received)
    {
        var (kind, about) = (Payload.Kind(payload.At("type").Text(100)), payload.At("data", "object"));
        var customer = Reference(about.At("customer")) ?? (about.At("object").Text() == "customer" ? about.At("id").Text(100) : null);
        var account = customer is null ? null : "stripe:" + customer;
        if (!Kinds.Contains(kind, StringComparer.Ordinal)) return Reading.Ignored(kind, account, "unknown_kind", "Nothing follows from this kind.");
        if (account is null) return Reading.Ignored(kind, null, "no_account", "The payload names no customer of Stripe.");
        var at = ReadEnvelope.Occurred(payload.At("created").Whole() is { } seconds and > 0 and < 4_102_444_800
            ? Days.Micro(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime) : received, null, received).Occurred;
        // Who it may be, where no customer here carries the id of Stripe: the address on the invoice, or our id in the metadata.
        var email = about.At("customer_email").Text(254) ?? about.At("customer", "email").Text(254);
        var claimed = new[]
        {
            about.At("metadata"), about.At("subscription_details", "metadata"), about.At("parent", "subscription_details", "metadata"), about.At("customer", "metadata"),
        }.Select(metadata => metadata.At("customer_id").Text(128)).FirstOrDefault(named => named is not null && named[0] != '~');
        return kind.StartsWith("invoice.", StringComparison.Ordinal) ? Invoice() : Changed();

        Reading Invoice()
        {
            if (about.At("id").Text(100) is not { } invoice) return Reading.Ignored(kind, account, "malformed", "The invoice has no id.");
            var paid = kind != "invoice.payment_failed";
            var currency = about.At("currency").Text(3)?.ToLowerInvariant() ?? "";
            var amount = Money.Amount(Money.Read(about.At(paid ? "amount_paid" : "amount_due")) ?? Money.Read(about.At("total")) ?? 0, currency);
            var e = Event(paid ? EventTypes.PaymentSucceeded : EventTypes.PaymentFailed, new
            {
                amount,
                currency,
                invoice,
                number = about.At("number").Words(100),
                subscription = Reference(about.At("subscription")) ?? Reference(about.At("parent", "subscription_details", "subscription")),
                billing_reason = about.At("billing_reason").Words(60),
                attempt = about.At("attempt_count").Whole(),
                test = payload.At("livemode").Is(false) ? true : (bool?)null,
                customer_email = email,
                customer_ref = claimed,
            });
            // Stripe tells of one payment twice, as invoice.paid and as invoice.payment_succeeded.
            return new Reading(kind, account, [e]) { OncePer = paid ? new(e.Type, "invoice", invoice) : null };
        }

        Reading Changed()
        {
            if (Subscription.Read(about) is not { } subscription) return Reading.Ignored(kind, account, "malformed", "The subscription has no id.");
            var e = Event(EventTypes.SubscriptionChanged, new
            {
                subscription = subscription.Id,
                change = kind["customer.subscription.".Length..],
                status = subscription.Status,
                plan = subscription.Plan,
                mrr = subscription.Mrr,
                currency = subscription.Currency,
                cancel_at_period_end = subscription.CancelAtPeriodEnd,
                current_period_end = subscription.CurrentPeriodEnd,
                paused = subscription.Paused ? true : (bool?)null,
                test = payload.At("livemode").Is(false) ? true : (bool?)null,
                customer_email = email,
                customer_ref = claimed,
            });
            return new Reading(kind, account, [e]);
        }

        Envelope Event(string type, object properties) => new()
        {
            Id = id,
            Source = Source,
            Type = type,
            GroupId = account,
            OccurredAt = at,
            ReceivedAt = received,
            Properties = JsonSerializer.Serialize(properties, Reading.Written),
        };
    }

    // An id, or the whole object where the sender expands it.
    private static string? Reference(JsonElement json) => json.Text(100) ?? json.At("id").Text(100);
}
