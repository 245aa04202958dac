using System.Net;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;
using CustomerSuccess.Tests.Events;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>Funnels asked through the front door, from a log as it really is: linked visitors, bots, tests, late news.</summary>
public sealed class FunnelQueryTests
{
    private static readonly string[] Types = ["page_view", "pricing_viewed", "signup", "api_call"];

    [Fact]
    public async Task Answers_are_those_of_the_slow_walk_over_everyone_who_counts_as_one()
    {
        await using var house = await House.Open();
        house.Clock.Set(new(Story.Start.AddDays(19)));
        var machine = await Machine.With(house, "read");
        var (events, unitOf) = await Lives(house, seed: 7, count: 1500);
        foreach (var order in new[] { StepOrder.Sequential, StepOrder.Strict, StepOrder.Any })
        {
            foreach (var steps in new[] { new[] { 0, 1, 2 }, [0, 2, 3, 1], [3, 0] })
            {
                var answer = await machine.Post("/api/v1/funnels/query", new
                {
                    steps = steps.Select(step => new { type = Types[step] }),
                    order = order.ToString().ToLowerInvariant(),
                    window = "3d",
                    from = "2026-03-03",
                    to = "2026-03-08",
                    exclude = new[] { new { type = "support_request" } },
                });
                answer.Status.ShouldBe(HttpStatusCode.OK);
                var expected = new long[steps.Length];
                var shape = new Shape(steps.Length, order, Micros(TimeSpan.FromDays(3)), Packed.Micros(Day(3)), Packed.Micros(Day(9)));
                foreach (var unit in events.Where(e => !unitOf(e).StartsWith("test", StringComparison.Ordinal)).GroupBy(unitOf))
                {
                    var depth = SlowWhereItMatters(unit, steps, shape);
                    for (var n = 0; n < depth; n++) expected[n]++;
                }

                Counts(answer).ShouldBe(expected, $"{order} {string.Join(' ', steps)}");
                expected[1].ShouldBeGreaterThan(0);
            }
        }
    }

    [Fact]
    public async Task News_links_and_imports_are_in_the_next_answer()
    {
        await using var house = await House.Open();
        var machine = await Machine.With(house, "read");
        var ingest = await Machine.With(house, "ingest");
        var now = house.Clock.GetUtcNow().UtcDateTime;
        await house.Write(Story.Created("acme"), Visit("v1", "page_view", now.AddHours(-3)), Visit("v1", "pricing_viewed", now.AddHours(-2)), Visit("v2", "page_view", now.AddHours(-1)));
        Task<Machine.Reply> Ask() => machine.Post("/api/v1/funnels/query", new { steps = new[] { new { type = "page_view" }, new { type = "pricing_viewed" }, new { type = "signup" } } });
        Counts(await Ask()).ShouldBe([2, 1, 0]);

        (await ingest.Post("/api/v1/events", new[] { new { type = "pricing_viewed", visitor_id = "v2" } })).Status.ShouldBe(HttpStatusCode.Accepted);
        Counts(await Ask()).ShouldBe([2, 2, 0]);

        // Whoever signs up is the customer from then on; what the visitor did before is the customer's.
        await house.Write(Story.Event("acme", "signup", now) with { ReceivedAt = now });
        Counts(await Ask()).ShouldBe([2, 2, 0]);
        await using (var connection = await house.Db.OpenConnectionAsync())
            await connection.ExecuteAsync("insert into identities (identity, target, customer_id, linked_at) values ('~v:v1', 'acme', 'acme', now())");
        await house.Write(Story.Event("acme", "identity_linked", now, new { identity = "~v:v1" }) with { ReceivedAt = now });
        Counts(await Ask()).ShouldBe([2, 2, 1]);

        // An import brings events under the times of then.
        await house.Write(Visit("v3", "page_view", now.AddDays(-20)) with { History = true, ReceivedAt = now.AddDays(-20) });
        Counts(await Ask()).ShouldBe([3, 2, 1]);
    }

    [Fact]
    public async Task A_path_a_property_and_segments_narrow_and_divide()
    {
        await using var house = await House.Open();
        var machine = await Machine.With(house, "read");
        var now = house.Clock.GetUtcNow().UtcDateTime;
        Envelope Page(string visitor, string url, double hoursAgo, string? source = null, string? referrer = null) =>
            Visit(visitor, "page_view", now.AddHours(-hoursAgo)) with { Visit = new Visit(url, referrer, source, source is null ? null : "cpc") };
        await house.Write(
            Page("a", "https://example.com/docs/start?x=1", 9, "google"), Page("a", "https://example.com/pricing", 8, "newsletter"),
            Page("b", "/docs/api", 7, referrer: "https://chatgpt.com/"), Page("b", "https://example.com/pricing?plan=pro", 6),
            Page("c", "https://example.com/docs", 5), Page("c", "https://example.com/docs/pricing", 4),
            Visit("a", "button_click", now.AddHours(-1)) with { Properties = """{"button": "buy"}""" }, Visit("b", "button_click", now.AddHours(-1)) with { Properties = """{"button": "later"}""" },
            Visit("c", "button_click", now.AddHours(-1)) with { Properties = """{"button": "la\u0001ter"}""" });
        object[] docsThenPricing = [new { type = "page_view", path = "/docs/*" }, new { type = "page_view", path = "/pricing" }];

        Counts(await machine.Post("/api/v1/funnels/query", new { steps = docsThenPricing })).ShouldBe([3, 2]);
        Counts(await machine.Post("/api/v1/funnels/query", new { steps = (object[])[.. docsThenPricing, new { type = "button_click", property = "button", value = "buy" }] })).ShouldBe([3, 2, 1]);
        Segments(await machine.Post("/api/v1/funnels/query", new { steps = docsThenPricing, breakdown = "first_touch.source" })).ShouldBe(["direct 1/0", "google 1/1", "referral 1/1"]);
        Segments(await machine.Post("/api/v1/funnels/query", new { steps = docsThenPricing, breakdown = "first_touch.referrer" })).ShouldBe(["direct 2/1", "ai 1/1"]);
        Segments(await machine.Post("/api/v1/funnels/query", new { steps = new object[] { new { type = "button_click" }, new { type = "signup" } }, breakdown = "entry.button" })).ShouldBe(["later 2/0", "buy 1/0"], "what divides labels on the way is no letter of theirs");
    }

    [Fact]
    public async Task Who_dropped_is_listed_by_name()
    {
        await using var house = await House.Open();
        var machine = await Machine.With(house, "read");
        var now = house.Clock.GetUtcNow().UtcDateTime;
        await house.Write([Story.Created("acme"), Story.Event("acme", "page_view", now.AddDays(-3)), Visit("v1", "page_view", now.AddDays(-2)),
            Visit("v2", "page_view", now.AddDays(-2).AddMinutes(1)) with { ReceivedAt = now }, Visit("v2", "signup", now.AddDays(-1)) with { ReceivedAt = now }]);
        object funnel = new { steps = new[] { new { type = "page_view" }, new { type = "signup" } } };
        var dropped = await machine.Post("/api/v1/funnels/query/people", new { funnel, step = 1 });
        dropped.Json.GetProperty("total").GetInt64().ShouldBe(2);
        dropped.Json.GetProperty("rows").EnumerateArray().Select(row => $"{row.GetProperty("kind")} {row.GetProperty("id")} {row.GetProperty("name")}").ShouldBe(["visitor ~v:v1 ~v:v1", "customer acme acme"]);
        var through = await machine.Post("/api/v1/funnels/query/people", new { funnel, step = 2, reached = true });
        through.Json.GetProperty("rows")[0].GetProperty("id").GetString().ShouldBe("~v:v2");
        (await machine.Post("/api/v1/funnels/query/people", new { funnel, step = 3 })).Problem("step").ShouldContain("step of the funnel");
    }

    [Fact]
    public async Task A_log_larger_than_the_memory_is_read_piece_by_piece_with_the_same_answer()
    {
        await using var house = await House.Open();
        house.Clock.Set(new(Story.Start.AddDays(19)));
        await Lives(house, seed: 9, count: 2000);
        var funnel = CheckFunnel.Of(new FunnelQuestion { Steps = [new("page_view"), new("signup"), new("api_call")], From = new(2026, 3, 1), To = new(2026, 3, 20), Breakdown = "customer.cohort" }, new(2026, 3, 20), [])!;
        async Task<FunnelAnswer> Within(long events)
        {
            using var readings = new LogReadings(house.Db, house.Clock, new EngineSettings { MostEvents = events });
            return await new AskFunnel(readings, house.Db).Run(funnel, default);
        }

        var (whole, pieces) = (await Within(1_000_000), await Within(300));
        pieces.Steps.ShouldBe(whole.Steps);
        pieces.Breakdown.Select(each => $"{each.Value} {string.Join(' ', each.Counts)}").ShouldBe(whole.Breakdown.Select(each => $"{each.Value} {string.Join(' ', each.Counts)}"));
        (await Should.ThrowAsync<TooLargeException>(async () => await Within(10))).Message.ShouldContain("CS_FUNNEL_MEMORY");
    }

    [Fact]
    public async Task Memory_is_given_back_and_the_next_question_reads_again()
    {
        await using var house = await House.Open();
        await house.Write(Visit("v1", "page_view", Story.Start));
        var log = house.Services.GetRequiredService<LogReadings>().Everything;
        (await log.Now(default)).Counts.Sum().ShouldBe(1);
        log.Release().ShouldBeTrue();
        log.Loaded.ShouldBeFalse();
        (await log.Now(default)).Counts.Sum().ShouldBe(1);
    }

    [Theory]
    [InlineData("steps", """{"steps": [{"type": "a"}]}""")]
    [InlineData("steps[1].type", """{"steps": [{"type": "a"}, {"type": ""}]}""")]
    [InlineData("steps[0].path", """{"steps": [{"type": "a", "path": "docs"}, {"type": "b"}]}""")]
    [InlineData("steps[0].value", """{"steps": [{"type": "a", "property": "p"}, {"type": "b"}]}""")]
    [InlineData("order", """{"steps": [{"type": "a"}, {"type": "b"}], "order": "loose"}""")]
    [InlineData("window", """{"steps": [{"type": "a"}, {"type": "b"}], "window": "900d"}""")]
    [InlineData("unit", """{"steps": [{"type": "a"}, {"type": "b"}], "unit": "country"}""")]
    [InlineData("breakdown", """{"steps": [{"type": "a"}, {"type": "b"}], "breakdown": "customer.email"}""")]
    [InlineData("exclude[0]", """{"steps": [{"type": "a"}, {"type": "b"}], "exclude": [{"type": "b"}]}""")]
    [InlineData("from", """{"steps": [{"type": "a"}, {"type": "b"}], "from": "2026-03-02", "to": "2026-03-01"}""")]
    public void What_is_wrong_with_a_question_is_said_by_field(string field, string body)
    {
        var faults = new List<Fault>();
        var question = System.Text.Json.JsonSerializer.Deserialize<FunnelQuestion>(body, new System.Text.Json.JsonSerializerOptions(System.Text.Json.JsonSerializerDefaults.Web))!;
        CheckFunnel.Of(question, new DateOnly(2026, 3, 20), faults).ShouldBeNull();
        faults.Select(fault => fault.Field).ShouldBe([field]);
    }

    [Fact]
    public async Task Funnels_are_kept_changed_and_given_up_and_the_audit_log_knows()
    {
        await using var house = await House.Open();
        var admin = await Machine.With(house, "admin");
        object question = new { steps = new[] { new { type = "page_view" }, new { type = "signup" } }, window = "7d" };
        (await admin.Post("/api/v1/funnels", new { name = " ", question })).Problem("name").ShouldContain("1 to 100");
        (await admin.Post("/api/v1/funnels", new { name = "x", question = new { steps = Array.Empty<object>() } })).Problem("question.steps").ShouldContain("2 to 10");
        var made = await admin.Post("/api/v1/funnels", new { name = "Sign-up", question });
        made.Status.ShouldBe(HttpStatusCode.Created);
        var at = made.Location!.ToString();
        (await admin.Put(at, new { name = "Signing up", question })).Json.GetProperty("name").GetString().ShouldBe("Signing up");
        (await admin.Get("/api/v1/funnels")).Json.EnumerateArray().Single().GetProperty("question").GetProperty("window").GetString().ShouldBe("7d");
        (await admin.Get(at + "/result")).Json.GetProperty("entered").GetInt64().ShouldBe(0);
        (await admin.Get(at + "/result?from=soon")).Problem("from").ShouldContain("2026-11-20");
        (await admin.Delete(at)).Status.ShouldBe(HttpStatusCode.NoContent);
        (await admin.Get(at)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await admin.Delete(at)).Status.ShouldBe(HttpStatusCode.NotFound);
        await using var connection = await house.Db.OpenConnectionAsync();
        (await connection.QueryAsync<string>("select action from audit where target like 'funnel:%' order by seq")).ShouldBe(["funnel.created", "funnel.changed", "funnel.removed"]);
    }

    // Three customers (one of ours), twelve visitors of whom some are linked, bots here and there.
    private static async Task<(List<Envelope> Events, Func<Envelope, string> UnitOf)> Lives(House house, int seed, int count)
    {
        var chance = new Random(seed);
        var linked = new Dictionary<string, string>(StringComparer.Ordinal) { ["~v:v0"] = "acme", ["~v:v1"] = "acme", ["~v:v2"] = "north", ["~v:v3"] = "~p:paula", ["~v:v4"] = "testers" };
        var events = new List<Envelope>();
        for (var n = 0; n < count; n++)
        {
            var at = Story.Start.AddMinutes(chance.Next(0, 10 * 24 * 2) * 30);
            var type = chance.Next(12) == 0 ? "support_request" : Types[chance.Next(Types.Length)];
            var who = chance.Next(60);
            var e = who switch
            {
                < 3 => Story.Event(new[] { "acme", "north", "testers" }[who], type, at),
                3 => Visit("x", type, at) with { VisitorId = null, PersonId = "paula" },
                _ => Visit("v" + who, type, at),
            };
            if (chance.Next(15) == 0) e = e with { Properties = """{"bot": true}""" };
            events.Add(e with { ReceivedAt = chance.Next(2) == 0 ? at : house.Clock.GetUtcNow().UtcDateTime });
        }

        await house.Write([Story.Created("acme"), Story.Created("north"), Story.Created("testers"), .. events]);
        await using var connection = await house.Db.OpenConnectionAsync();
        await connection.ExecuteAsync("update customers set is_test = true where customer_id = 'testers'");
        foreach (var (identity, target) in linked)
        {
            await connection.ExecuteAsync("insert into identities (identity, target, customer_id, linked_at) values (@identity, @target, @customer, now()) on conflict do nothing",
                new { identity, target, customer = target[0] == '~' ? null : target });
        }

        return ([.. events.Where(e => e.Properties == "{}")], e => linked.GetValueOrDefault(e.Subject, e.Subject));
    }

    // The slow walk takes a handful of events; of a long life it gets what lies within one window of each entry.
    private static int SlowWhereItMatters(IEnumerable<Envelope> unit, int[] steps, Shape shape)
    {
        var masks = new ushort[Packed.Tags];
        for (var n = 0; n < Types.Length; n++) masks[n] = (ushort)steps.Select((step, place) => step == n ? 1 << place : 0).Sum();
        masks[Types.Length] = Packed.Excludes;
        var events = unit.Select(e => (Time: Packed.Micros(e.OccurredAt), Tag: e.Type == "support_request" ? Types.Length : Array.IndexOf(Types, e.Type))).OrderBy(e => e.Time).ToList();
        var best = 0;
        foreach (var entry in events.Select(e => e.Time).Distinct().Where(t => t >= shape.From && t < shape.To))
        {
            var near = events.Where(e => e.Time >= entry && e.Time <= entry + shape.Window).Take(9).ToList();
            var whole = near.Count < 9;
            if (!whole) return Fast(events);
            var found = SlowFunnel.Of([.. near.Select(e => new SlowFunnel.Event(e.Time, [.. Enumerable.Range(0, steps.Length).Where(place => steps[place] == e.Tag)], e.Tag == Types.Length))], shape with { To = entry + 1, From = entry });
            best = Math.Max(best, found?.Depth ?? 0);
        }

        return best;

        int Fast(List<(long Time, int Tag)> all) =>
            WalkFunnel.Of([.. all.Select(e => Packed.Event(e.Time, e.Tag)).Order()], masks, shape, new Room(), new long[10]);
    }

    internal static Envelope Visit(string visitor, string type, DateTime at) => new()
    {
        Id = Guid.CreateVersion7().ToString("N"),
        Source = "tracker",
        Type = type,
        VisitorId = visitor,
        OccurredAt = at,
        ReceivedAt = at,
    };

    private static DateTime Day(int day) => new(2026, 3, day, 0, 0, 0, DateTimeKind.Utc);

    private static long Micros(TimeSpan span) => span.Ticks / 10;

    internal static long[] Counts(Machine.Reply answer) => [.. answer.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("count").GetInt64())];

    private static string[] Segments(Machine.Reply answer) =>
        [.. answer.Json.GetProperty("breakdown").EnumerateArray().Select(each => $"{each.GetProperty("value")} {string.Join('/', each.GetProperty("counts").EnumerateArray())}")];
}
