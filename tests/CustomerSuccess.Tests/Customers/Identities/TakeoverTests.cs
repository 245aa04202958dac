using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CustomerSuccess.Tests.Events;
using Dapper;

namespace CustomerSuccess.Tests.Customers.Identities;

/// <summary>Who may say who belongs to whom: neither a customer's own key nor a page that anyone can imitate takes another customer's people.</summary>
public sealed class TakeoverTests : IAsyncLifetime
{
    private readonly House house = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await house.InitializeAsync();
        await house.Write(Story.Created("acme"), Story.Created("victim"));
    }

    [Fact]
    public async Task The_key_of_a_customer_links_nobody_and_its_events_count_all_the_same()
    {
        var made = await house.Cli("key", "create", "--name", "own", "--scope", "ingest", "--customer", "acme", "--json");
        using var acme = house.Client();
        acme.DefaultRequestHeaders.Add("x-api-key", made.Json.GetProperty("key").GetString()!);
        object[] claims =
        [
            new { customer_id = "acme", type = "opened", person_id = "bob@victim.example", visitor_id = "v1" },
            new { customer_id = "acme", type = "identify", person_id = "bob", properties = new { email = "hello@acme.example" } },
            new { customer_id = "acme", type = "alias", person_id = "mine", properties = new { previous_id = "bob" } },
        ];
        foreach (var claim in claims) (await acme.PostAsJsonAsync("/api/v1/events", claim, Ct)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await acme.PostAsJsonAsync("/metrics/track", new { customer_id = "acme", event_type = "opened", person_id = "bob" }, Ct)).IsSuccessStatusCode.ShouldBeTrue();
        (await acme.PostAsJsonAsync("/v1/batch", new { batch = new object[] { new { type = "identify", messageId = "s1", userId = "bob", traits = new { email = "hello@acme.example" } }, new { type = "alias", messageId = "s2", userId = "mine", previousId = "bob" } } }, Ct)).IsSuccessStatusCode.ShouldBeTrue();
        await house.Write(Seen("opened", "bob"), Seen("opened", "bob@victim.example"), Seen("opened", "mine"));
        await Settled();

        (await Rows("select identity || ' ' || target from identities where left(identity, 3) <> '~g:' order by 1")).ShouldBeEmpty();
        (await Rows("select a || ' ' || b from pairs where a like '~p:bob%' and b not like '~e:bob%'")).ShouldBeEmpty();
        (await Rows("select distinct split_part(actor, ':', 1) from events where actor is not null and source <> 'system'")).ShouldBe(["customer-key"]);
        (await Rows("select count(*)::text from attributed where customer_id = 'acme' and type = 'opened'")).ShouldBe(["2"]);
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(0);
    }

    private static int seen;

    private static CustomerSuccess.Events.Envelope Seen(string type, string person, object? properties = null) =>
        Story.Event("nobody", type, Story.Start.AddMinutes(Interlocked.Increment(ref seen)), properties, $"take{seen}") with { CustomerId = null, Source = "segment", PersonId = person };

    private async Task<List<string>> Rows(string sql)
    {
        await using var c = await house.Db.OpenConnectionAsync(Ct);
        return (await c.QueryAsync<string>(sql)).AsList();
    }

    // Nothing waits for the resolver any more; what it takes and what it makes of it is one transaction.
    private async Task Settled()
    {
        for (var tries = 0; (await Rows("select 'waits' from unresolved limit 1")).Count > 0; tries++)
        {
            if (tries > 300) throw new TimeoutException("The resolver does not get done.");
            await Task.Delay(50, Ct);
        }
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();
}
