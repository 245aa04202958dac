using System.Text.Json;
using CustomerSuccess.Webhooks.Stripe;

namespace CustomerSuccess.Tests.Webhooks;

/// <summary>What a subscription comes to a month.</summary>
public sealed class BillingTests
{
    [Theory]
    [InlineData(1999, "usd", "19.99")]
    [InlineData(1999, "jpy", "1999")]
    [InlineData(1999, "krw", "1999")]
    [InlineData(1999, "kwd", "1.999")]
    [InlineData(1999, "isk", "19.99")]
    [InlineData(1999, "ugx", "19.99")]
    [InlineData(0, "eur", "0")]
    public void The_smallest_unit_depends_on_the_currency(long smallest, string currency, string amount) => Money.Amount(smallest, currency).ShouldBe(decimal.Parse(amount));

    [Theory]
    [InlineData("month", 1, 9900, 1, "99")]
    [InlineData("month", 3, 9900, 1, "33")]
    [InlineData("year", 1, 118_800, 1, "99")]
    [InlineData("year", 2, 240_000, 1, "100")]
    [InlineData("week", 1, 1200, 1, "52")]
    [InlineData("day", 1, 120, 1, "36.50")]
    [InlineData("month", 1, 1000, 25, "250")]
    [InlineData("month", 0, 1000, 1, "10")]
    public void Every_interval_is_counted_by_the_month(string interval, int every, long amount, int quantity, string mrr) =>
        Read(StripeSender.Subscription("sub_1", amount: amount, interval: interval, every: every, quantity: quantity)).Mrr.ShouldBe(decimal.Parse(mrr));

    [Fact]
    public void Both_shapes_of_the_API_say_the_same()
    {
        var old = Read(new
        {
            id = "sub_1",
            status = "active",
            current_period_end = 1_780_000_000,
            items = new { data = new[] { new { quantity = 2, plan = new { nickname = "Pro", amount = 4950, currency = "usd", interval = "month", interval_count = 1 } } } },
        });
        old.ShouldBe(Read(StripeSender.Subscription("sub_1", amount: 4950, quantity: 2)));
        old.Mrr.ShouldBe(99);
        old.CurrentPeriodEnd.ShouldBe(new DateTime(2026, 5, 28, 20, 26, 40, DateTimeKind.Utc));
        Read(new { id = "sub_1", status = "active", quantity = 2, plan = new { nickname = "Pro", amount = 4950, currency = "usd", interval = "month" } }).Mrr.ShouldBe(99);
    }

    [Fact]
    public void What_has_no_amount_of_its_own_adds_nothing()
    {
        Read(new { id = "s", status = "active", items = new { data = new object[] { new { quantity = 3, price = new { unit_amount = (long?)null, billing_scheme = "tiered", currency = "usd", recurring = new { interval = "month" } } } } } }).Mrr.ShouldBe(0);
        Read(new { id = "s", status = "active", items = new { data = new object[] { new { price = new { unit_amount = 10, currency = "usd", recurring = new { interval = "month", usage_type = "metered" } } } } } }).Mrr.ShouldBe(0);
        Read(new { id = "s", status = "active", items = new { data = new object[] { new { quantity = 1000, price = new { unit_amount_decimal = "0.5", currency = "usd", recurring = new { interval = "month" } } } } } }).Mrr.ShouldBe(5);
        Read(new { id = "s", items = "nonsense", status = 7, currency = new[] { 1 } }).ShouldBe(new Subscription("s", "unknown", "", 0, "", false, null, false));
        Subscription.Read(JsonElement.Parse("[]")).ShouldBeNull();
        Subscription.Read(JsonElement.Parse("{\"id\":7}")).ShouldBeNull();
    }

    [Fact]
    public void What_pays_is_summed_in_one_currency_and_what_ended_is_not()
    {
        var pro = Read(StripeSender.Subscription("sub_1", amount: 9900));
        var seats = Read(StripeSender.Subscription("sub_2", amount: 1000, quantity: 5, plan: "Seats"));
        Billing.Of([pro, seats]).ShouldBe(new Billing("Pro", 149));
        Billing.Of([pro with { Status = "canceled" }, seats]).ShouldBe(new Billing("Seats", 50));
        Billing.Of([pro with { Status = "trialing" }, seats with { Status = "canceled" }]).ShouldBe(new Billing("Pro", 0));
        Billing.Of([pro with { Paused = true }]).ShouldBe(new Billing("Pro", 0));
        Billing.Of([pro, seats with { Currency = "eur" }]).ShouldBe(new Billing("Pro", 99));
        Billing.Of([pro with { Status = "canceled" }]).ShouldBe(new Billing("", 0));
        Billing.Of([]).ShouldBe(new Billing("", 0));
    }

    private static Subscription Read(object json) => Subscription.Read(JsonSerializer.SerializeToElement(json))!;
}
