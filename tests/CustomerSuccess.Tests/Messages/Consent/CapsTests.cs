using CustomerSuccess.Messages.Consent;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CustomerSuccess.Tests.Messages.Consent;

public sealed class CapsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Four workers (each with eight lanes) on 60 messages to five addresses that all want to go now.</summary>
    [Fact]
    public async Task Two_workers_that_hurry_together_never_send_more_than_the_cap()
    {
        await using var house = await House.Open();
        await house.CauseNothing();
        string[] customers = ["a", "b", "c", "d", "e"];
        await house.Write([.. customers.Select(customer => Story.Created(customer))]);
        for (var n = 0; n < 60; n++)
        {
            var customer = customers[n % customers.Length];
            await house.Queue(Post.To(customer, n % 2 == 0 ? $"hello@{customer}.example" : $"HELLO@{customer}.Example", "milestone", $"n{n}") with { Topic = "product", Priority = n });
        }

        List<IHostedService> more = [.. Enumerable.Range(0, 3).Select(_ => Another(house))];
        foreach (var worker in more) await worker.StartAsync(Ct);
        await Wait.Until(async () => await house.One<long>("select count(*) from messages where state in ('queued', 'sending') and not_before <= now()") == 0, "every message to be judged");
        foreach (var worker in more) await worker.StopAsync(Ct);

        (await house.One<long>("select count(*) from mailbox")).ShouldBe(customers.Length);
        (await house.One<long>("select max(n) from (select count(*) as n from mailbox group by lower(to_email)) each")).ShouldBe(1);
        (await house.One<long>("select count(*) from messages where state = 'queued'")).ShouldBe(55);
        // Each of the others says who went instead.
        (await house.One<long>("select count(*) from message_steps where state = 'deferred' and detail ->> 'winner' in (select message_id from messages)")).ShouldBeGreaterThanOrEqualTo(55);
    }

    [Fact]
    public async Task The_most_important_one_wins_and_the_loser_names_it()
    {
        await using var house = await House.Open();
        await house.CauseNothing();
        await house.Write(Story.Created("acme"));
        await using (var connection = await house.Db.OpenConnectionAsync(Ct))
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            // In one transaction: they become due together, and the less important one may be looked at first.
            foreach (var (kind, topic, priority) in new[] { ("re_engagement", "re_engagement", 1), ("weekly_summary", "weekly_summary", 5), ("milestone", "product", 9) })
                await QueueMessage.Add(connection, transaction, Post.To("acme", "hello@acme.example", kind, kind) with { Topic = topic, Priority = priority }, Ct);
            await transaction.CommitAsync(Ct);
        }

        await Wait.Until(async () => await house.One<long>("select count(*) from messages where not_before <= now() and state in ('queued', 'sending')") == 0, "all three to be judged");
        (await house.One<string>("select kind from messages where state = 'sent'")).ShouldBe("milestone");
        var winner = await house.One<string>("select message_id from messages where state = 'sent'");
        (await house.One<long>("select count(*) from messages where state = 'queued' and reason like '%Milestone (' || @winner || ')%'", new { winner })).ShouldBe(2);
    }

    [Fact]
    public async Task A_place_that_was_taken_by_a_message_that_failed_is_free_again()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        await house.CauseNothing();
        await house.Write(Story.Created("acme"));
        var first = await house.Queue(Post.To("acme", "hello@acme.example", "weekly_summary", "1") with { Topic = "weekly_summary" });
        var second = await house.Queue(Post.To("acme", "hello@acme.example", "milestone", "2") with { Topic = "product" });
        (await Judge(house, first!)).ShouldBeOfType<Judgement.Send>();
        (await Judge(house, second!)).ShouldBeOfType<Judgement.Defer>().Winner.ShouldBe(first);
        await using (var connection = await house.Db.OpenConnectionAsync(Ct)) await connection.ExecuteAsync("update messages set state = 'failed' where message_id = @first", new { first });
        (await Judge(house, second!)).ShouldBeOfType<Judgement.Send>();
    }

    [Fact]
    public async Task What_nobody_wants_and_whose_customer_is_gone_competes_for_nothing()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        await house.CauseNothing();
        await house.Write(Story.Created("acme"), Story.Created("old"));
        await house.Write(Story.Event("old", "customer_updated", Story.Start.AddDays(1), new { status = "churned" }));
        await house.Queue(Post.To("acme", "hello@acme.example", "milestone", "unwanted") with { Topic = "product", Priority = 90 });
        await house.Queue(Post.To("old", "hello@acme.example", "milestone", "gone") with { Topic = "re_engagement", Priority = 80 });
        await house.Queue(Post.To("acme", "hello@acme.example", "welcome", "prompt") with { Topic = "onboarding", Priority = 99 });
        (await house.Http.PostAsync($"/unsubscribe/{house.Token("acme", "hello@acme.example", "product")}", null, Ct)).EnsureSuccessStatusCodeOrRedirect();
        var mine = await house.Queue(Post.To("acme", "hello@acme.example", "weekly_summary", "mine") with { Topic = "weekly_summary" });
        (await Judge(house, mine!)).ShouldBeOfType<Judgement.Send>();
    }

    [Fact]
    public async Task A_clock_that_runs_ahead_for_a_while_keeps_nobody_waiting_and_forgets_nothing()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        await house.CauseNothing();
        await house.Write(Story.Created("acme"));
        async Task<string> Mail(int n) => (await house.Queue(Post.To("acme", "hello@acme.example", "milestone", $"n{n}") with { Topic = "product" }))!;
        async Task Goes(string id)
        {
            (await Judge(house, id)).ShouldBeOfType<Judgement.Send>();
            await house.One<int>("update messages set state = 'sent' where message_id = @id returning 1", new { id });
        }

        // The database's clock is right.
        var now = TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddHours(12);
        house.Clock.Set(new DateTimeOffset(now.AddDays(-1), TimeSpan.Zero));
        await Goes(await Mail(1));
        house.Clock.Set(new DateTimeOffset(now.AddDays(30), TimeSpan.Zero));
        await Goes(await Mail(2));
        house.Clock.Set(new DateTimeOffset(now.AddDays(-1).AddHours(2), TimeSpan.Zero));
        // Not after the one of next month, but a day after the one of two hours ago, which is not forgotten.
        (await Judge(house, await Mail(3))).ShouldBeOfType<Judgement.Defer>().Until.ShouldBe(now);
        house.Clock.Set(new DateTimeOffset(now.AddMinutes(1), TimeSpan.Zero));
        await house.One<int>("update messages set state = 'dropped' where state = 'queued' returning 1");
        await Goes(await Mail(4));
    }

    [Fact]
    public async Task At_night_it_waits_for_the_customers_morning()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        await house.CauseNothing();
        await house.Write(Story.Created("acme"));
        await house.Write(Story.Event("acme", "customer_updated", Story.Start.AddDays(1), new { traits = new { time_zone = "Asia/Tokyo" } }));
        var mail = await house.Queue(Post.To("acme", "hello@acme.example", "weekly_summary", "1") with { Topic = "weekly_summary" });
        // Noon in UTC is nine in the evening in Tokyo.
        var judged = (await Judge(house, mail!)).ShouldBeOfType<Judgement.Defer>();
        judged.Until.ShouldBe(new DateTime(2025, 5, 5, 23, 0, 0, DateTimeKind.Utc));
        judged.Reason.ShouldContain("Asia/Tokyo");
        (await house.One<long>("select count(*) from message_holds")).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_over_is_not_sent_any_more()
    {
        await using var house = await House.Open(null, ("CS_MESSAGES", "off"));
        await house.CauseNothing();
        await house.Write(Story.Created("silent"), Story.Created("back"), Story.Created("began"));
        async Task<string> Silent(string customer, string day, bool never) => (await house.Queue(Post.To(customer, $"hello@{customer}.example", "re_engagement") with
        { Topic = "re_engagement", Facts = NewMessage.Json(new { last_active = day, never_active = never }) }))!;
        var (silent, back, began) = (await Silent("silent", "2026-03-02", false), await Silent("back", "2026-03-02", false), await Silent("began", "2026-03-02", true));
        await house.Write(Story.Event("silent", "api_call", Story.Start.AddDays(1)), Story.Event("back", "api_call", Story.Start.AddDays(2)), Story.Event("began", "api_call", Story.Start.AddDays(1)));
        (await Judge(house, silent)).ShouldBeOfType<Judgement.Send>();
        (await Judge(house, back)).ShouldBe(new Judgement.Drop("active again"));
        (await Judge(house, began)).ShouldBe(new Judgement.Drop("active again"));

        await house.Write(Story.Event("silent", "onboarding_blocked", Story.Start.AddDays(1), new { blocker_type = "permissions" }));
        var notice = await house.Queue(Post.To("silent", "bob@example.com", "blocker_notice") with { Topic = "team", Audience = NewMessage.ToTeam, Facts = NewMessage.Json(new { blocker_type = "permissions" }) });
        (await Judge(house, notice!)).ShouldBeOfType<Judgement.Send>();
        await house.Write(Story.Event("silent", "onboarding_unblocked", Story.Start.AddDays(2)));
        (await Judge(house, notice!)).ShouldBe(new Judgement.Drop("the blocker is gone"));
        // Whoever asks for it gets it.
        await using (var connection = await house.Db.OpenConnectionAsync(Ct)) await connection.ExecuteAsync("update messages set resent_by = 'bob@example.com' where message_id = @notice", new { notice });
        (await Judge(house, notice!)).ShouldBeOfType<Judgement.Send>();
    }

    private static async Task<Judgement> Judge(House house, string id)
    {
        await using var connection = await house.Db.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var message = await connection.QuerySingleAsync<Message>("select customer_id, message_id, dedupe_key, kind, topic, audience, to_email, priority, facts::text as facts, attempt, resent_by from messages where message_id = @id", new { id });
        await AddressLock.Take(connection, transaction, message.ToEmail, Ct);
        var judgement = await house.Service<JudgeMessage>().Run(connection, transaction, message, house.Clock.GetUtcNow().UtcDateTime, Ct);
        await transaction.CommitAsync(Ct);
        return judgement;
    }

    // With a lease in its own name, as another process has.
    private static SendMessages Another(House house) => ActivatorUtilities.CreateInstance<SendMessages>(
        house.Services, ActivatorUtilities.CreateInstance<ClaimMessages>(house.Services), ActivatorUtilities.CreateInstance<DeliverMessage>(house.Services));
}
