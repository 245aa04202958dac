using CustomerSuccess.Events;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tests.Health;

/// <summary>Scores and standings behind the events: now, as of any day, and by the passing of time.</summary>
public sealed class StandingsTests
{
    private readonly EventLog log = new(Rooms.Projections);
    private readonly TestClock clock = new(new DateTimeOffset(2026, 3, 20, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task What_is_known_as_of_today_is_what_the_tables_say(int seed)
    {
        await using var database = await TestDatabase.Clone();
        string[] customers = ["acme", "northwind", "techcorp"];
        await Write(database.Source, [.. customers.Select(id => Story.Created(id)), .. Story.Random(seed, customers, 150)]);
        await using var c = await database.Source.OpenConnectionAsync();
        (await Facts.AsOf(c, null, customers, clock.Today(), default)).ShouldBe(await Facts.Now(c, null, customers, default));
    }

    [Fact]
    public async Task Nothing_looks_ahead_a_late_event_was_not_known_before_it_came()
    {
        await using var database = await TestDatabase.Clone();
        await Write(database.Source, [Story.Created("acme"), Story.Event("acme", EventTypes.PrMerged, Story.Start.AddDays(2)) with { ReceivedAt = Story.Start.AddDays(9) }]);
        await using var c = await database.Source.OpenConnectionAsync();
        (await Facts.AsOf(c, null, ["acme"], Story.Start.AddDays(5).Day(), default))[0].PrsMerged.ShouldBe(0);
        (await Facts.AsOf(c, null, ["acme"], Story.Start.AddDays(9).Day(), default))[0].PrsMerged.ShouldBe(1);
        (await Facts.AsOf(c, null, ["acme"], Story.Start.AddDays(-1).Day(), default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_standing_follows_events_and_says_when_the_status_changes()
    {
        await using var database = await TestDatabase.Clone();
        await Write(database.Source, [Story.Created("acme", clock.Today())]);
        await Refresh(database.Source);
        await Write(database.Source, [.. OnboardingSteps.All.Select(step => Story.Event("acme", EventTypes.StepPrefix + step, clock.Now())),
            .. Enumerable.Range(0, 10).Select(n => Story.Event("acme", n < 4 ? EventTypes.PrMerged : EventTypes.ApiCall, clock.Now().AddDays(-n))),
            .. Enumerable.Range(0, 10).Select(_ => Story.Event("acme", EventTypes.PrGenerated, clock.Now()))]);
        await Refresh(database.Source);
        await using var c = await database.Source.OpenConnectionAsync();
        (await c.QuerySingleAsync<string>("select score || ' ' || status || ' ' || stage || ' ' || done || ' ' || steps from standings")).ShouldBe("85 champion regular_usage 5 31");
        (await c.QueryAsync<string>("select id || ' ' || (properties ->> 'from_status') || ' ' || (properties ->> 'status') from events where type = 'health_changed'")).ShouldBe(["health_changed:acme:1 at_risk champion"]);
    }

    [Fact]
    public async Task Silence_makes_inactive_and_is_told_once()
    {
        await using var database = await TestDatabase.Clone();
        await Write(database.Source, [Story.Created("acme", clock.Today())]);
        await Refresh(database.Source);
        clock.Advance(TimeSpan.FromDays(29));
        (await RefreshStandings.TouchTheSilent(database.Source, clock, default)).ShouldBe(0);
        clock.Advance(TimeSpan.FromDays(1));
        (await RefreshStandings.TouchTheSilent(database.Source, clock, default)).ShouldBe(1);
        await Refresh(database.Source);
        (await RefreshStandings.TouchTheSilent(database.Source, clock, default)).ShouldBe(0);
        await using var c = await database.Source.OpenConnectionAsync();
        (await c.QuerySingleAsync<string>("select properties ->> 'status' from events where type = 'health_changed'")).ShouldBe("inactive");
    }

    [Fact]
    public async Task History_restates_the_days_it_belongs_to()
    {
        await using var database = await TestDatabase.Clone();
        var signup = clock.Today().AddDays(-10);
        await Write(database.Source, [
            Story.Created("acme", signup) with { OccurredAt = signup.Start(), ReceivedAt = signup.Start(), History = true },
            .. Enumerable.Range(1, 4).Select(n => Story.Event("acme", EventTypes.PrMerged, signup.AddDays(n * 2).Start().AddHours(9)) with { History = true })]);
        await Refresh(database.Source);
        await using var c = await database.Source.OpenConnectionAsync();
        (await c.QueryAsync<string>("select day - @signup || ' ' || score from health_scores order by day", new { signup }))
            .ShouldBe(["0 0", "2 5", "4 10", "6 15", "8 20"]);
        (await c.ExecuteScalarAsync<long>("select count(*) from events where type = 'health_changed'")).ShouldBe(0, "history has no effects");
    }

    private async Task Refresh(NpgsqlDataSource db)
    {
        while ((await RefreshStandings.Run(db, log, clock, 100, default)).Count > 0)
        {
        }
    }

    private async Task Write(NpgsqlDataSource db, Envelope[] events)
    {
        await using var connection = await db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await log.Write(connection, transaction, events, default);
        await transaction.CommitAsync();
    }
}
