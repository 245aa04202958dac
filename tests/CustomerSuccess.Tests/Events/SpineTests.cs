using CustomerSuccess.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tests.Events;

/// <summary>The log and what is derived from it agree, whatever comes in whatever order through however many writers.</summary>
public sealed class SpineTests
{
    private static readonly string[] Customers = ["acme", "techcorp", "northwind"];
    private readonly EventLog log = new(Rooms.Projections);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Any_order_through_two_writers_gives_what_one_writer_gets_in_order(int seed)
    {
        var story = Story.Random(seed, Customers, 120);
        await using var ordered = await TestDatabase.Clone();
        await using var mixed = await TestDatabase.Clone();
        foreach (var db in new[] { ordered.Source, mixed.Source }) await Commit(db, log, [.. Customers.Select(id => Story.Created(id))]);

        foreach (var e in story.DistinctBy(e => e.Id).OrderBy(e => e.OccurredAt)) await Commit(ordered.Source, log, [e]);
        var half = story.Count / 2;
        await Task.WhenAll(Writer(mixed.Source, story[..half], seed), Writer(mixed.Source, story[half..], seed + 1));

        (await Rebuild.Run(mixed.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
        (await Rebuild.Run(ordered.Source, Rooms.Projections, check: true, null, default)).Differences.ShouldBeEmpty();
        (await Tables(mixed.Source)).ShouldBe(await Tables(ordered.Source));
        var completed = await Completed(mixed.Source);
        foreach (var (customer, at) in await Completed(ordered.Source)) completed[customer].ShouldBe(at);
    }

    [Fact]
    public async Task Without_the_customer_lock_two_writers_lose_a_step()
    {
        await using var db = await TestDatabase.Clone();
        (await Interleave(db.Source, log)).ShouldBeEmpty("with the lock the second writer sees the first one's step");

        await using var faulty = await TestDatabase.Clone();
        (await Interleave(faulty.Source, new EventLog(Rooms.Projections) { TakesCustomerLock = false })).ShouldNotBeEmpty("the check must find a step that was lost");
    }

    [Fact]
    public async Task Rebuild_mends_what_was_tampered_with_and_check_changes_nothing()
    {
        await using var db = await TestDatabase.Clone();
        await Commit(db.Source, log, [.. Customers.Select(id => Story.Created(id)), .. Story.Random(42, Customers, 60)]);
        var right = await Tables(db.Source);
        await using (var c = await db.Source.OpenConnectionAsync())
            await c.ExecuteAsync("update activity set prs_generated = prs_generated + 1; delete from onboarding where customer_id = 'acme'; insert into activity (customer_id, day, prs_generated) values ('ghost', '2026-01-05', 1)");

        var check = await Rebuild.Run(db.Source, Rooms.Projections, check: true, null, default);
        check.Differences.Select(one => one.Table).Distinct(StringComparer.Ordinal).ShouldBe(["activity", "onboarding"], ignoreOrder: true);
        (await Tables(db.Source)).ShouldNotBe(right);

        await Rebuild.Run(db.Source, Rooms.Projections, check: false, null, default);
        (await Tables(db.Source)).ShouldBe(right);
    }

    [Fact]
    public async Task The_fifth_step_completes_onboarding_once_in_any_order()
    {
        foreach (var seed in Enumerable.Range(1, 5))
        {
            await using var db = await TestDatabase.Clone();
            var chance = new Random(seed);
            await Commit(db.Source, log, [Story.Created("acme")]);
            var steps = Onboarding.OnboardingSteps.All.Select((step, n) => Story.Event("acme", EventTypes.StepPrefix + step, Story.Start.AddDays(n))).OrderBy(_ => chance.Next()).ToList();
            await Task.WhenAll(Writer(db.Source, steps[..3], seed), Writer(db.Source, steps[2..], seed));
            await Commit(db.Source, log, [Story.Event("acme", EventTypes.StepReset, Story.Start.AddDays(20), new { step = "first_pr_generated" })]);
            await Commit(db.Source, log, [Story.Event("acme", EventTypes.StepPrefix + "first_pr_generated", Story.Start.AddDays(21))]);

            await using var c = await db.Source.OpenConnectionAsync();
            (await c.ExecuteScalarAsync<long>("select count(*) from events where type = 'onboarding_completed'")).ShouldBe(1);
            (await c.ExecuteScalarAsync<DateTime>("select completed_at from onboarding")).ShouldBe(Story.Start.AddDays(4));
        }
    }

    // Two transactions on one customer at once, each with another step; what the log says and what the table says.
    private static async Task<IReadOnlyList<Rebuild.Difference>> Interleave(NpgsqlDataSource db, EventLog log)
    {
        await Commit(db, log, [Story.Created("acme")]);
        await using var first = await db.OpenConnectionAsync();
        await using var one = await first.BeginTransactionAsync();
        await log.Write(first, one, [Story.Event("acme", "onboarding_step_account_created", Story.Start.AddDays(1))], default);
        var second = Commit(db, log, [Story.Event("acme", "onboarding_step_first_issue_tagged", Story.Start.AddDays(2))]);
        // With the lock it waits for it; without, it gets through.
        await using var look = await db.OpenConnectionAsync();
        await Wait.Until(async () => second.IsCompleted || await look.ExecuteScalarAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"), "the second writer");
        await one.CommitAsync();
        await second;
        return (await Rebuild.Run(db, Rooms.Projections, check: true, null, default)).Differences;
    }

    private async Task Writer(NpgsqlDataSource db, List<Envelope> events, int seed)
    {
        var chance = new Random(seed);
        for (var at = 0; at < events.Count;)
        {
            var size = chance.Next(1, 9);
            await Commit(db, log, [.. events.Skip(at).Take(size)]);
            at += size;
        }
    }

    private static async Task Commit(NpgsqlDataSource db, EventLog log, IReadOnlyList<Envelope> events)
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

    private static async Task<Dictionary<string, DateTime>> Completed(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        return (await c.QueryAsync<(string, DateTime)>("select customer_id, completed_at from onboarding where completed_at is not null")).ToDictionary();
    }

    // Everything derived, but completion: said once and for good, it may stand where a reset arrived too late to prevent it.
    private static async Task<string> Tables(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        var text = new List<string>();
        foreach (var table in new[] { "customers", "onboarding", "activity", "engagement", "engagement_rows", "counted_urls", "active_people", "support_requests" })
            text.AddRange(await c.QueryAsync<string>($"select '{table} ' || (to_jsonb(t) - 'completed_at')::text from {table} t order by 1"));
        return string.Join('\n', text);
    }
}
