using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Tests.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tests.Workflow;

/// <summary>Random lives of customers in their workflow, and what the tables say of them.</summary>
internal static class Journeys
{
    private static readonly string[] Tables = ["workflow", "workflow_tasks", "workflow_stages"];

    /// <summary>Steps and resets, pull requests told twice, calls that fail, rows corrected, what people did and what makes no sense: in any order, late, and sent again.</summary>
    public static List<Envelope> Random(int seed, string[] customers, int count)
    {
        var chance = new Random(seed * 7);
        var events = Story.Random(seed, customers, count / 2);
        for (var n = 0; n < count; n++)
        {
            var customer = customers[chance.Next(customers.Length)];
            var at = Story.Start.AddMinutes(chance.Next(0, 60 * 24 * 60) / 30 * 30);
            var task = new[] { "watch_intro", "complete_profile", "first_api_call", "recommend", "account_created", "no_such_task" }[chance.Next(6)];
            var e = chance.Next(9) switch
            {
                0 => Story.Event(customer, EventTypes.ApiCall, at, new { status = new[] { "200", "500", null }[chance.Next(3)] }),
                1 => Story.Event(customer, EventTypes.PrMerged, at, new { pr_url = $"https://github.com/{customer}/app/pull/{chance.Next(9)}" }),
                2 => Story.Event(customer, new[] { "profile_completed", "intro_watched", "feedback_submitted" }[chance.Next(3)], at),
                3 or 4 => Story.Event(customer, new[] { "task_started", "task_completed", "task_skipped", "task_failed", "task_retried" }[chance.Next(5)], at, new { task }),
                5 => Story.Event(customer, "stage_unlocked", at, new { stage = new[] { "setup", "features", "nowhere" }[chance.Next(3)] }) with { Source = chance.Next(4) == 0 ? "native" : "ui" },
                6 => Story.Event(customer, "task_completed", at, new { task = 7 }),
                7 => Story.Recorded(customer, $"w{chance.Next(3)}", at, chance.Next(-2, 3), chance.Next(2)),
                _ => Story.Event(customer, EventTypes.ApiKeyCreated, at),
            };
            e = e with { Id = string.Create(CultureInfo.InvariantCulture, $"w{seed}-{n}"), ReceivedAt = Story.Start.AddDays(60).AddMinutes(n) };
            events.Add(e);
            if (chance.Next(5) == 0) events.Add(e);
        }

        return [.. events.OrderBy(_ => chance.Next())];
    }

    /// <summary>Work off everything that waits.</summary>
    public static async Task Follow(NpgsqlDataSource db, EventLog log, TimeProvider clock, int limit = 500)
    {
        await Wait.Until(async () => await FollowWorkflow.Run(db, log, clock, limit, default) is { Noted: 0 }, "nothing that waits for the workflow");
    }

    public static async Task<string> Said(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        var text = new List<string>();
        foreach (var table in Tables) text.AddRange(await c.QueryAsync<string>($"select '{table} ' || to_jsonb(t)::text from {table} t order by 1"));
        return string.Join('\n', text);
    }
}
