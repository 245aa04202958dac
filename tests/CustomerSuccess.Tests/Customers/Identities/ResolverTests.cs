using System.Text.Json;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Events;
using CustomerSuccess.Tests.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tests.Customers.Identities;

/// <summary>Who belongs to whom is found out behind the events, whatever comes first.</summary>
public sealed class ResolverTests : IAsyncLifetime
{
    private readonly EventLog log = new(Rooms.Projections);
    private readonly TestClock clock = new(new DateTimeOffset(2026, 3, 20, 12, 0, 0, TimeSpan.Zero));
    private TestDatabase database = null!;
    private NpgsqlConnection look = null!;
    private int made;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.Clone();
        look = await database.Source.OpenConnectionAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_address_a_person_identified_with_is_the_customers(bool customerFirst)
    {
        Envelope[] customer = [Story.Created("acme")];
        Envelope[] person =
        [
            Seen("page_view", visitor: "v1"),
            Seen("identify", person: "u-17", visitor: "v1", properties: new { email = "Hello@Acme.example" }),
            Seen("pr_merged", person: "u-17"),
        ];
        foreach (var part in customerFirst ? new[] { customer, person } : [person, customer]) await Resolve(part);
        (await Stand()).ShouldBe(["~p:u-17 → acme = acme (email)", "~v:v1 → ~p:u-17 = acme (same_message)"]);
        (await look.ExecuteScalarAsync<long>("select prs_merged from engagement where customer_id = 'acme'")).ShouldBe(1);
        (await look.ExecuteScalarAsync<long>("select count(*) from attributed where customer_id = 'acme' and type = 'page_view'")).ShouldBe(1);
    }

    [Theory]
    [InlineData("acme", LinkRules.CustomerId)]
    [InlineData("cus_9", LinkRules.ExternalId)]
    [InlineData("stripe:cus_9", LinkRules.ExternalId)]
    [InlineData("github:acme-dev", LinkRules.GitHub)]
    public async Task A_group_is_found_by_every_name_of_the_customer_also_later(string group, string rule)
    {
        await Resolve(Seen("pr_merged", group: group));
        (await Stand()).ShouldBeEmpty();
        await Resolve(Story.Created("acme"),
            Story.Event("acme", EventTypes.CustomerUpdated, Story.Start.AddDays(1), new { github_username = "acme-DEV", external_ids = new { stripe = "cus_9" } }) with { Source = "ui" });
        (await Stand()).ShouldBe([$"~g:{group} → acme = acme ({rule})"]);
    }

    [Theory]
    [InlineData("acme", LinkRules.CustomerId)]
    [InlineData("HELLO@acme.example", LinkRules.Email)]
    [InlineData("ann@acme.example", LinkRules.PersonEmail)]
    [InlineData("acme-dev", LinkRules.GitHub)]
    public async Task A_user_id_may_be_any_name_of_the_customer(string user, string rule)
    {
        await Resolve(Seen("opened", person: user));
        await Resolve(Story.Created("acme"), Story.Event("acme", EventTypes.CustomerUpdated, Story.Start.AddDays(1), new { github_username = "acme-dev" }) with { Source = "ui" },
            Story.Event("acme", EventTypes.PersonUpdated, Story.Start.AddDays(1), new { email = "Ann@acme.example" }) with { Source = "ui", PersonId = "ann" });
        (await Stand()).ShouldBe([$"~p:{user} → acme = acme ({rule})"]);
    }

    [Fact]
    public async Task A_group_nobody_knows_belongs_to_the_customer_of_its_people()
    {
        await Resolve(Seen("opened", person: "u1", group: "org-5", visitor: "v1"), Seen("opened", person: "u2", group: "org-5"));
        (await Stand()).ShouldBe(["~p:u1 → ~g:org-5 = nobody (same_message)", "~p:u2 → ~g:org-5 = nobody (same_message)", "~v:v1 → ~p:u1 = nobody (same_message)"]);
        await Resolve(Seen("identify", person: "u1", properties: new { email = "hello@acme.example" }));
        await Resolve(Story.Created("acme"));
        (await Stand()).ShouldBe(
            ["~g:org-5 → acme = acme (members)", "~p:u1 → ~g:org-5 = acme (same_message)", "~p:u2 → ~g:org-5 = acme (same_message)", "~v:v1 → ~p:u1 = acme (same_message)"]);
    }

    [Fact]
    public async Task An_alias_joins_what_a_person_was_called_before()
    {
        await Resolve(Story.Created("acme"), Seen("opened", person: "temp-1"), Seen("alias", person: "hello@acme.example", properties: new { previous_id = "temp-1", user_id = "hello@acme.example" }));
        (await Stand()).ShouldContain("~p:temp-1 → ~p:hello@acme.example = acme (alias)");
        await Resolve(Seen("alias", person: "temp-1", properties: new { previous_id = "hello@acme.example", user_id = "temp-1" }));
        (await Stand()).ShouldContain("~p:hello@acme.example → acme = acme (email)", "an alias back closes no circle");
    }

    [Fact]
    public async Task The_first_link_stands_and_a_contradiction_is_listed_with_its_evidence()
    {
        await Resolve(Story.Created("acme"), Story.Created("northwind"), Seen("opened", person: "ann", group: "acme"));
        var contradiction = Seen("identify", person: "ann", properties: new { email = "hello@northwind.example" });
        await Resolve(contradiction);
        (await Stand()).ShouldContain("~p:ann → ~g:acme = acme (same_message)");
        (await look.QueryAsync<string>("select identity || ' ' || target || ' ' || rule || ' ' || evidence from identity_conflicts where decision is null"))
            .ShouldBe([$"~p:ann northwind email {contradiction.Id}"]);
    }

    [Fact]
    public async Task A_native_message_that_names_both_says_who_the_person_is_and_a_role_that_everybody_has_is_nobody()
    {
        await Resolve([.. Enumerable.Range(1, 6).Select(n => Story.Created($"c{n}")),
            Story.Event("c1", "opened", Story.Start) with { PersonId = "ann" }, Seen("pr_merged", person: "ann"),
            .. Enumerable.Range(1, 6).Select(n => Story.Event($"c{n}", "opened", Story.Start) with { PersonId = "admin" })]);
        (await Stand()).ShouldBe(["~p:ann → c1 = c1 (named)"]);
        (await look.QueryAsync<string>("select id || ' ' || reason from blocked_ids")).ShouldBe([$"~p:admin {ConcludeLinks.NamesCustomers}"]);
        (await look.ExecuteScalarAsync<long>("select count(*) from identity_conflicts")).ShouldBe(0);
    }

    [Fact]
    public async Task Ids_that_name_nobody_are_counted_and_never_linked()
    {
        await Resolve(Story.Created("acme"), Seen("identify", person: "null", visitor: "v1", properties: new { email = "hello@acme.example" }), Seen("opened", person: "[object Object]", visitor: "v2"));
        (await Stand()).ShouldBeEmpty();
        (await look.QueryAsync<string>("select identity || ' ' || events from sightings order by 1")).ShouldBe(["~p:[object Object] 1", "~p:null 1"]);
    }

    [Fact]
    public async Task An_address_on_an_invoice_brings_no_second_account_of_the_same_tool()
    {
        await Resolve(Story.Created("acme"), Story.Created("northwind"), Invoice("cus_1", "hello@acme.example"));
        await Resolve(Invoice("cus_2", "hello@acme.example"));
        await Resolve(Invoice("cus_3", "hello@northwind.example"), Invoice("cus_4", "Hello@northwind.example"));
        (await Stand()).ShouldBe(["~g:stripe:cus_1 → acme = acme (email)"]);
        (await Open()).ShouldBe(["~g:stripe:cus_2 acme email", "~g:stripe:cus_3 northwind email", "~g:stripe:cus_4 northwind email"]);

        // What Stripe was told of the customer decides; and an external id stands for an account that was not seen yet.
        await Resolve(Story.Event("acme", EventTypes.CustomerUpdated, Story.Start.AddDays(1), new { external_ids = new { stripe = "cus_2" } }) with { Source = "ui" },
            Story.Created("globex"), Story.Event("globex", EventTypes.CustomerUpdated, Story.Start.AddDays(1), new { external_ids = new { stripe = "cus_8" } }) with { Source = "ui" });
        await Resolve(Invoice("cus_9", "hello@globex.example"));
        (await Stand()).ShouldBe(["~g:stripe:cus_1 → acme = acme (email)", "~g:stripe:cus_2 → acme = acme (external_id)"]);
        (await Open()).ShouldBe(["~g:stripe:cus_3 northwind email", "~g:stripe:cus_4 northwind email", "~g:stripe:cus_9 globex email"]);

        Task<IEnumerable<string>> Open() => look.QueryAsync<string>("select identity || ' ' || target || ' ' || rule from identity_conflicts where decision is null order by 1");
        Envelope Invoice(string account, string address) => Seen("payment_succeeded", group: "stripe:" + account, properties: new { customer_email = address }) with { Source = "stripe" };
    }

    [Fact]
    public async Task What_is_blocked_by_itself_is_bounded_and_only_what_is_asked_for_is_read()
    {
        await Resolve([.. Enumerable.Range(1, 5).Select(n => Story.Created($"c{n}"))]);
        foreach (var role in new[] { "admin", "billing", "support" })
            await Resolve(new LinkSettings { MostBlocked = 2 }, [.. Enumerable.Range(1, 5).Select(n => Story.Event($"c{n}", "opened", Story.Start) with { PersonId = role })]);
        (await look.QueryAsync<string>("select id from blocked_ids order by 1")).ShouldBe(["~p:admin", "~p:billing"]);
        (await Stand()).ShouldBeEmpty("what is not listed any more is not linked either");
        (await ReadBlocked.Of(look, null, ["~p:billing", "~p:somebody"], default)).Blocked.ShouldBe(["~p:billing"]);
    }

    [Fact]
    public async Task Whoever_makes_a_customer_may_say_whose_visit_it_was()
    {
        await Resolve(Seen("page_view", visitor: "landing"), Story.Created("acme") with { Source = "api", VisitorId = "landing", PersonId = "u1" });
        (await Stand()).ShouldBe(["~p:u1 → acme = acme (named)", "~v:landing → ~p:u1 = acme (same_message)"]);
    }

    [Fact]
    public async Task While_an_import_holds_a_customer_the_resolver_steps_back_and_nothing_waits_for_it()
    {
        await Resolve(Story.Created("acme"));
        await Commit(Seen("opened", person: "acme"));
        await using (var import = await database.Source.OpenConnectionAsync())
        {
            await using var transaction = await import.BeginTransactionAsync();
            await EventLog.Lock(import, transaction, ["acme"], default);
            (await Should.ThrowAsync<PostgresException>(Run)).SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);
            await Commit(Seen("opened", person: "acme"));
        }

        await Resolve();
        (await Stand()).ShouldBe(["~p:acme → acme = acme (customer_id)"]);
    }

    private Task<ResolveWaiting.Done> Run() => Run(new LinkSettings());

    private Task<ResolveWaiting.Done> Run(LinkSettings settings) => ResolveWaiting.Run(database.Source, log, settings, clock, 100, default);

    private Task Resolve(params Envelope[] events) => Resolve(new LinkSettings(), events);

    private async Task Resolve(LinkSettings settings, params Envelope[] events)
    {
        if (events.Length > 0) await Commit(events);
        while ((await Run(settings)).Taken > 0)
        {
        }

        (await Rebuild.Run(database.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
    }

    private async Task Commit(params Envelope[] events)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await log.Write(connection, transaction, events, default);
        await transaction.CommitAsync();
    }

    private Envelope Seen(string type, string? visitor = null, string? person = null, string? group = null, object? properties = null) =>
        Story.Event("nobody", type, Story.Start.AddMinutes(++made), properties, $"m{made}") with { CustomerId = null, Source = "segment", VisitorId = visitor, PersonId = person, GroupId = group };

    private Task<IEnumerable<string>> Stand() => look.QueryAsync<string>(
        "select identity || ' → ' || target || ' = ' || coalesce(customer_id, 'nobody') || ' (' || rule || ')' from identities order by identity");

    public async ValueTask DisposeAsync()
    {
        await look.DisposeAsync();
        await database.DisposeAsync();
    }
}
