using System.Diagnostics;
using System.Net;
using System.Text.Json;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Webhooks;

public sealed class StripeTests : IAsyncLifetime
{
    private House house = null!;
    private StripeSender stripe = null!;

    public async ValueTask InitializeAsync()
    {
        house = await House.Open(settings: StripeSender.Settings);
        stripe = new StripeSender(house);
        await house.Write(Story.Created("acme") with { Properties = JsonSerializer.Serialize(new { email = "john@acme.example", organization = "Acme", signup_date = "2025-01-01", external_ids = new { stripe = "cus_1" } }) });
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task A_subscription_gives_the_customer_plan_and_MRR_and_an_older_word_about_it_does_not()
    {
        await Link("cus_1", "acme");
        await Stored(stripe.Event("evt_2", "customer.subscription.updated", StripeSender.Subscription("sub_1", amount: 19900, plan: "Business"), minutes: -10));
        (await Customer()).ShouldBe("Business 199.00");
        await Stored(stripe.Event("evt_1", "customer.subscription.created", StripeSender.Subscription("sub_1"), minutes: -60));
        (await Customer()).ShouldBe("Business 199.00", "what happened before arrives after");
        await Stored(stripe.Event("evt_3", "customer.subscription.created", StripeSender.Subscription("sub_2", amount: 1000, quantity: 5, plan: "Seats"), minutes: -30));
        (await Customer()).ShouldBe("Business 249.00", "a second one is added, also where it comes late");
        await Stored(stripe.Event("evt_4", "customer.subscription.deleted", StripeSender.Subscription("sub_1", status: "canceled"), minutes: -5));
        (await Customer()).ShouldBe("Seats 50.00");
        await Stored(stripe.Event("evt_5", "customer.subscription.deleted", StripeSender.Subscription("sub_2", status: "canceled"), minutes: -4));
        (await Customer()).ShouldBe(" 0.00");
        (await Rows("select id || ' ' || actor from events where type = 'customer_updated' order by received_at, occurred_at")).ShouldBe(["plan:evt_2 system", "plan:evt_3 system", "plan:evt_4 system", "plan:evt_5 system"]);
        var check = await house.Cli("rebuild", "--check");
        check.Code.ShouldBe(0, check.Out);
    }

    [Fact]
    public async Task Whatever_the_order_the_end_is_the_same()
    {
        string[] life =
        [
            stripe.Event("evt_1", "customer.subscription.created", StripeSender.Subscription("sub_1", status: "trialing"), minutes: -60),
            stripe.Event("evt_2", "customer.subscription.updated", StripeSender.Subscription("sub_1"), minutes: -60),
            stripe.Event("evt_3", "customer.subscription.updated", StripeSender.Subscription("sub_1", amount: 19900, plan: "Business"), minutes: -30),
            stripe.Event("evt_4", "customer.subscription.created", StripeSender.Subscription("sub_2", amount: 1000, plan: "Seats"), minutes: -20),
        ];
        var chance = new Random(7);
        for (var round = 0; round < 8; round++)
        {
            var customer = $"cus_r{round}";
            await house.Write(Story.Created($"r{round}"));
            await Link(customer, $"r{round}");
            foreach (var body in life.OrderBy(_ => chance.Next()))
                await Stored(body.Replace("\"cus_1\"", $"\"{customer}\"", StringComparison.Ordinal).Replace("\"evt_", $"\"evt_r{round}_", StringComparison.Ordinal));
            (await Rows($"select plan || ' ' || mrr from customers where customer_id = 'r{round}'")).ShouldBe(["Business 209.00"], $"round {round}");
        }
    }

    [Theory]
    [InlineData("email")]
    [InlineData("metadata")]
    [InlineData("external id")]
    public async Task The_customer_is_found_by_external_id_address_or_metadata_also_when_it_comes_later(string by)
    {
        object about = by switch
        {
            "email" => StripeSender.Invoice("in_7", 100, 100, customer: "cus_7", email: "Mary@Late.example"),
            "metadata" => StripeSender.Invoice("in_7", 100, 100, customer: "cus_7", metadata: new { customer_id = "late" }),
            _ => StripeSender.Invoice("in_7", 100, 100, customer: "cus_7"),
        };
        await Stored(stripe.Event("evt_7", "customer.subscription.created", StripeSender.Subscription("sub_7", customer: "cus_7"), minutes: -5));
        await Stored(stripe.Event("evt_8", "invoice.paid", about));
        await house.Write(Story.Created("late") with { Properties = JsonSerializer.Serialize(new { email = "mary@late.example", organization = "Late", signup_date = "2025-01-01", external_ids = by == "external id" ? new Dictionary<string, string> { ["stripe"] = "cus_7" } : [] }) });
        (await Wait.For(() => Rows("select plan || ' ' || mrr from customers where customer_id = 'late' and plan <> ''"), rows => rows.Count > 0)).ShouldBe(["Pro 99.00"]);
        (await Rows("select type from attributed where customer_id = 'late' and source = 'stripe' order by 1")).ShouldBe(["customer_updated", "payment_succeeded", "subscription_changed"]);
        var check = await house.Cli("rebuild", "--check");
        check.Code.ShouldBe(0, check.Out);
    }

    [Fact]
    public async Task A_payment_is_told_once_although_Stripe_tells_it_twice()
    {
        var paid = stripe.Event("evt_1", "invoice.paid", StripeSender.Invoice("in_1", 2900, 2900));
        await Stored(paid);
        (await stripe.Deliver(stripe.Event("evt_2", "invoice.payment_succeeded", StripeSender.Invoice("in_1", 2900, 2900)))).Body.GetProperty("status").GetString().ShouldBe("ignored");
        await Stored(stripe.Event("evt_3", "invoice.payment_succeeded", StripeSender.Invoice("in_2", 500, 500, "jpy")));
        await Stored(stripe.Event("evt_4", "invoice.payment_failed", StripeSender.Invoice("in_3", 0, 2900)));
        (await Rows("select type || ' ' || (properties ->> 'amount')::numeric || ' ' || (properties ->> 'currency') || ' ' || (properties ->> 'subscription') from events where subject = '~g:stripe:cus_1' and type like 'payment%' order by id"))
            .ShouldBe(["payment_succeeded 29 usd sub_1", "payment_succeeded 500 jpy sub_1", "payment_failed 29 usd sub_1"]);
        // Both at once, as Stripe sends them.
        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => stripe.Deliver(stripe.Event($"evt_{10 + n}", n % 2 == 0 ? "invoice.paid" : "invoice.payment_succeeded", StripeSender.Invoice("in_9", 100, 100)))));
        (await Rows("select count(*)::text from events where properties ->> 'invoice' = 'in_9'")).ShouldBe(["1"]);
    }

    [Fact]
    public async Task A_delivery_sent_again_is_stored_once()
    {
        var body = stripe.Event("evt_1", "invoice.paid", StripeSender.Invoice("in_1", 2900, 2900));
        await Stored(body);
        house.Clock.Advance(TimeSpan.FromMinutes(4));
        (await stripe.Deliver(body)).Body.GetProperty("status").GetString().ShouldBe("duplicate");
        (await Rows("select count(*)::text from events where source = 'stripe'")).ShouldBe(["1"]);
    }

    [Fact]
    public async Task Forged_and_old_deliveries_are_refused_and_leave_nothing_but_a_count()
    {
        var body = stripe.Event("evt_1", "invoice.paid", StripeSender.Invoice("in_1", 2900, 2900));
        var good = stripe.Sign(body);
        string?[] forged =
        [
            null, "", good.Replace(",v1", ", v1", StringComparison.Ordinal), good.Replace("v1=", "v0=", StringComparison.Ordinal), good.Replace("v1=", "V1=", StringComparison.Ordinal), good[..^1],
            good[..(good.IndexOf("v1=", StringComparison.Ordinal) + 3)] + good[(good.IndexOf("v1=", StringComparison.Ordinal) + 3)..].ToUpperInvariant(),
            stripe.Sign(body, "whsec_another_secret_of_somebody"), stripe.Sign(body, StripeSender.Secret["whsec_".Length..]), stripe.Sign(body + "\n"), stripe.Sign(body, age: 301), stripe.Sign(body, age: 86_400),
            "t=" + good.Split("t=")[1].Replace(",v1", "0,v1", StringComparison.Ordinal), good.Split(',')[1],
        ];
        foreach (var header in forged) (await stripe.Send(body, header)).Status.ShouldBe(HttpStatusCode.Unauthorized, header);
        (await Rows("select count(*)::text from webhook_deliveries union all select count(*)::text from events where source = 'stripe' union all select count(*)::text from receipts")).ShouldBe(["0", "0", "0"]);
        (await stripe.Send(body, stripe.Sign(body, age: 300))).Status.ShouldBe(HttpStatusCode.Accepted);
        (await stripe.Send(body, stripe.Sign(body, age: -3600))).Status.ShouldBe(HttpStatusCode.Accepted, "a clock that runs ahead is believed");
    }

    [Fact]
    public async Task Signed_nonsense_is_never_a_500_and_unknown_kinds_are_counted()
    {
        foreach (var body in new[] { "", "{", "[]", "{}", "null", """{"id":7}""" }) (await stripe.Deliver(body)).Status.ShouldBe(HttpStatusCode.BadRequest, body);
        foreach (var body in new[]
        {
            """{"id":"evt_a"}""", """{"id":"evt_b","type":"invoice.paid","data":[]}""", """{"id":"evt_c","type":"invoice.paid","data":{"object":{"customer":"cus_1"}}}""",
            """{"id":"evt_d","type":"invoice.paid","created":"x","data":{"object":{"customer":"cus_1","id":"in_x","amount_paid":1e300,"currency":"dollars"}}}""",
            """{"id":"evt_e","type":"customer.subscription.updated","created":-5,"data":{"object":{"customer":{"id":"cus_1"},"id":"sub_x","status":"active","items":{"data":[{"quantity":1e9,"price":{"unit_amount":99999999999999,"currency":"usd","recurring":{"interval":"century"}}}]}}}}""",
            """{"id":"evt_f","type":"balance.available","data":{"object":{}}}""",
        })
            (await stripe.Deliver(body)).Status.ShouldBe(HttpStatusCode.Accepted, body);
        (await Rows("select kind || ' ' || reason || ' ' || total from webhook_counts where outcome = 'ignored' order by 1")).ShouldContain("balance.available unknown_kind 1");
    }

    [Fact]
    public async Task Stripes_own_library_signs_what_we_accept()
    {
        var body = stripe.Event("evt_1", "invoice.paid", StripeSender.Invoice("in_1", 2900, 2900));
        var script = $$"""
            import Stripe from "stripe";
            const [payload, secret, timestamp] = process.argv.slice(1);
            process.stdout.write(new Stripe("sk_test_none").webhooks.generateTestHeaderString({ payload, secret, timestamp: Number(timestamp) }));
            """;
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.Combine(Repository.Root, "tests/clients") };
        foreach (var argument in new[] { "--input-type=module", "-e", script, "--", body, StripeSender.Secret, house.Clock.GetUtcNow().ToUnixTimeSeconds().ToString() }) start.ArgumentList.Add(argument);
        using var node = Process.Start(start)!;
        var header = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        node.ExitCode.ShouldBe(0, await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        header.ShouldStartWith("t=");
        (await stripe.Send(body, header)).Status.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Without_a_secret_every_delivery_is_refused_with_the_name_of_the_setting()
    {
        await using var bare = await House.Open();
        var (status, answer) = await new StripeSender(bare).Deliver("{}");
        status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.GetProperty("detail").GetString()!.ShouldContain("CS_STRIPE_WEBHOOK_SECRET");
    }

    private async Task Stored(string body)
    {
        var (status, answer) = await stripe.Deliver(body);
        status.ShouldBe(HttpStatusCode.Accepted, body);
        answer.GetProperty("status").GetString().ShouldBe("stored", body);
    }

    private async Task<string> Customer() => (await Rows("select plan || ' ' || mrr from customers where customer_id = 'acme'")).Single();

    private Task Link(string stripeId, string customer) =>
        house.Services.GetRequiredService<Links>().Ensure($"~g:stripe:{stripeId}", customer, LinkRules.ExternalId, Evidence.None, TestContext.Current.CancellationToken);

    private async Task<List<string>> Rows(string sql)
    {
        await using var connection = await house.Db.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(sql)];
    }
}
