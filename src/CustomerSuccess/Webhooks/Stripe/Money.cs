using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Webhooks.Deliveries;

namespace CustomerSuccess.Webhooks.Stripe;

/// <summary>Stripe's amounts are in the smallest unit of a currency; ours are in the currency. Pure.</summary>
public static class Money
{
    // docs.stripe.com/currencies: those without a smaller unit, and those with a thousandth. UGX and ISK have none either,
    // but Stripe writes them as if they had.
    private static readonly HashSet<string> Whole = new(StringComparer.Ordinal)
    {
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
    };

    private static readonly HashSet<string> Thousandths = new(StringComparer.Ordinal) { "bhd", "jod", "kwd", "omr", "tnd" };

    /// <summary>1999 of usd is 19.99, of jpy 1999, of kwd 1.999.</summary>
    public static decimal Amount(decimal smallest, string currency) =>
        Whole.Contains(currency) ? smallest : Thousandths.Contains(currency) ? smallest / 1000 : smallest / 100;

    /// <summary>An amount as Stripe writes it: a whole number, or a text with decimals (unit_amount_decimal); null where it is none or beyond reason.</summary>
    public static decimal? Read(JsonElement json)
    {
        var text = json.ValueKind == JsonValueKind.Number ? json.GetRawText() : json.Text(40);
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && Math.Abs(amount) < 1_000_000_000_000m ? amount : null;
    }

    /// <summary>What a price per so many intervals is in a month: a year has 365 days, 52 weeks, 12 months.</summary>
    public static decimal Monthly(decimal amount, string? interval, long every) => amount / Math.Max(1, every) * (interval switch
    {
        "day" => 365m / 12,
        "week" => 52m / 12,
        "year" => 1m / 12,
        _ => 1m,
    });
}
