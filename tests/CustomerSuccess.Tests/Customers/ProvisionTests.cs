using System.Net;
using Dapper;

namespace CustomerSuccess.Tests.Customers;

/// <summary>Sign-up is one transaction: customer, key and first events, or nothing.</summary>
public sealed class ProvisionTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task Signing_up_makes_the_customer_its_key_and_four_events()
    {
        var api = await Machine.With(house, "admin");
        var made = await api.Post("/api/v1/customers/provision", new { email = "new@provisioned.test", organization = "Provisioned" });
        made.Status.ShouldBe(HttpStatusCode.Created, made.Json.ToString());
        var id = made.Json.GetProperty("customer").GetProperty("id").GetString()!;
        (await Types(id)).ShouldBe(["api_key_created", "customer_created", "onboarding_step_account_created", "signup"]);

        var own = new Machine(house, made.Json.GetProperty("api_key").GetString()!);
        (await own.Post("/metrics/track", new { customer_id = id, event_type = "onboarding_step_github_action_installed", metadata = new { } })).Status.ShouldBe(HttpStatusCode.Accepted);
        (await own.Get($"/api/v1/customers/{id}/onboarding")).Json.GetProperty("percent").GetInt32().ShouldBe(40);
        (await own.Get($"/api/v1/customers/{id}")).Status.ShouldBe(HttpStatusCode.OK);

        // Another customer is as unknown to it as one that does not exist.
        await api.Post("/api/v1/customers", new { id = "foreign", email = "f@foreign.test", organization = "Foreign" });
        foreach (var path in new[] { "", "/people", "/onboarding", "/engagement", "/timeline" })
        {
            (await own.Get("/api/v1/customers/foreign" + path)).Status.ShouldBe(HttpStatusCode.NotFound, path);
            (await own.Get("/api/v1/customers/nobody" + path)).Status.ShouldBe(HttpStatusCode.NotFound, path);
        }

        (await own.Patch($"/api/v1/customers/{id}", new { plan = "Team" })).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task When_the_key_cannot_be_stored_nothing_of_the_customer_stays()
    {
        var api = await Machine.With(house, "admin");
        await using var db = await house.Db.OpenConnectionAsync();
        var before = await Counts(db);
        await db.ExecuteAsync("alter table api_keys add constraint seeded_fault check (customer_id is null) not valid");
        try
        {
            (await api.Post("/api/v1/customers/provision", new { id = "half", email = "half@half.test", organization = "Half" })).Status.ShouldBe(HttpStatusCode.InternalServerError);
            (await Counts(db)).ShouldBe(before);
            (await api.Get("/api/v1/customers/half")).Status.ShouldBe(HttpStatusCode.NotFound);
        }
        finally
        {
            await db.ExecuteAsync("alter table api_keys drop constraint seeded_fault");
        }

        (await api.Post("/api/v1/customers/provision", new { id = "half", email = "half@half.test", organization = "Half" })).Status.ShouldBe(HttpStatusCode.Created);
    }

    private static Task<string> Counts(Npgsql.NpgsqlConnection db) => db.QuerySingleAsync<string>(
        """
        select concat_ws(' ', (select count(*) from events), (select count(*) from customers), (select count(*) from customer_emails), (select count(*) from onboarding),
          (select count(*) from api_keys where customer_id is not null), (select count(*) from audit where action = 'key.created'), (select count(*) from touched))
        """);

    private async Task<IEnumerable<string>> Types(string id)
    {
        await using var db = await house.Db.OpenConnectionAsync();
        return await db.QueryAsync<string>("select type from events where subject = @id and type <> 'health_changed' order by type", new { id });
    }
}
