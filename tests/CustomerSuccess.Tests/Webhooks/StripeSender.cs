using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CustomerSuccess.Tests.Webhooks;

/// <summary>Delivers as Stripe does: the event signed with the time of sending.</summary>
public sealed class StripeSender(House house)
{
    public const string Secret = "whsec_only_for_tests_0123456789";

    public static readonly (string, string)[] Settings = [("CS_STRIPE_WEBHOOK_SECRET", Secret)];

    /// <summary>An event of Stripe about an object; minutes: when it happened, from the clock of the house.</summary>
    public string Event(string id, string type, object about, int minutes = 0) => JsonSerializer.Serialize(new
    {
        id,
        @object = "event",
        api_version = "2026-10-28",
        created = house.Clock.GetUtcNow().AddMinutes(minutes).ToUnixTimeSeconds(),
        livemode = true,
        type,
        data = new { @object = about },
    });

    /// <summary>A subscription as the current API writes it: the period on its items.</summary>
    public static object Subscription(string id, string status = "active", long amount = 9900, string currency = "usd", string interval = "month", int every = 1, int quantity = 1,
        string plan = "Pro", string customer = "cus_1", bool cancel = false, object? metadata = null) => new
        {
            id,
            @object = "subscription",
            customer,
            status,
            currency,
            cancel_at_period_end = cancel,
            metadata = metadata ?? new { },
            items = new
            {
                data = new[]
                {
                    new
                    {
                        current_period_end = 1_780_000_000,
                        quantity,
                        price = new { id = "price_1", nickname = plan, unit_amount = amount, unit_amount_decimal = amount.ToString(CultureInfo.InvariantCulture), currency, recurring = new { interval, interval_count = every, usage_type = "licensed" } },
                    },
                },
            },
        };

    public static object Invoice(string id, long paid, long due, string currency = "usd", string customer = "cus_1", string? email = null, object? metadata = null) => new
    {
        id,
        @object = "invoice",
        customer,
        customer_email = email,
        currency,
        amount_paid = paid,
        amount_due = due,
        number = "ACME-0001",
        attempt_count = 1,
        billing_reason = "subscription_cycle",
        metadata = metadata ?? new { },
        parent = new { type = "subscription_details", subscription_details = new { subscription = "sub_1", metadata = new { } } },
    };

    public Task<(HttpStatusCode Status, JsonElement Body)> Deliver(string body, string? header = null) => Send(body, header ?? Sign(body));

    public string Sign(string body, string secret = Secret, int age = 0)
    {
        var t = house.Clock.GetUtcNow().ToUnixTimeSeconds() - age;
        return string.Create(CultureInfo.InvariantCulture, $"t={t},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{t}.{body}")))}");
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> Send(string body, string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (header is not null) request.Headers.TryAddWithoutValidation("Stripe-Signature", header);
        using var answer = await house.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
