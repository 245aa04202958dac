using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using static CustomerSuccess.Tests.Funnel.FunnelQueryTests;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>What is in memory is what the log says: links that were undone, late commits, visitors who sign in.</summary>
public sealed class FunnelQueryLogTests
{
    [Fact]
    public async Task A_link_taken_apart_leaves_the_others_with_their_customers()
    {
        await using var house = await House.Open();
        var machine = await Machine.With(house, "read");
        var now = house.Clock.GetUtcNow().UtcDateTime;
        string[] customers = ["acme", "north", "para"];
        await house.Write([.. customers.Select(customer => Story.Created(customer)), Visit("v1", "docs_search", now.AddHours(-3)), Visit("v2", "page_view", now.AddHours(-3)), Visit("v3", "page_view", now.AddHours(-3)),
            Story.Event("north", "signup", now.AddHours(-2)), Story.Event("para", "signup", now.AddHours(-1))]);
        await using (var connection = await house.Db.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("insert into identities (identity, target, customer_id, linked_at) values ('~v:v1', null, null, now()), ('~v:v2', 'north', 'north', now()), ('~v:v3', 'para', 'para', now())");
        }

        object steps = new { steps = new[] { new { type = "page_view" }, new { type = "signup" } } };
        Counts(await machine.Post("/api/v1/funnels/query", steps)).ShouldBe([2, 2]);
    }

    [Fact]
    public async Task What_is_stored_minutes_after_its_receipt_is_in_the_next_answer()
    {
        await using var house = await House.Open();
        var machine = await Machine.With(house, "read");
        var now = house.Clock.GetUtcNow().UtcDateTime;
        await house.Write(Visit("v1", "page_view", now.AddHours(-1)));
        object steps = new { steps = new[] { new { type = "page_view" }, new { type = "signup" } } };
        Counts(await machine.Post("/api/v1/funnels/query", steps)).ShouldBe([1, 0]);
        await house.Write(Visit("v2", "page_view", now.AddMinutes(-4)));
        Counts(await machine.Post("/api/v1/funnels/query", steps)).ShouldBe([2, 0]);

        // Written at once, committed five minutes later: the transaction says so itself.
        var log = house.Services.GetRequiredService<EventLog>();
        await using (var connection = await house.Db.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await log.Write(connection, transaction, [Visit("v3", "page_view", now)], default);
            house.Clock.Set(new(now.AddMinutes(5)));
            house.Services.GetRequiredService<LogReadings>().Everything.Release().ShouldBeTrue();
            Counts(await machine.Post("/api/v1/funnels/query", steps)).ShouldBe([2, 0]);
            await log.Late(connection, transaction, now, default);
            await transaction.CommitAsync();
        }

        Counts(await machine.Post("/api/v1/funnels/query", steps)).ShouldBe([3, 0]);
    }

    [Fact]
    public async Task A_session_is_of_one_visitor_signed_in_or_not()
    {
        await using var house = await House.Open();
        var machine = await Machine.With(house, "read");
        var day = new DateTime(2026, 3, 1, 9, 0, 0, DateTimeKind.Utc);
        async Task<(long, long)> On(int date)
        {
            var answer = (await machine.Get($"/api/v1/sessions?from=2026-03-0{date}&to=2026-03-0{date}")).Json;
            return (answer.GetProperty("sessions").GetInt64(), answer.GetProperty("visitors").GetInt64());
        }

        await house.Write(
            Visit("a1", "page_view", day), Visit("a1", "page_view", day.AddMinutes(5)) with { PersonId = "u1" },
            Visit("b1", "page_view", day.AddDays(1)) with { GroupId = "team" }, Visit("b2", "page_view", day.AddDays(1).AddMinutes(5)) with { GroupId = "team" },
            Visit("c1", "page_view", day.AddDays(2)), Visit("c1", "identity_linked", day.AddDays(2).AddMinutes(20)), Visit("c1", "page_view", day.AddDays(2).AddMinutes(40)));
        (await On(1)).ShouldBe((1, 1));
        (await On(2)).ShouldBe((2, 2));
        (await On(3)).ShouldBe((2, 1), "what the product itself noted between two pages makes one session of two");
    }
}
