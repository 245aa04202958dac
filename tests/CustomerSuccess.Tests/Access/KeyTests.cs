using System.Net;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Keys;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerSuccess.Tests.Access;

public sealed class KeyTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Fact]
    public async Task A_key_is_shown_once_stored_hashed_and_listed_by_its_public_part()
    {
        await using var house = await House.Open();
        var made = await house.Cli("key", "create", "--name", "GitHub Action", "--scope", "ingest", "--json");
        made.Code.ShouldBe(0, made.Error);
        var (id, key) = (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("key").GetString()!);
        key.ShouldMatch("^cs_" + id + "_[A-Za-z0-9_-]{43}$");
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        var row = await connection.ExecuteScalarAsync<string>("select row_to_json(k)::text from api_keys k");
        row!.ShouldNotContain(key.Split('_', 3)[2]);
        var list = await house.Cli("key", "list");
        list.Out.ShouldContain(id);
        list.Out.ShouldNotContain(key);
        (await house.Cli("key", "create", "--name", "x", "--scope", "everything")).Code.ShouldBe(1);
        (await house.Cli("key", "create", "--name", "x", "--scope", "ingest", "--customer", "c9")).Error.ShouldContain("no customer 'c9'");
    }

    [Fact]
    public async Task A_key_opens_by_header_or_bearer_never_by_address_and_not_when_mistyped_or_revoked()
    {
        await using var house = await House.Open();
        var key = await house.Key("admin");
        (await Get(house, "/settings/users", ("x-api-key", key))).ShouldBe(HttpStatusCode.OK);
        (await Get(house, "/settings/users", ("Authorization", "Bearer " + key))).ShouldBe(HttpStatusCode.OK);
        (await Get(house, "/settings/users?x-api-key=" + key + "&api_key=" + key)).ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var wrong in new[] { key[..^1] + (key[^1] == 'A' ? 'B' : 'A'), key[..^1], key + "A", "", "cs_", new string('x', 5000), key.ToUpperInvariant() })
            (await Get(house, "/settings/users", ("x-api-key", wrong))).ShouldBe(HttpStatusCode.Unauthorized);

        var id = key.Split('_')[1];
        // By another process: within 30 seconds.
        (await house.Cli("key", "revoke", id)).Code.ShouldBe(0);
        (await house.Services.GetRequiredService<RevokeKey>().Run(id, "cli", Ct)).ShouldBeFalse();
        house.Services.GetRequiredService<KnownKeys>().Forget(id);
        (await Get(house, "/settings/users", ("x-api-key", key))).ShouldBe(HttpStatusCode.Unauthorized);

        // By this process: at once.
        var second = await house.Key("admin");
        (await Get(house, "/settings/users", ("x-api-key", second))).ShouldBe(HttpStatusCode.OK);
        (await house.Services.GetRequiredService<RevokeKey>().Run(second.Split('_')[1], "cli", Ct)).ShouldBeTrue();
        (await Get(house, "/settings/users", ("x-api-key", second))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_is_known_of_a_key_is_never_older_than_30_seconds()
    {
        await using var house = await House.Open();
        var key = await house.Key("read");
        var clock = new HurriedClock();
        var known = new KnownKeys(house.Db, clock, new KeySettings());
        (await known.Find(key)).ShouldNotBeNull();
        (await house.Cli("key", "revoke", key.Split('_')[1])).Code.ShouldBe(0);
        (await known.Find(key)).ShouldNotBeNull();
        clock.Seconds = 30;
        (await known.Find(key)).ShouldBeNull();
    }

    [Fact]
    public async Task Only_a_key_that_has_worked_is_free_of_its_addresses_limit()
    {
        await using var house = await House.Open();
        var key = await house.Key("read");
        var known = house.Services.GetRequiredService<KnownKeys>();
        known.Knows(key).ShouldBeFalse();
        (await known.Find(key)).ShouldNotBeNull();
        (await known.Find(ApiKey.Make().Key)).ShouldBeNull();
        known.Knows(key).ShouldBeTrue();
        known.Knows(key[..^1] + (key[^1] == 'A' ? 'B' : 'A')).ShouldBeFalse();

        var refused = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 4000), Ct, async (_, ct) =>
        {
            if (await Get(house, "/api/v1/customers", ("x-api-key", ApiKey.Make().Key)) == HttpStatusCode.TooManyRequests) Interlocked.Increment(ref refused);
        });
        refused.ShouldBeGreaterThan(0);
        (await Get(house, "/api/v1/customers", ("x-api-key", key))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_presented_beside_a_session_counts_alone()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/settings/users") { Headers = { { "x-api-key", await house.Key("read") } } };
        (await alice.SendAsync(request, Ct)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task More_than_its_rate_is_429_with_whole_seconds()
    {
        await using var house = await House.Open();
        var made = await house.Cli("key", "create", "--name", "slow", "--scope", "admin", "--rate", "5", "--json");
        var key = made.Json.GetProperty("key").GetString()!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            using var audit = new HttpRequestMessage(HttpMethod.Get, "/settings/audit") { Headers = { { "x-api-key", key } } };
            return await house.Http.SendAsync(audit, Ct);
        }));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBeGreaterThanOrEqualTo(5);
        var refused = answers.First(answer => answer.StatusCode != HttpStatusCode.OK);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_customers_key_reads_that_customer_and_does_not_learn_of_others()
    {
        await using var house = await House.Open();
        foreach (var company in new[] { Cast.Acme, Cast.TechCorp })
            (await house.Cli("add-customer", company.Email, company.Organization, company.GitHub, company.Cohort, company.Industry, "12")).Code.ShouldBe(0);
        var made = await house.Cli("key", "create", "--name", "Acme", "--scope", "read", "--customer", "c1001", "--json");
        made.Code.ShouldBe(0, made.Error);
        var key = ("x-api-key", made.Json.GetProperty("key").GetString()!);

        (await Get(house, "/api/v1/customers/c1001", key)).ShouldBe(HttpStatusCode.OK);
        (await Get(house, "/api/customer-success/health/c1001", key)).ShouldBe(HttpStatusCode.OK);
        (await Get(house, "/api/v1/customers/c1002", key)).ShouldBe(HttpStatusCode.NotFound);
        (await Get(house, "/api/v1/customers/c9999", key)).ShouldBe(HttpStatusCode.NotFound);
        // Routes that are not about one customer are closed to it: they would show all.
        (await Get(house, "/api/v1/customers", key)).ShouldBe(HttpStatusCode.Forbidden);
        (await Get(house, "/settings/keys", key)).ShouldBe(HttpStatusCode.Forbidden);
        (await house.Cli("key", "create", "--name", "x", "--scope", "admin", "--customer", "c1001")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task Use_is_written_down_in_the_background()
    {
        await using var house = await House.Open();
        var key = await house.Key("admin");
        (await Get(house, "/settings/keys", ("x-api-key", key))).ShouldBe(HttpStatusCode.OK);
        (await ListKeys.Run(house.Db, Ct)).Single().LastUsedAt.ShouldBeNull();
        await new RecordKeyUse(house.Db, house.Services.GetRequiredService<KnownKeys>(), house.Clock, NullLogger<RecordKeyUse>.Instance).Run(Ct);
        (await ListKeys.Run(house.Db, Ct)).Single().LastUsedAt.ShouldBe(house.Clock.GetUtcNow().UtcDateTime);
    }

    [Fact]
    public async Task Making_a_key_asks_for_the_password_again_and_shows_the_key_once()
    {
        await using var house = await House.Open();
        var alice = await house.As(Cast.Alice);
        var refused = await alice.Form("/settings/keys", "/settings/keys", ("Name", "Action"), ("Ingest", "true"), ("Password", "not hers at all"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var made = await alice.Form("/settings/keys", "/settings/keys", ("Name", "Action"), ("Ingest", "true"), ("Password", Cast.Alice.Password));
        made.StatusCode.ShouldBe(HttpStatusCode.OK);
        var key = Staff.Seen(await made.Content.ReadAsStringAsync(Ct), "cs_[a-z0-9]{12}_[A-Za-z0-9_-]{43}");
        key.ShouldNotBeEmpty();
        (await alice.Page("/settings/keys")).ShouldNotContain(key);
        (await alice.Form("/settings/keys", $"/settings/keys/{key.Split('_')[1]}/revocation")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await Get(house, "/settings/account", ("x-api-key", key))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static async Task<HttpStatusCode> Get(House house, string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return (await house.Http.SendAsync(request, Ct)).StatusCode;
    }

    private sealed class HurriedClock : TimeProvider
    {
        public int Seconds { get; set; }

        public override long GetTimestamp() => Seconds * TimestampFrequency;
    }
}
