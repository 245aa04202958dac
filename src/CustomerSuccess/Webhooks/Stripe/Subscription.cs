using System.Text.Json;
using CustomerSuccess.Webhooks.Deliveries;

namespace CustomerSuccess.Webhooks.Stripe;

/// <summary>
/// A subscription as a delivery shows it: what is paid a month at list price, without discounts, taxes and metered usage.
/// Pure. Old and new shapes of the API alike: price or plan, current_period_end on the subscription or on its items.
/// </summary>
public sealed record Subscription(
    string Id, string Status, string Plan, decimal Mrr, string Currency, bool CancelAtPeriodEnd, DateTime? CurrentPeriodEnd, bool Paused)
{
    /// <summary>Pays now: its amount is revenue.</summary>
    public bool Pays => Status is "active" or "past_due" && !Paused;

    /// <summary>The customer is on it, paying or not yet.</summary>
    public bool Lives => Status is "active" or "past_due" or "trialing" or "unpaid" or "paused";

    public static Subscription? Read(JsonElement json)
    {
        if (json.At("id").Text() is not { } id) return null;
        var items = json.At("items", "data") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Take(100).ToList() : [];
        var lines = items.ConvertAll(item => Line(item.At("price") is { ValueKind: JsonValueKind.Object } price ? price : item.At("plan"), item.At("quantity")));
        if (lines.Count == 0 && json.At("plan").ValueKind == JsonValueKind.Object) lines.Add(Line(json.At("plan"), json.At("quantity")));
        var largest = lines.MaxBy(line => line.Mrr);
        var currency = json.At("currency").Text(3)?.ToLowerInvariant() ?? largest?.Currency ?? "";
        var ends = items.Select(item => Instant(item.At("current_period_end"))).Append(Instant(json.At("current_period_end"))).OfType<DateTime>().ToList();
        return new Subscription(
            id, json.At("status").Text(40) ?? "unknown", largest?.Name ?? "", decimal.Round(lines.Sum(line => line.Mrr), 2, MidpointRounding.AwayFromZero), currency,
            json.At("cancel_at_period_end").Is(true), ends.Count > 0 ? ends.Min() : null, json.At("pause_collection").ValueKind == JsonValueKind.Object);
    }

    private sealed record Price(string Name, decimal Mrr, string Currency);

    // A price has its interval inside recurring, a plan beside the amount; metered and tiered ones have no amount to multiply.
    private static Price Line(JsonElement price, JsonElement quantity)
    {
        var recurring = price.At("recurring") is { ValueKind: JsonValueKind.Object } inside ? inside : price;
        var currency = price.At("currency").Text(3)?.ToLowerInvariant() ?? "";
        var unit = Money.Read(price.At("unit_amount_decimal")) ?? Money.Read(price.At("unit_amount")) ?? Money.Read(price.At("amount_decimal")) ?? Money.Read(price.At("amount")) ?? 0;
        var many = recurring.At("usage_type").Text(20) == "metered" ? 0 : Math.Clamp(quantity.Whole() ?? 1, 0, 1_000_000);
        var name = price.At("nickname").Words(100) ?? price.At("product", "name").Words(100) ?? price.At("metadata", "plan").Words(100)
            ?? price.At("lookup_key").Words(100) ?? price.At("product").Text(100) ?? price.At("id").Text(100) ?? "";
        return new Price(name, Money.Monthly(Money.Amount(unit * many, currency), recurring.At("interval").Text(10), recurring.At("interval_count").Whole() ?? 1), currency);
    }

    private static DateTime? Instant(JsonElement seconds) =>
        seconds.Whole() is { } time and > 0 and < 4_102_444_800 ? DateTimeOffset.FromUnixTimeSeconds(time).UtcDateTime : null;
}

/// <summary>What a customer's subscriptions come to.</summary>
public sealed record Billing(string Plan, decimal Mrr)
{
    // customers.mrr is numeric(12,2).
    private const decimal Most = 9_999_999_999.99m;

    /// <summary>
    /// The sum of those that pay, in the currency that most is paid in (amounts of others cannot be added to it), and the plan
    /// of the largest that lives. Without any: no plan, 0.
    /// </summary>
    public static Billing Of(IReadOnlyList<Subscription> subscriptions)
    {
        var paying = subscriptions.Where(each => each.Pays).GroupBy(each => each.Currency, StringComparer.Ordinal).OrderByDescending(group => group.Sum(each => each.Mrr)).ThenBy(group => group.Key, StringComparer.Ordinal).FirstOrDefault();
        var plan = subscriptions.Where(each => each.Lives).OrderByDescending(each => each.Pays).ThenByDescending(each => each.Mrr).ThenBy(each => each.Id, StringComparer.Ordinal).FirstOrDefault();
        return new Billing(plan?.Plan ?? "", Math.Clamp(paying?.Sum(each => each.Mrr) ?? 0, 0, Most));
    }
}
