using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Schedules;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerSuccess.Tests.Messages.Schedules;

/// <summary>A house whose schedules run when the test says so, and what they did.</summary>
public static class Planned
{
    public static Task<House> Open() => House.Open(null, ("CS_SCHEDULES", "off"), ("CS_MESSAGES", "off"));

    public static Task<int> Look(this House house) => house.Services.GetRequiredService<RunSchedules>().Once(CancellationToken.None);

    /// <summary>Another process on the same database.</summary>
    public static CarryOutRun Another(this House house, TimeSpan? lease = null) =>
        new(house.Db, house.Clock, NullLogger<CarryOutRun>.Instance) { Lease = lease ?? TimeSpan.FromSeconds(60) };

    /// <summary>Only this one runs by itself, at this time.</summary>
    public static async Task Only(this House house, string schedule, string cron, string zone = "UTC", int grace = 720)
    {
        await house.Look();
        await using var db = await house.Db.OpenConnectionAsync();
        await db.ExecuteAsync("update schedules set enabled = schedule = @schedule, cron = @cron, zone = @zone, grace_minutes = @grace, since = @now",
            new { schedule, cron, zone, grace, now = house.Clock.GetUtcNow().UtcDateTime });
    }

    public static async Task<IReadOnlyList<ScheduledRun>> Runs(this House house)
    {
        await using var db = await house.Db.OpenConnectionAsync();
        return [.. (await ScheduledRun.Latest(db, 1000, CancellationToken.None)).Reverse()];
    }

    /// <summary>Messages of a kind, whoever they are to.</summary>
    public static async Task<IReadOnlyList<(string Customer, string To, string Key, string Facts)>> Messages(this House house, string kind)
    {
        await using var db = await house.Db.OpenConnectionAsync();
        return (await db.QueryAsync<(string, string, string, string)>("select customer_id, to_email, dedupe_key, facts::text from messages where kind = @kind order by customer_id, dedupe_key", new { kind })).AsList();
    }

    /// <summary>The mail of the one message of a kind, as it would go out now.</summary>
    public static async Task<Composed> Composed(this House house, string kind, string? to = null)
    {
        await using var db = await house.Db.OpenConnectionAsync();
        var message = await db.QuerySingleAsync<Message>("select customer_id, message_id, dedupe_key, kind, topic, audience, to_email, to_name, facts::text as facts from messages where kind = @kind and to_email = coalesce(@to, to_email)", new { kind, to });
        var composition = await house.Services.GetRequiredService<ComposeMessage>().Run(db, null, message, CancellationToken.None);
        return composition.Mail ?? throw new InvalidOperationException(composition.Problem);
    }

    /// <summary>Customers and their standings without waiting for the worker that keeps them: so many, the last active day of each.</summary>
    public static async Task Customers(this House house, int count, Func<int, DateOnly?> active, DateOnly signup)
    {
        await using var db = await house.Db.OpenConnectionAsync();
        var ids = Enumerable.Range(0, count).ToArray();
        await db.ExecuteAsync(
            """
            insert into customers (customer_id, email, organization, signup_date) select id, id || '@example.com', 'Company ' || id, @signup from unnest(@ids) id;
            insert into standings select id, 'Company ' || id, id || '@example.com', '', '', '', '', '', null, @signup, 'active', true, false, false, 'onboarding', 2, 3, null, null, null, '', null,
              1, 1, 1, active, 55, 'needs_attention', 'needs_attention', 0 from unnest(@ids, @actives::date[]) as s(id, active);
            insert into activity (customer_id, day, prs_generated, prs_merged) select id, active, 2, 1 from unnest(@ids, @actives::date[]) as s(id, active) where active is not null
            """,
            new { ids = ids.Select(n => $"s{n:00000}").ToArray(), actives = ids.Select(n => active(n)?.Iso()).ToArray(), signup });
    }
}
