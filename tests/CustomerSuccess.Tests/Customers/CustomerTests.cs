using System.Net;
using Dapper;

namespace CustomerSuccess.Tests.Customers;

/// <summary>Customers through the JSON API: made, changed, put away, and what is refused.</summary>
public sealed class CustomerTests(House house) : IClassFixture<House>
{
    [Fact]
    public async Task A_customer_is_made_with_the_next_id_and_found_by_it()
    {
        var api = await Machine.With(house, "admin");
        var made = await api.Post("/api/v1/customers", new { email = "Road@Acme.test", organization = "Acme", team_size = 120, mrr = 640.5, traits = new { tier = "gold" } });
        made.Status.ShouldBe(HttpStatusCode.Created, made.Json.ToString());
        var id = made.Json.GetProperty("id").GetString()!;
        id.ShouldStartWith("c1");
        made.Location!.ToString().ShouldBe($"/api/v1/customers/{id}");

        var read = (await api.Get($"/api/v1/customers/{id}")).Json;
        read.GetProperty("email").GetString().ShouldBe("Road@Acme.test");
        read.GetProperty("signup_date").GetString().ShouldBe("2025-05-05");
        read.GetProperty("mrr").GetDecimal().ShouldBe(640.5m);
        read.GetProperty("traits").GetProperty("tier").GetString().ShouldBe("gold");
        (await Types(id)).ShouldBe(["customer_created"]);
        (await api.Get($"/api/v1/customers/{id}/onboarding")).Json.GetProperty("percent").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Ids_and_addresses_are_taken_once_whatever_the_case()
    {
        var api = await Machine.With(house, "admin");
        (await api.Post("/api/v1/customers", new { id = "once", email = "one@once.test", organization = "Once" })).Status.ShouldBe(HttpStatusCode.Created);
        var again = await api.Post("/api/v1/customers", new { id = "once", email = "two@once.test", organization = "Twice" });
        again.Status.ShouldBe(HttpStatusCode.Conflict);
        again.Json.GetProperty("field").GetString().ShouldBe("id");

        var same = await api.Post("/api/v1/customers", new { id = "twice", email = "ONE@Once.Test", organization = "Twice" });
        same.Status.ShouldBe(HttpStatusCode.Conflict);
        same.Json.GetProperty("detail").GetString()!.ShouldContain("customer once (Once)");
        (await api.Get("/api/v1/customers/twice")).Status.ShouldBe(HttpStatusCode.NotFound);

        await api.Post("/api/v1/customers", new { id = "other", email = "other@once.test", organization = "Other" });
        (await api.Patch("/api/v1/customers/other", new { email = "oNe@once.test" })).Status.ShouldBe(HttpStatusCode.Conflict);
        (await api.Patch("/api/v1/customers/other", new { email = "OTHER@once.test" })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_at_once_cannot_take_the_same_id()
    {
        var api = await Machine.With(house, "admin");
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => api.Post("/api/v1/customers", new { id = "race", email = $"race{n}@race.test", organization = "Race" })));
        replies.Count(reply => reply.Status == HttpStatusCode.Created).ShouldBe(1);
        replies.Count(reply => reply.Status == HttpStatusCode.Conflict).ShouldBe(7);
        (await Types("race")).ShouldBe(["customer_created"]);
    }

    [Theory]
    [InlineData("""{"organization":"A"}""", "email")]
    [InlineData("""{"email":"a@b.test"}""", "organization")]
    [InlineData("""{"email":"nobody","organization":"A"}""", "email")]
    [InlineData("""{"email":"a@b.test","organization":"  "}""", "organization")]
    [InlineData("""{"email":"a@b.test","organization":"A","team_size":"many"}""", "team_size")]
    [InlineData("""{"email":"a@b.test","organization":"A","team_size":-1}""", "team_size")]
    [InlineData("""{"email":"a@b.test","organization":"A","mrr":1.005}""", "mrr")]
    [InlineData("""{"email":"a@b.test","organization":"A","status":"gone"}""", "status")]
    [InlineData("""{"email":"a@b.test","organization":"A","signup_date":"2025-02-30"}""", "signup_date")]
    [InlineData("""{"email":"a@b.test","organization":"A","signup_date":"2031-01-01"}""", "signup_date")]
    [InlineData("""{"email":"a@b.test","organization":"A","owner":"nobody@example.com"}""", "owner")]
    [InlineData("""{"email":"a@b.test","organization":"A","is_test":"yes"}""", "is_test")]
    [InlineData("""{"email":"a@b.test","organization":"A","traits":[]}""", "traits")]
    [InlineData("""{"email":"a@b.test","organization":"A","external_ids":{"stripe":1}}""", "external_ids")]
    [InlineData("""{"email":"a@b.test","organization":"A","colour":"red"}""", "colour")]
    [InlineData("""{"id":"~a","email":"a@b.test","organization":"A"}""", "id")]
    [InlineData("""{"id":"a/b","email":"a@b.test","organization":"A"}""", "id")]
    [InlineData("""{"id":"a\nb","email":"a@b.test","organization":"A"}""", "id")]
    [InlineData("""{"id":7,"email":"a@b.test","organization":"A"}""", "id")]
    [InlineData("""{"email":"a@b.test","organization":"A\u0000"}""", "body")]
    [InlineData("""{"email":"a@b.test","email":"c@d.test","organization":"A"}""", "body")]
    [InlineData("[]", "body")]
    [InlineData("null", "body")]
    public async Task What_is_wrong_is_named_by_its_field(string body, string field)
    {
        var api = await Machine.With(house, "admin");
        foreach (var path in new[] { "/api/v1/customers", "/api/v1/customers/provision" })
        {
            var reply = await api.Post(path, body);
            reply.Status.ShouldBe(HttpStatusCode.BadRequest, reply.Json.ToString());
            reply.Problem(field).ShouldNotBeNullOrEmpty();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"email\":")]
    public async Task A_body_that_is_no_JSON_is_a_400(string body)
    {
        var api = await Machine.With(house, "admin");
        (await api.Post("/api/v1/customers", body)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Only_what_changed_leaves_a_trace()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "patched", email = "p@patched.test", organization = "Patched", mrr = 640, signup_date = "2025-05-01" });
        (await api.Patch("/api/v1/customers/patched", new { mrr = 640.00, organization = "Patched" })).Status.ShouldBe(HttpStatusCode.OK);
        (await Types("patched")).ShouldBe(["customer_created"]);

        var reply = await api.Patch("/api/v1/customers/patched", new { plan = "Team", status = "churned", organization = "Patched", team_size = (int?)null });
        reply.Json.GetProperty("plan").GetString().ShouldBe("Team");
        reply.Json.GetProperty("status").GetString().ShouldBe("churned");
        await using var db = await house.Db.OpenConnectionAsync();
        (await db.QuerySingleAsync<string>("select (select string_agg(k, ' ' order by k) from jsonb_object_keys(properties) k) || ' by ' || actor from events where subject = 'patched' and type = 'customer_updated'"))
            .ShouldStartWith("plan status by key:");
        (await api.Patch("/api/v1/customers/nobody", new { plan = "Team" })).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_customer_is_put_away_and_comes_back()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "away", email = "a@away.test", organization = "Away" });
        (await api.Post("/api/v1/customers/away/archive")).Json.GetProperty("archived_at").GetString().ShouldStartWith("2025-05-05");
        (await api.Post("/api/v1/customers/away/archive")).Status.ShouldBe(HttpStatusCode.OK);
        (await api.Delete("/api/v1/customers/away/archive")).Json.GetProperty("archived_at").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        (await Types("away")).ShouldBe(["customer_created", "customer_updated", "customer_updated"]);
        (await api.Post("/api/v1/customers/nobody/archive")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task People_come_go_and_return()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "staffed", email = "a@staffed.test", organization = "Staffed" });
        (await api.Put("/api/v1/customers/staffed/people/p1", new { email = "kim@staffed.test", name = "Kim", role = "CTO" })).Status.ShouldBe(HttpStatusCode.OK);
        (await api.Put("/api/v1/customers/staffed/people/p1", new { role = "CEO" })).Json.GetProperty("name").GetString().ShouldBe("Kim");
        (await api.Get("/api/v1/customers/staffed/people")).Json.GetProperty("people").GetArrayLength().ShouldBe(1);
        (await api.Delete("/api/v1/customers/staffed/people/p1")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await api.Get("/api/v1/customers/staffed/people")).Json.GetProperty("people").GetArrayLength().ShouldBe(0);
        (await api.Put("/api/v1/customers/staffed/people/p1", new { })).Json.GetProperty("role").GetString().ShouldBe("CEO");
        (await api.Get("/api/v1/customers/staffed/people")).Json.GetProperty("people").GetArrayLength().ShouldBe(1);

        (await api.Put("/api/v1/customers/staffed/people/p2", new { email = "no address" })).Problem("email").ShouldContain("address");
        (await api.Delete("/api/v1/customers/staffed/people/p9")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Put("/api/v1/customers/nobody/people/p1", new { name = "Kim" })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Get("/api/v1/customers/nobody/people")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Notes_can_be_removed_and_brought_back_and_rebuilding_agrees()
    {
        var api = await Machine.With(house, "admin");
        await api.Post("/api/v1/customers", new { id = "noted", email = "a@noted.test", organization = "Noted" });
        var note = (await api.Post("/api/v1/customers/noted/notes", new { text = "Called, will try on Monday" })).Json.GetProperty("note_id").GetString();
        for (var round = 0; round < 2; round++)
        {
            (await api.Delete($"/api/v1/customers/noted/notes/{note}")).Status.ShouldBe(HttpStatusCode.NoContent);
            (await Shown(note)).ShouldBe(0);
            (await api.Post($"/api/v1/customers/noted/notes/{note}/restoration")).Status.ShouldBe(HttpStatusCode.NoContent);
            (await Shown(note)).ShouldBe(1);
        }

        (await api.Post("/api/v1/customers/noted/notes", new { text = " " })).Problem("text").ShouldContain("empty");
        (await api.Post("/api/v1/customers/noted/notes", "{}")).Problem("text").ShouldContain("empty");
        (await api.Delete("/api/v1/customers/noted/notes/n999")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Post("/api/v1/customers/nobody/notes", new { text = "x" })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await CustomerSuccess.Events.Rebuild.Run(house.Db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
    }

    private async Task<long> Shown(string? note)
    {
        await using var db = await house.Db.OpenConnectionAsync();
        return await db.ExecuteScalarAsync<long>("select count(*) from notes where customer_id = 'noted' and note_id = @note and (removed_at is null or restored_at > removed_at)", new { note });
    }

    private async Task<IEnumerable<string>> Types(string id)
    {
        await using var db = await house.Db.OpenConnectionAsync();
        return await db.QueryAsync<string>("select type from events where subject = @id and type <> 'health_changed' order by received_at, id", new { id });
    }
}
