using CustomerSuccess.Events;
using CustomerSuccess.Funnel;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>What is kept behind the events is what the log says, in whatever order and however often it came.</summary>
public sealed class FollowTests
{
    private static readonly string[] Customers = ["acme", "techcorp", "northwind"];
    private readonly EventLog log = new(Rooms.Projections);

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 3)]
    [InlineData(3, 1)]
    [InlineData(4, 20)]
    [InlineData(5, 2)]
    public async Task Any_order_gives_the_same_as_all_at_once_and_as_a_rebuild(int seed, int limit)
    {
        var story = Travels.Random(seed, Customers, 150);
        await using var ordered = await TestDatabase.Clone();
        await using var mixed = await TestDatabase.Clone();
        foreach (var db in new[] { ordered.Source, mixed.Source }) await Commit(db, [.. Customers.Select(id => Story.Created(id))]);
        await Commit(ordered.Source, [.. story.DistinctBy(e => e.Id).OrderBy(e => e.OccurredAt)]);
        await Travels.Follow(ordered.Source);
        var chance = new Random(seed);
        for (var at = 0; at < story.Count;)
        {
            var size = chance.Next(1, 9);
            await Commit(mixed.Source, [.. story.Skip(at).Take(size)]);
            at += size;
            if (chance.Next(3) == 0) await Travels.Follow(mixed.Source, limit);
        }

        (await Rebuild.Run(mixed.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty("what still waits is no difference");
        await Travels.Follow(mixed.Source, limit);
        var right = await Travels.Tables(ordered.Source);
        (await Travels.Tables(mixed.Source)).ShouldBe(right);
        foreach (var db in new[] { ordered.Source, mixed.Source })
        {
            (await Rebuild.Run(db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
            await Rebuild.Run(db, Rooms.Projections, check: false, null, default);
            await Travels.Follow(db);
            (await Travels.Tables(db)).ShouldBe(right);
        }
    }

    [Fact]
    public async Task Rebuild_mends_what_was_tampered_with_and_check_names_it()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [.. Customers.Select(id => Story.Created(id)), .. Travels.Random(7, Customers, 80).DistinctBy(e => e.Id)]);
        await Travels.Follow(db.Source);
        var right = await Travels.Tables(db.Source);
        await using (var c = await db.Source.OpenConnectionAsync())
        {
            await c.ExecuteAsync(
                """
                update visit_days set visits = visits + 1 where day = (select min(day) from visit_days); delete from visitors where visitor = '~v:v3';
                update journeys set activated_at = null where customer_id = 'acme'; insert into visit_counts values ('2026-03-01', 'page', 'never/', 3)
                """);
        }

        var found = (await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default)).Differences;
        found.Select(one => one.Table).Distinct(StringComparer.Ordinal).ShouldBe(["journeys", "visitors", "visit_days", "visit_counts"], ignoreOrder: true);
        (await Travels.Tables(db.Source)).ShouldNotBe(right);
        await Rebuild.Run(db.Source, Rooms.Projections, check: false, null, default);
        (await Travels.Tables(db.Source)).ShouldBe(right);
    }

    [Fact]
    public async Task A_funnel_that_fails_fails_no_sign_up_is_logged_and_comes_back_with_a_rebuild()
    {
        var lines = new Lines();
        await using var house = await House.Open(services => services.AddSingleton<ILoggerProvider>(lines));
        await using var c = await house.Db.OpenConnectionAsync();
        await c.ExecuteAsync("alter table journeys add constraint planted check (signup_at is null)");

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/customers/provision")
        {
            Content = new StringContent("""{"email":"ann@fjord.example","organization":"Fjord"}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-api-key", await house.Key("admin"));
        var answer = await house.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Created);
        (await c.QueryAsync<string>("select type from events where type in ('signup', 'api_key_created') order by 1")).ShouldBe(["api_key_created", "signup"]);

        await Followed(c);
        lines.All.ShouldContain(line => line.Contains("funnel leaves out signup:", StringComparison.Ordinal) && line.Contains("./cs rebuild", StringComparison.Ordinal));
        (await Travels.Get(house, "/api/v1/funnel/summary")).GetProperty("signups").GetInt64().ShouldBe(0);

        await c.ExecuteAsync("alter table journeys drop constraint planted");
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(1);
        (await house.Cli("rebuild")).Code.ShouldBe(0);
        var summary = await Travels.Get(house, "/api/v1/funnel/summary");
        (summary.GetProperty("signups").GetInt64(), summary.GetProperty("api_keys_created").GetInt64()).ShouldBe((1, 1));
        (await house.Cli("rebuild", "--check")).Code.ShouldBe(0);
    }

    [Theory]
    [InlineData("23514")]
    [InlineData("57014")]
    public async Task Of_a_commit_only_the_event_that_the_funnel_refuses_is_left_out(string state)
    {
        var lines = new Lines();
        await using var house = await House.Open(services => services.AddSingleton<ILoggerProvider>(lines));
        await using var c = await house.Db.OpenConnectionAsync();
        await c.ExecuteAsync(
            $"""
            create function planted(id text) returns boolean language plpgsql as $$ begin if id = 'techcorp' then raise exception 'planted' using errcode = '{state}'; end if; return true; end $$;
            alter table journeys add constraint planted check (planted(customer_id))
            """);
        await Commit(house.Db, [.. Customers.Select(id => Story.Created(id)), .. Customers.Select(id => Story.Event(id, "signup", Story.Start, id: "s-" + id)), Travels.Visit("v1", Story.Start, id: "a"), Travels.Visit("v2", Story.Start, id: "b")]);
        await Commit(house.Db, [Story.Event("acme", "api_key_created", Story.Start.AddHours(1), id: "k-acme")]);

        // A reader is not turned away meanwhile.
        await Travels.GetNow(house, "/api/v1/funnel/summary");
        await Followed(c);
        lines.All.Where(line => line.Contains("funnel leaves out", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain("leaves out s-techcorp: planted");
        (await c.QueryAsync<string>("select customer_id from journeys where signup_at is not null order by 1")).ShouldBe(["acme", "northwind"]);
        (await c.ExecuteScalarAsync<bool>("select key_at is not null from journeys where customer_id = 'acme'")).ShouldBeTrue();
        (await c.ExecuteScalarAsync<long>("select count(*) from visitors")).ShouldBe(2);
        await c.ExecuteAsync("alter table journeys drop constraint planted");
        (await house.Cli("rebuild")).Code.ShouldBe(0);
        (await c.ExecuteScalarAsync<long>("select count(*) from journeys where signup_at is not null")).ShouldBe(3);
    }

    [Fact]
    public async Task A_reader_waits_for_the_funnel_a_moment_and_no_longer()
    {
        await using var house = await House.Open();
        await Travels.GetNow(house, "/api/v1/funnel/summary");
        await using var c = await house.Db.OpenConnectionAsync();
        await c.ExecuteAsync("select pg_advisory_lock(10, 0)");
        await Commit(house.Db, [Story.Created("acme"), Story.Event("acme", "signup", house.Clock.GetUtcNow().UtcDateTime)]);
        // It is answered while the funnel is still held: with what was known before.
        (await Travels.GetNow(house, "/api/v1/funnel/summary")).GetProperty("signups").GetInt64().ShouldBe(0);
        await c.ExecuteAsync("select pg_advisory_unlock(10, 0)");
        (await Travels.Get(house, "/api/v1/funnel/summary")).GetProperty("signups").GetInt64().ShouldBe(1);
    }

    private static Task Followed(NpgsqlConnection c) => Wait.Until(async () => !await c.ExecuteScalarAsync<bool>("select exists (select from funnel_waiting)"), "the funnel to follow");

    private async Task Commit(NpgsqlDataSource db, IReadOnlyList<Envelope> events)
    {
        await using var connection = await db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await log.Write(connection, transaction, events, default);
        await transaction.CommitAsync();
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> all = new();

        public IReadOnlyCollection<string> All => all;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => all.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
