using System.Text.Json;
using CustomerSuccess.Customers.Identities;
using CustomerSuccess.Events;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tests.Customers.Identities;

/// <summary>Links and what is derived: whatever is linked and undone in whatever order beside whatever comes in, the tables are what the log says.</summary>
public sealed class LinkTests
{
    private static readonly string[] Customers = ["acme", "northwind", "techcorp"];
    private static readonly string[] Subjects = ["~v:v0", "~v:v1", "~p:p0", "~p:p1", "~g:g0", "~g:g1"];
    private readonly EventLog log = new(Rooms.Projections);
    private readonly TestClock clock = new(new DateTimeOffset(2026, 3, 20, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task With_links_made_and_undone_beside_two_writers_the_tables_are_what_rebuild_makes(int seed)
    {
        await using var database = await TestDatabase.Clone();
        var db = database.Source;
        await Commit(db, [.. Customers.Select(id => Story.Created(id))]);
        var story = Story.OfAnybody(seed, Customers, Subjects, 160);
        var half = story.Count / 2;
        await Task.WhenAll(Writer(db, story[..half], seed), Writer(db, story[half..], seed + 1), Linker(db, seed, 40));

        (await Rebuild.Run(db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
        var before = await Tables(db);
        await Rebuild.Run(db, Rooms.Projections, check: false, null, default);
        (await Tables(db)).ShouldBe(before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_link_that_is_undone_leaves_everything_as_if_it_had_never_been(int seed)
    {
        await using var never = await TestDatabase.Clone();
        await using var once = await TestDatabase.Clone();
        var story = Story.OfAnybody(seed, Customers, Subjects, 120);
        foreach (var db in new[] { never.Source, once.Source })
        {
            await Commit(db, [.. Customers.Select(id => Story.Created(id)), .. story[..80]]);
            await Refresh(db);
        }

        var chance = new Random(seed);
        var linked = Subjects.Select(one => (one, Customers[chance.Next(3)])).ToList();
        foreach (var (identity, customer) in linked) await Link(once.Source, identity, customer);
        (await Tables(once.Source)).ShouldNotBe(await Tables(never.Source), "a link must move something");
        clock.Advance(TimeSpan.FromHours(1));
        foreach (var db in new[] { never.Source, once.Source })
        {
            await Commit(db, [.. story[80..].Select(e => e with { ReceivedAt = clock.Now() })]);
            await Refresh(db);
        }

        clock.Advance(TimeSpan.FromDays(3));
        foreach (var (identity, _) in linked.OrderBy(_ => chance.Next())) await Undo(once.Source, identity);

        var (got, right) = ((await Tables(once.Source)).Split('\n'), (await Tables(never.Source)).Split('\n'));
        got.Except(right).Concat(right.Except(got)).ShouldBeEmpty();
        got.Length.ShouldBe(right.Length);
        await using var a = await never.Source.OpenConnectionAsync();
        await using var b = await once.Source.OpenConnectionAsync();
        for (var day = Story.Start.Day(); day <= clock.Today(); day = day.AddDays(1))
            (await Facts.AsOf(b, null, Customers, day, default)).ShouldBe(await Facts.AsOf(a, null, Customers, day, default), day.Iso());
        foreach (var db in new[] { never.Source, once.Source }) await Refresh(db);
        (await Scores(b)).ShouldBe(await Scores(a));
        (await b.ExecuteScalarAsync<bool>("select bool_and(target is null and customer_id is null) from identities")).ShouldBeTrue();
        (await b.ExecuteScalarAsync<bool>("select bool_or(matched) from sightings")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_link_of_a_person_brings_its_visitors_along_and_the_past_counts_once()
    {
        await using var database = await TestDatabase.Clone();
        var db = database.Source;
        await Commit(db, [Story.Created("acme"), Anybody("~v:v0", EventTypes.PrMerged, 3), Anybody("~p:p0", EventTypes.PrMerged, 4)]);
        await Link(db, "~v:v0", "~p:p0");
        (await Merged(db)).ShouldBe(0);
        await Link(db, "~p:p0", "acme");
        (await Merged(db)).ShouldBe(2);
        await Commit(db, [Anybody("~v:v0", EventTypes.PrMerged, 5)]);
        (await Merged(db)).ShouldBe(3);
        await Undo(db, "~p:p0");
        (await Merged(db)).ShouldBe(0);
        await using var c = await db.OpenConnectionAsync();
        (await c.QuerySingleAsync<string>("select identity || ' ' || target || ' ' || (customer_id is null) from identities where target is not null")).ShouldBe("~v:v0 ~p:p0 true");
    }

    [Fact]
    public async Task What_was_known_on_a_day_does_not_look_ahead_to_a_link()
    {
        await using var database = await TestDatabase.Clone();
        var db = database.Source;
        await Commit(db, [Story.Created("acme"), Anybody("~p:p0", EventTypes.PrMerged, 3)]);
        await Link(db, "~p:p0", "acme");
        await using var c = await db.OpenConnectionAsync();
        (await Facts.AsOf(c, null, ["acme"], clock.Today().AddDays(-1), default))[0].PrsMerged.ShouldBe(0);
        (await Facts.AsOf(c, null, ["acme"], clock.Today(), default))[0].PrsMerged.ShouldBe(1);
    }

    [Fact]
    public async Task Onboarding_that_a_link_completes_is_said_once_and_taken_back_with_the_link()
    {
        await using var database = await TestDatabase.Clone();
        var db = database.Source;
        await Commit(db, [Story.Created("acme"), .. OnboardingSteps.All.Select((step, n) => Anybody("~g:g0", EventTypes.StepPrefix + step, n))]);
        await Link(db, "~g:g0", "acme");
        (await Completed(db)).ShouldBe(Story.Start.AddDays(4));
        await Undo(db, "~g:g0");
        (await Completed(db)).ShouldBeNull();
        (await Said(db)).ShouldBe(["onboarding_completed:acme", "onboarding_completed_withdrawn:acme"]);
        await Agree(db);

        // What becomes true later is said again, once: by another link, and by the customer itself.
        await Link(db, "~g:g0", "acme");
        (await Completed(db)).ShouldBe(Story.Start.AddDays(4));
        await Undo(db, "~g:g0");
        (await Completed(db)).ShouldBeNull();
        foreach (var step in OnboardingSteps.All) await Commit(db, [Story.Event("acme", EventTypes.StepPrefix + step, Story.Start.AddDays(30))]);
        await Commit(db, [Story.Event("acme", EventTypes.StepReset, Story.Start.AddDays(31), new { step = OnboardingSteps.All[0] }), Story.Event("acme", EventTypes.StepPrefix + OnboardingSteps.All[0], Story.Start.AddDays(32))]);
        (await Completed(db)).ShouldBe(Story.Start.AddDays(30));
        (await Said(db)).ShouldBe(["onboarding_completed:acme", "onboarding_completed:acme:2", "onboarding_completed:acme:3", "onboarding_completed_withdrawn:acme", "onboarding_completed_withdrawn:acme:2"]);
        await Agree(db);
    }

    [Fact]
    public async Task A_completion_that_holds_without_the_link_is_said_when_the_link_is_undone()
    {
        await using var database = await TestDatabase.Clone();
        var db = database.Source;
        await Commit(db, [Story.Created("acme"), .. OnboardingSteps.All.Select((step, n) => Anybody("~g:g0", EventTypes.StepPrefix + step, n))]);
        await Link(db, "~g:g0", "acme");
        await Commit(db, [.. OnboardingSteps.All.Select(step => Story.Event("acme", EventTypes.StepPrefix + step, Story.Start.AddDays(30)))]);
        await Undo(db, "~g:g0");
        (await Completed(db)).ShouldBe(Story.Start.AddDays(30));
        (await Said(db)).ShouldBe(["onboarding_completed:acme", "onboarding_completed:acme:2", "onboarding_completed_withdrawn:acme"]);
        await Agree(db);
    }

    [Fact]
    public async Task Rebuild_finds_and_mends_identities_pairs_and_sightings_too()
    {
        await using var database = await TestDatabase.Clone();
        var db = database.Source;
        await Commit(db, [Story.Created("acme"), Anybody("~p:p0", "identify", 1) with { VisitorId = "v0", Properties = """{"email":"Ann@acme.example"}""" }, Anybody("~g:g0", "opened", 2)]);
        await Link(db, "~p:p0", "acme");
        var right = await Tables(db);
        await using (var c = await db.OpenConnectionAsync())
            await c.ExecuteAsync("update identities set customer_id = 'northwind'; delete from pairs where a = '~p:p0'; insert into pairs values ('~p:x', '~g:y', now(), 'x', 'x'); update sightings set events = 7");
        (await Rebuild.Run(db, Rooms.Projections, check: true, null, default)).Differences.Select(one => one.Table).Distinct()
            .Intersect(["identities", "sightings", "pairs"]).Count().ShouldBe(3);
        await Rebuild.Run(db, Rooms.Projections, check: false, null, default);
        (await Tables(db)).ShouldBe(right);
    }

    private static Envelope Anybody(string subject, string type, int day) => Story.About(Story.Event("nobody", type, Story.Start.AddDays(day)), subject);

    private async Task Linker(NpgsqlDataSource db, int seed, int times)
    {
        var chance = new Random(seed * 77);
        for (var n = 0; n < times; n++)
        {
            var identity = Subjects[chance.Next(Subjects.Length)];
            if (chance.Next(3) == 0)
            {
                await Undo(db, identity);
                continue;
            }

            var to = chance.Next(2) == 0 ? Customers[chance.Next(3)] : Subjects[chance.Next(Subjects.Length)];
            if (Identity.MayLead(identity, to)) await Link(db, identity, to);
        }
    }

    private Task<bool> Link(NpgsqlDataSource db, string from, string to) => InLock(db, async (c, t) =>
    {
        var known = await ReadLinkFacts.Standings(c, t, [from, to], default);
        if (known.GetValueOrDefault(from)?.To is not null || Chains.Reaches(to, from, known.GetValueOrDefault)) return false;
        await MakeLinks.Run(c, t, log, [new Link(from, to, LinkRules.Staff, new Evidence("ui", "test"))], new LinkedBy("user:1", "ui", clock.Now()), default);
        return true;
    });

    private Task<bool> Undo(NpgsqlDataSource db, string identity) => InLock(db, (c, t) => MakeLinks.Undo(c, t, log, identity, new LinkedBy("user:1", "ui", clock.Now()), default));

    private static async Task<bool> InLock(NpgsqlDataSource db, Func<NpgsqlConnection, NpgsqlTransaction, Task<bool>> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await db.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            try
            {
                await MakeLinks.LockLinks(connection, transaction, default);
                var done = await work(connection, transaction);
                await transaction.CommitAsync();
                return done;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < 5)
            {
                await transaction.RollbackAsync();
            }
        }
    }

    private async Task Writer(NpgsqlDataSource db, List<Envelope> events, int seed)
    {
        var chance = new Random(seed);
        for (var at = 0; at < events.Count;)
        {
            var size = chance.Next(1, 9);
            await Commit(db, [.. events.Skip(at).Take(size)]);
            at += size;
        }
    }

    private async Task Commit(NpgsqlDataSource db, IReadOnlyList<Envelope> events)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await db.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            try
            {
                await log.Write(connection, transaction, events, default);
                await transaction.CommitAsync();
                return;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < 5)
            {
                await transaction.RollbackAsync();
            }
        }
    }

    private static async Task<IEnumerable<string>> Said(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        return await c.QueryAsync<string>("select id from events where type like 'onboarding_completed%' order by id collate \"C\"");
    }

    private static async Task Agree(NpgsqlDataSource db) => (await Rebuild.Run(db, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();

    private static async Task<DateTime?> Completed(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        return await c.ExecuteScalarAsync<DateTime?>("select completed_at from onboarding");
    }

    private static async Task<long> Merged(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        return await c.ExecuteScalarAsync<long?>("select prs_merged from engagement where customer_id = 'acme'") ?? 0;
    }

    private async Task Refresh(NpgsqlDataSource db)
    {
        while ((await RefreshStandings.Run(db, log, clock, 100, default)).Count > 0)
        {
        }
    }

    private static async Task<string> Scores(NpgsqlConnection c) =>
        string.Join('\n', await c.QueryAsync<string>("select to_jsonb(h)::text from health_scores h order by 1"));

    // Everything about customers, but what may stand where a reset arrived too late to prevent it.
    private static async Task<string> Tables(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        await using (var transaction = await c.BeginTransactionAsync())
        {
            foreach (var trail in Rooms.Projections.Trails) await trail.CatchUp(c, transaction, default);
            await transaction.CommitAsync();
        }

        var text = new List<string>();
        foreach (var table in Rooms.Projections.Folds.Where(fold => fold.On != FoldOn.Arrival).SelectMany(fold => fold.Tables).Concat(Rooms.Projections.Replays.Select(replay => replay.Table)))
        {
            // That the five steps are done is said again, under the next id, after a link took it back.
            var named = table == "milestone_counts" ? " - 'reached_by'" : "";
            text.AddRange(await c.QueryAsync<string>($"select '{table} ' || (to_jsonb(t) - 'completed_at'{named})::text from {table} t order by 1"));
        }

        return string.Join('\n', text);
    }
}
