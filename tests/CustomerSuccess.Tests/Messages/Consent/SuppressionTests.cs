using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;

namespace CustomerSuccess.Tests.Messages.Consent;

public sealed class SuppressionTests(House house) : IClassFixture<House>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_address_on_the_list_gets_nothing_whoever_the_customer_is_until_it_is_taken_off()
    {
        await house.Write(Story.Created("one"), Story.Created("two"));
        var api = await Api();
        using var added = await api.PostAsJsonAsync("/api/v1/suppressions", new { email = "Same@Example.com", note = "asked by phone", reason = "wish" }, Ct);
        var id = (await added.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetString();
        foreach (var (customer, audience) in new[] { ("one", "customer"), ("two", "customer"), ("one", "team") })
        {
            var mail = await house.Queue(Post.To(customer, "same@EXAMPLE.com", "account_created", $"{customer}{audience}") with { Topic = "account", Audience = audience });
            await house.Becomes(mail!, States.Suppressed);
        }

        (await api.GetFromJsonAsync<JsonElement>("/api/v1/suppressions?search=same", Ct)).GetProperty("suppressions").GetArrayLength().ShouldBe(1);
        (await api.DeleteAsync($"/api/v1/suppressions/{id}", Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await api.DeleteAsync($"/api/v1/suppressions/{id}?reason=it+was+a+mistake", Ct)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await api.DeleteAsync($"/api/v1/suppressions/{id}?reason=again", Ct)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var after = await house.Queue(Post.To("one", "same@example.com", "account_created", "after") with { Topic = "account" });
        await house.Becomes(after!, States.Sent);
        (await house.One<long>("select count(*) from audit where action in ('suppression.added', 'suppression.removed')")).ShouldBeGreaterThanOrEqualTo(2);
        (await house.One<long>("select count(*) from audit where details::text like '%xample.com%' or target like '%@%'")).ShouldBe(0);
    }

    [Fact]
    public async Task Staff_put_an_address_on_the_list_and_take_it_off_on_the_page()
    {
        var bob = await house.As(Cast.Bob);
        (await bob.Form("/settings/suppressions", "/settings/suppressions", ("Email", "carla@x.example"), ("Reason", "staff"), ("Note", "<b>competitor</b>"))).StatusCode.ShouldBe(HttpStatusCode.Found);
        var page = await bob.Page("/settings/suppressions?search=carla");
        page.ShouldContain("carla@x.example");
        page.ShouldNotContain("<b>comp");
        var id = await house.One<string>("select address_key from suppressions where email = 'carla@x.example'");
        (await bob.Form("/settings/suppressions", $"/settings/suppressions/{id}/removal", ("Reason", "they asked"))).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await house.One<string>("select removed_reason from suppressions where address_key = @id", new { id })).ShouldBe("they asked");
        (await bob.Form("/settings/suppressions", "/settings/suppressions", ("Email", "no address"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task After_erasure_only_a_keyed_hash_stays_and_the_address_still_gets_nothing()
    {
        await house.Write(Story.Created("erased"));
        var list = house.Service<SuppressionList>();
        await using (var connection = await house.Db.OpenConnectionAsync(Ct))
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            await list.Add(connection, transaction, new("eve@erased.example", "complaint", "words of eve@erased.example", "erased", "m1"), CustomerSuccess.Messages.Consent.By.Provider("sendgrid"), Ct);
            await list.Erase(connection, transaction, "Eve@erased.example", Ct);
            await transaction.CommitAsync(Ct);
        }

        (await house.One<long>("select count(*) from suppressions where email is not null and email like 'eve%' or note <> '' and note like '%eve%'")).ShouldBe(0);
        var mail = await house.Queue(Post.To("erased", "eve@erased.example", "account_created", "again") with { Topic = "account" });
        await house.Becomes(mail!, States.Suppressed);
        var found = await (await Api()).GetFromJsonAsync<JsonElement>("/api/v1/suppressions?search=eve@erased.example", Ct);
        found.GetProperty("suppressions")[0].GetProperty("email").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task The_list_holds_after_the_secret_was_changed()
    {
        await house.Write(Story.Created("moved"));
        // As it was written under another secret.
        await house.One<string>("insert into suppressions (address_key, email, reason, added_at, added_by) values (repeat('0', 64), 'kim@moved.example', 'wish', now(), 'recipient') returning address_key");
        async Task<string> Mail(string name) => (await house.Queue(Post.To("moved", "Kim@moved.example", "account_created", name) with { Topic = "account" }))!;
        await house.Becomes(await Mail("before"), States.Suppressed);
        // Put on it again it is one entry, and it is taken off as a whole.
        await (await Api()).PostAsJsonAsync("/api/v1/suppressions", new { email = "kim@moved.example" }, Ct);
        (await house.One<long>("select count(*) from suppressions where email = 'kim@moved.example'")).ShouldBe(1);
        (await house.One<string>("update suppressions set address_key = repeat('1', 64) where email = 'kim@moved.example' returning reason")).ShouldBe("wish");
        (await house.Http.PostAsync($"/preferences/{house.Token("moved", "kim@moved.example")}", new FormUrlEncodedContent([KeyValuePair.Create("do", "back")]), Ct)).EnsureSuccessStatusCodeOrRedirect();
        await house.Becomes(await Mail("after"), States.Sent);
    }

    [Fact]
    public async Task A_stronger_reason_replaces_a_weaker_one_and_not_the_other_way_round()
    {
        var list = house.Service<SuppressionList>();
        async Task<bool> Put(string reason)
        {
            await using var connection = await house.Db.OpenConnectionAsync(Ct);
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            var put = await list.Add(connection, transaction, new("strong@x.example", reason), CustomerSuccess.Messages.Consent.By.CommandLine, Ct);
            await transaction.CommitAsync(Ct);
            return put;
        }

        (await Put("hard_bounce")).ShouldBeTrue();
        (await Put("hard_bounce")).ShouldBeFalse();
        (await Put("complaint")).ShouldBeTrue();
        (await Put("staff")).ShouldBeFalse();
        (await house.One<string>("select reason from suppressions where email = 'strong@x.example'")).ShouldBe("complaint");
    }

    [Fact]
    public async Task Preferences_are_read_and_changed_by_API_with_the_reason_kept()
    {
        await house.Write(Story.Created("api"));
        var api = await Api();
        using var changed = await api.PutAsJsonAsync("/api/v1/customers/api/preferences/Hello@api.example", new { topics = new { product = false }, reason = "told us on the phone" }, Ct);
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        var all = await api.GetFromJsonAsync<JsonElement>("/api/v1/customers/api/preferences", Ct);
        all.GetProperty("addresses")[0].GetProperty("topics").EnumerateArray().Single(topic => topic.GetProperty("topic").GetString() == "product").GetProperty("note").GetString().ShouldBe("told us on the phone");
        (await (await house.As(Cast.Carol)).Page("/customers/api")).ShouldContain("Unsubscribed from Product news");
        foreach (var (topics, status) in new (object, HttpStatusCode)[] { (new { account = false }, HttpStatusCode.BadRequest), (new { nothing = true }, HttpStatusCode.BadRequest), (new { }, HttpStatusCode.BadRequest) })
            (await api.PutAsJsonAsync("/api/v1/customers/api/preferences/hello@api.example", new { topics }, Ct)).StatusCode.ShouldBe(status);
        (await api.PutAsJsonAsync("/api/v1/customers/nobody/preferences/hello@api.example", new { topics = new { product = false } }, Ct)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.PutAsJsonAsync("/api/v1/customers/api/preferences/nonsense", new { topics = new { product = false } }, Ct)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<HttpClient> Api()
    {
        var http = house.Client();
        http.DefaultRequestHeaders.Add("x-api-key", await house.Key("admin"));
        return http;
    }
}
