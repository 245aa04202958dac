using System.Globalization;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Behind;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Milestones.Versions;
using CustomerSuccess.Tests.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tests.Milestones;

/// <summary>Whoever reaches a milestone reaches it once, on the same day in whatever order it came in, and a rebuild says the same.</summary>
public sealed class FollowMilestonesTests
{
    private static readonly string[] Customers = ["acme", "techcorp", "northwind"];
    private readonly EventLog log = new(Rooms.Projections);
    private readonly TestClock clock = new(new DateTimeOffset(2026, 6, 20, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_order_duplicates_and_kills_give_the_same_days_and_each_once(int seed)
    {
        var story = Lives(seed);
        await using var ordered = await TestDatabase.Clone();
        await using var mixed = await TestDatabase.Clone();
        foreach (var db in new[] { ordered.Source, mixed.Source }) await Commit(db, [.. Customers.Select(id => Story.Created(id))]);
        await Commit(ordered.Source, [.. story.DistinctBy(e => e.Id).OrderBy(e => e.OccurredAt)]);
        await Follow(ordered.Source);
        var chance = new Random(seed);
        for (var at = 0; at < story.Count;)
        {
            var size = chance.Next(1, 12);
            await Commit(mixed.Source, [.. story.Skip(at).Take(size)]);
            at += size;
            if (chance.Next(2) == 0) await Killed(mixed.Source, chance.Next(25));
            if (chance.Next(3) == 0) await Follow(mixed.Source);
        }

        (await Rebuild.Run(mixed.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty("what still waits is no difference");
        // Two processes at once.
        await Task.WhenAll(Follow(mixed.Source), Follow(mixed.Source));
        var right = await Said(ordered.Source);
        right.Count.ShouldBeGreaterThan(15);
        (await Said(mixed.Source)).ShouldBe(right);
        await using var c = await mixed.Source.OpenConnectionAsync();
        (await c.ExecuteScalarAsync<long>("select count(*) - count(distinct (customer_id, properties ->> 'milestone')) from events where type = 'milestone_reached'")).ShouldBe(0);
        foreach (var db in new[] { ordered.Source, mixed.Source })
        {
            (await Rebuild.Run(db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
            await Rebuild.Run(db, Rooms.Projections, check: false, null, default);
            await Follow(db);
            (await Said(db)).ShouldBe(right);
        }
    }

    [Fact]
    public async Task A_late_event_moves_the_day_to_an_earlier_one_and_a_correction_takes_nothing_back()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [Story.Created("acme"), Merged("acme", 5)]);
        await Follow(db.Source);
        (await Day(db.Source, "acme", "first_pr_merged")).ShouldBe("2026-03-06");
        await Commit(db.Source, [Merged("acme", 2, received: 8)]);
        await Follow(db.Source);
        (await Day(db.Source, "acme", "first_pr_merged")).ShouldBe("2026-03-03");
        await Commit(db.Source, [Story.Event("acme", EventTypes.EngagementRecorded, Story.Start.AddDays(9), new { row = "e1", date = "2026-03-01", prs_merged = 5, copies = 1 })]);
        await Commit(db.Source, [Story.Event("acme", EventTypes.EngagementRecorded, Story.Start.AddDays(9), new { row = "e1", date = "2026-03-01", prs_merged = -9, copies = -1 })]);
        await Follow(db.Source);
        (await Day(db.Source, "acme", "first_pr_merged")).ShouldBe("2026-03-03");
        (await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_what_is_new_is_celebrated()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [.. new[] { "live", "late", "old", "tested" }.Select(id => Story.Created(id))]);
        await Commit(db.Source, [Story.Event("tested", EventTypes.CustomerUpdated, Story.Start, new { is_test = true })]);
        var now = clock.GetUtcNow().UtcDateTime.AddMinutes(-1);
        Envelope At(string customer, DateTime at) => Story.Event(customer, EventTypes.PrMerged, at, null, "m-" + customer) with { ReceivedAt = now };
        await Commit(db.Source, [At("live", now), At("late", now.AddDays(-2)), At("old", now) with { History = true }, At("tested", now)]);
        await Follow(db.Source);
        (await Celebrated(db.Source)).ShouldBe(["late ", "live mail product team", "old ", "tested "]);
    }

    [Fact]
    public async Task What_is_published_applies_to_the_past_without_a_celebration_and_what_was_reached_stays()
    {
        await using var db = await TestDatabase.Clone();
        var now = clock.GetUtcNow().UtcDateTime;
        await Commit(db.Source, [Story.Created("acme"), Story.Created("techcorp"), Story.Event("acme", EventTypes.PrMerged, now.AddHours(-1)), .. Enumerable.Range(0, 3).Select(n => Story.Event("acme", "report_opened", now.AddMinutes(-30 + n), new { kind = n < 2 ? "weekly" : "daily" }))]);
        await Follow(db.Source);
        var change = new ChangeBook(db.Source, new AuditLog(new AuditSeal(new byte[32]), clock), clock);
        ChangeBook.Author author = new("user:alice@example.com", "user:1");
        var json = StrictJson.Write(KnownBooks.Builtin with
        {
            Milestones = [new() { Id = "first_pr_merged", Title = "Other words", ReachedOn = new() { Event = "pr_merged", Count = 3 }, Points = 1, Celebrate = ["mail"] },
                new() { Id = "reports", Title = "Reports", ReachedOn = new() { Event = "report_opened", Count = 2, Property = "kind", Values = ["week*"] }, Celebrate = ["product"] }],
        });
        (await change.Keep(json, "", author, default)).ShouldBeEmpty();
        (await change.Publish(author, default)).Version.ShouldBe(2);
        (await change.Publish(author, default)).Why.ShouldBe("There is no draft to publish.");
        await Follow(db.Source);
        await Commit(db.Source, [.. Enumerable.Range(0, 2).Select(n => Story.Event("techcorp", "report_opened", now.AddMinutes(1 + n), new { kind = "weekly" }))]);
        clock.Advance(TimeSpan.FromMinutes(5));
        await Follow(db.Source);
        await using var c = await db.Source.OpenConnectionAsync();
        (await c.QueryAsync<string>("select customer_id || ' ' || milestone || ' ' || rule || ' ' || points || ' ' || array_to_string(celebrated, ',') from milestones where milestone in ('first_pr_merged', 'reports') order by 1"))
            .ShouldBe(["acme first_pr_merged pr_merged 25 mail,product,team", "acme reports 2 × report_opened with kind week* 0 ", "techcorp reports 2 × report_opened with kind week* 0 product"]);
        (await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
    }

    [Fact]
    public async Task Days_are_full_by_themselves_for_those_who_are_still_there()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, [Story.Created("acme", new DateOnly(2026, 5, 20)), Story.Created("young", new DateOnly(2026, 5, 22)), Story.Created("gone", new DateOnly(2026, 5, 1))]);
        await Commit(db.Source, [Story.Event("gone", EventTypes.CustomerUpdated, Story.Start.AddDays(1), new { status = "churned" })]);
        await Follow(db.Source);
        (await Day(db.Source, "acme", "thirty_days")).ShouldBe("2026-06-19");
        clock.Advance(TimeSpan.FromDays(1));
        await Waiting.NoteDue(db.Source, new DateOnly(2026, 6, 21), default);
        await Follow(db.Source);
        (await Day(db.Source, "young", "thirty_days")).ShouldBe("2026-06-21");
        (await Celebrated(db.Source)).ShouldContain("young product");
        (await Day(db.Source, "gone", "thirty_days")).ShouldBe("");
        (await Waiting.NoteDue(db.Source, new DateOnly(2026, 6, 21), default)).ShouldBe(0);
    }

    [Fact]
    public void What_is_counted_by_day_costs_those_who_store_it_nothing()
    {
        string Statement(params Envelope[] events) => Rooms.Projections.InsertFor(events);
        var now = Story.Start.AddHours(1);
        Statement(Story.Event("c", "api_call", now), Story.Event("c", "pr_merged", now), Story.Event("c", "page_view", now)).ShouldNotContain("milestones_waiting");
        Statement(Story.Event("c", "api_call", now) with { ReceivedAt = now.AddDays(1) }).ShouldContain("milestones_waiting");
        Statement(Story.Event("c", "api_call", now) with { History = true }).ShouldContain("milestones_waiting");
        Statement(Story.Event("c", "teammate_invited", now)).ShouldContain("milestones_waiting");
    }

    /// <summary>Three months of calls, pull requests told twice, invitations and rows recorded by hand; late, in any order and sent again. Nothing is taken back.</summary>
    private static List<Envelope> Lives(int seed)
    {
        var chance = new Random(seed * 11);
        var events = new List<Envelope>();
        for (var n = 0; n < 320; n++)
        {
            var customer = Customers[chance.Next(Customers.Length)];
            var at = Story.Start.AddMinutes(chance.Next(0, 95 * 24 * 60));
            var e = chance.Next(8) switch
            {
                0 => Story.Event(customer, EventTypes.IssueResolution, at, new { issue_url = $"https://github.com/{customer}/app/issues/{chance.Next(9)}" }),
                1 or 2 => Story.Event(customer, EventTypes.PrMerged, at, new { pr_url = chance.Next(3) == 0 ? null : $"https://github.com/{customer}/app/pull/{chance.Next(14)}" }),
                3 => Story.Event(customer, "teammate_invited", at),
                4 => Story.Event(customer, EventTypes.EngagementRecorded, at, new { row = $"r{n}", date = at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), prs_merged = chance.Next(3), copies = 1 }),
                _ => Story.Event(customer, EventTypes.ApiCall, at),
            };
            e = e with { Id = string.Create(CultureInfo.InvariantCulture, $"l{seed}-{n}"), ReceivedAt = Story.Start.AddDays(100).AddMinutes(n) };
            events.Add(e);
            if (chance.Next(5) == 0) events.Add(e);
        }

        return [.. events.OrderBy(_ => chance.Next())];
    }

    private static Envelope Merged(string customer, int day, int? received = null) =>
        Story.Event(customer, EventTypes.PrMerged, Story.Start.AddDays(day).AddHours(10)) with { ReceivedAt = Story.Start.AddDays(received ?? day).AddHours(11) };

    // What was counted by day is told by the worker of health.
    private async Task Follow(NpgsqlDataSource db)
    {
        await Wait.Until(async () => await CustomerSuccess.Health.RefreshStandings.Run(db, log, clock, 1000, default) is { Count: 0 } && await Idle(db, "touched"), "nothing that waits for health");
        await Wait.Until(async () => await FollowMilestones.Run(db, log, clock, 2, default) is { Noted: 0 }, "nothing that waits for milestones");
    }

    private static async Task<bool> Idle(NpgsqlDataSource db, string table)
    {
        await using var c = await db.OpenConnectionAsync();
        return !await c.ExecuteScalarAsync<bool>($"select exists (select from {table})");
    }

    private async Task Killed(NpgsqlDataSource db, int milliseconds)
    {
        await CustomerSuccess.Health.RefreshStandings.Run(db, log, clock, 1000, default);
        using var kill = new CancellationTokenSource(milliseconds);
        try
        {
            await FollowMilestones.Run(db, log, clock, 1000, kill.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or NpgsqlException)
        {
            // As meant.
        }
    }

    // Milestones by time come to whoever is there on the day; the instant within a day is the one that was known first.
    private static async Task<List<string>> Said(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        return (await c.QueryAsync<string>(
            """
            select customer_id || ' ' || milestone || ' ' || (reached_at at time zone 'utc')::date || ' ' || rule || ' ' || points || ' ' || badge from milestones
            union all select 'count ' || customer_id || ' ' || milestone || ' ' || n || ' ' || coalesce(reached_at::text, '') from milestone_counts order by 1
            """)).AsList();
    }

    private static async Task<List<string>> Celebrated(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        return (await c.QueryAsync<string>("select customer_id || ' ' || array_to_string(celebrated, ' ') from milestones where milestone in ('first_pr_merged', 'thirty_days') and (milestone = 'first_pr_merged' or customer_id = 'young') order by 1")).AsList();
    }

    private static async Task<string> Day(NpgsqlDataSource db, string customer, string milestone)
    {
        await using var c = await db.OpenConnectionAsync();
        return await c.ExecuteScalarAsync<string?>("select (reached_at at time zone 'utc')::date::text from milestones where customer_id = @customer and milestone = @milestone", new { customer, milestone }) ?? "";
    }

    private async Task Commit(NpgsqlDataSource db, IReadOnlyList<Envelope> events)
    {
        await using var connection = await db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await log.Write(connection, transaction, events, default);
        await transaction.CommitAsync();
    }
}
