using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>Tells of visits and what came of them.</summary>
public static class Travels
{
    public static Envelope Visit(string visitor, DateTime at, string? url = null, string? referrer = null, string? customer = null, string? id = null, bool bot = false) => new()
    {
        Id = id ?? Guid.CreateVersion7().ToString("N"),
        Source = "native",
        Type = "page_view",
        VisitorId = visitor,
        CustomerId = customer,
        OccurredAt = at,
        ReceivedAt = at,
        Visit = new Visit(url ?? "https://rsolv.dev/", referrer),
        Properties = bot ? """{"bot":true}""" : "{}",
    };

    public static Envelope Call(string customer, DateTime at, object? status = null, string? id = null) =>
        Story.Event(customer, "api_call", at, status is null ? null : new { status }, id);

    /// <summary>A random life of visitors and customers, with late, doubled and simultaneous events.</summary>
    public static List<Envelope> Random(int seed, string[] customers, int count)
    {
        var chance = new Random(seed);
        var all = new List<Envelope>();
        for (var n = 0; n < count; n++)
        {
            var customer = customers[chance.Next(customers.Length)];
            // Few different instants, so that many happen at the same one.
            var at = Story.Start.AddHours(chance.Next(0, 60) * 4);
            var visitor = "v" + chance.Next(12);
            var pages = new[] { "https://rsolv.dev/", "https://rsolv.dev/blog/a", "https://docs.rsolv.dev/start?x=1", "/pricing" };
            var from = new[] { null, "https://www.google.com/", "https://rsolv.dev/blog", "https://chatgpt.com/c/1" };
            var e = chance.Next(10) switch
            {
                < 5 => Visit(visitor, at, pages[chance.Next(4)], from[chance.Next(4)], chance.Next(3) == 0 ? customer : null, bot: chance.Next(8) == 0),
                5 => Story.Event(customer, "signup", at),
                6 => Story.Event(customer, "api_key_created", at),
                _ => Call(customer, at, new object?[] { 200, 201, "204", 401, 429, null }[chance.Next(6)]),
            };
            e = e with { Id = string.Create(CultureInfo.InvariantCulture, $"{seed}-{n}"), ReceivedAt = Story.Start.AddDays(20).AddMinutes(n) };
            all.Add(e);
            if (chance.Next(6) == 0) all.Add(e);
        }

        return [.. all.OrderBy(_ => chance.Next())];
    }

    /// <summary>Work off everything that waits.</summary>
    public static async Task Follow(NpgsqlDataSource db, int limit = 500)
    {
        while (await FollowEvents.Run(db, NullLogger.Instance, limit, default) is null or > 0)
        {
        }
    }

    /// <summary>Every row that is kept behind the events, as text.</summary>
    public static async Task<string> Tables(NpgsqlDataSource db)
    {
        await using var c = await db.OpenConnectionAsync();
        var text = new List<string>();
        foreach (var table in new[] { "visitors", "visit_days", "visit_counts", "journeys" })
            text.AddRange(await c.QueryAsync<string>($"select '{table} ' || to_jsonb(t)::text from {table} t order by 1"));
        return string.Join('\n', text);
    }

    /// <summary>Ask when all that waits is worked off: a reader by himself waits 0.3 seconds at most, which a busy machine may not keep.</summary>
    public static async Task<JsonElement> Get(House house, string path)
    {
        await Follow(house.Db);
        return await GetNow(house, path);
    }

    public static async Task<JsonElement> GetNow(House house, string path)
    {
        var client = house.Client();
        client.DefaultRequestHeaders.Add("x-api-key", await house.Key("read"));
        return JsonDocument.Parse(await client.GetStringAsync(path)).RootElement;
    }
}
