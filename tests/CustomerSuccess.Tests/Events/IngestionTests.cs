using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Events.Ingestion;
using CustomerSuccess.Platform;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Web;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Events;

/// <summary>How ingestion is doing: what came, what was refused and why, and sending it again.</summary>
public sealed class IngestionTests : IAsyncLifetime
{
    private House house = null!;
    private string key = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int, bool> Screens => new() { { 1440, false }, { 1440, true }, { 390, false }, { 390, true } };

    public async ValueTask InitializeAsync()
    {
        house = await House.Open();
        key = await house.Key("admin");
        await house.Write(Story.Created("acme"));
        // What the database will not take, as long as this stands.
        await Run("alter table events add constraint planted check (type <> 'poison') not valid");
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public async Task Every_message_is_counted_by_what_became_of_it()
    {
        await Send(new { id = "1", type = "api_call", customer_id = "acme" }, new { id = "1", type = "api_call", customer_id = "acme" },
            new { id = "2", type = "api_call", customer_id = "acme", occurred_at = "2025-05-03T10:00:00Z" }, new { id = "3", type = "poison", customer_id = "acme" },
            new { id = "4", type = "api_call", customer_id = "nobody" }, new { id = "5", type = "Not Snake", customer_id = "acme" });
        var figures = await Figures();
        var totals = figures.GetProperty("totals");
        Numbers(totals).ShouldBe((1, 1, 1, 2, 1), totals.GetRawText());
        Numbers(figures.GetProperty("sources")[0]).ShouldBe((1, 1, 1, 2, 1));
        figures.GetProperty("steps").GetArrayLength().ShouldBe(24);
        Numbers(figures.GetProperty("steps")[23]).ShouldBe((1, 1, 1, 2, 1));
        Numbers((await Figures("?span=hour")).GetProperty("steps")[59]).ShouldBe((1, 1, 1, 2, 1));
        Numbers((await Figures("?span=day&source=segment")).GetProperty("totals")).ShouldBe((0, 0, 0, 0, 0));
        var restated = figures.GetProperty("restated")[0];
        (restated.GetProperty("day").GetString(), restated.GetProperty("events").GetInt64()).ShouldBe(("2025-05-03", 1));
        figures.GetProperty("behind").GetProperty("commits").GetProperty("events").GetInt64().ShouldBeGreaterThan(0);
        (await Get("?span=year")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_quarantined_message_is_sent_again_once_its_reason_is_gone()
    {
        await Send(new { id = "q1", type = "poison", customer_id = "acme", properties = new { note = "<b>kept</b>" } }, new { id = "q2", type = "poison", customer_id = "acme" });
        var bob = await house.As(Cast.Bob);
        await Replay(bob, "q1");
        (await Verdicts("q1")).ShouldBe("quarantined", "the reason stands");

        await Run("alter table events drop constraint planted");
        (await Replay(bob, "q1")).ShouldContain("1 message sent again and stored");
        (await Verdicts("q1")).ShouldBe("accepted quarantined");
        (await ExplainMessage.Run(house.Db, "q1", Ct)).Single(entry => entry.Verdict == "quarantined").Reason!.ShouldContain("sent again from here 2025-05-05");
        (await Scalar<string>("select properties ->> 'note' from events where id = 'q1'")).ShouldBe("<b>kept</b>");
        // Pressed twice: nothing is left to send.
        (await Replay(bob, "q1")).ShouldContain("nothing to send again");

        var group = (await ListRefused.Run(house.Db, new(), null, Ct)).Groups.Single();
        (group.Messages, group.Kept).ShouldBe((1, 1));
        (await Post(bob, "replays", ("Source", "native"), ("Verdict", "quarantined"), ("Reason", group.Reason))).ShouldContain("stored");
        (await Scalar<long>("select count(*) from events where type = 'poison'")).ShouldBe(2);
        (await ListRefused.Run(house.Db, new(), null, Ct)).Rows.ShouldBeEmpty();
        (await Scalar<long>("select count(*) from audit where action = 'messages.replayed'")).ShouldBe(3);
    }

    [Fact]
    public async Task A_message_for_a_customer_that_comes_later_can_be_sent_again()
    {
        await Send(new { id = "early", type = "api_call", customer_id = "later" }, new { type = "api_call", customer_id = "later" });
        await Waiting(2);
        await house.Write(Story.Created("later"));
        var bob = await house.As(Cast.Bob);
        var group = (await ListRefused.Run(house.Db, new(), null, Ct)).Groups.Single();
        group.Reason.ShouldBe("customer … does not exist");
        (await Post(bob, "replays", ("Source", "native"), ("Verdict", "rejected"), ("Reason", group.Reason))).ShouldContain("2 messages sent again and stored");
        (await Verdicts("early")).ShouldBe("accepted rejected");
        (await Scalar<long>("select count(*) from events where customer_id = 'later' and type = 'api_call'")).ShouldBe(2);
    }

    [Fact]
    public async Task What_is_put_aside_can_be_brought_back()
    {
        await Send(new { id = "a1", type = "Bad Type", customer_id = "acme" }, new { id = "a2", type = "Bad Type", customer_id = "acme" });
        await Waiting(2);
        var bob = await house.As(Cast.Bob);
        var group = (await ListRefused.Run(house.Db, new(), null, Ct)).Groups.Single();
        var page = await Post(bob, "discards", ("Source", "native"), ("Verdict", "rejected"), ("Reason", group.Reason));
        page.ShouldContain("2 messages put aside");
        page.ShouldContain("Nothing waits");
        var undo = Staff.Seen(page, "(?<=action=\")/settings/ingestion/discards/[0-9]+/undo");
        (await bob.Form("/settings/ingestion", undo)).StatusCode.ShouldBe(HttpStatusCode.Found);
        (await ListRefused.Run(house.Db, new(), null, Ct)).Rows.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Whoever_only_reads_sees_it_all_and_is_offered_no_button()
    {
        await Send(new { id = "q1", type = "poison", customer_id = "acme" });
        var carol = await house.As(Cast.Carol);
        var page = await carol.Page("/settings/ingestion?id=q1");
        page.ShouldContain("poison");
        page.ShouldNotContain("/settings/ingestion/replays");
        (await carol.Form("/settings/account", "/settings/ingestion/replays", ("Id", "q1"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Receipts_and_counts_are_forgotten_when_they_are_old_and_what_waits_is_not()
    {
        await Send(new { id = "1", type = "api_call", customer_id = "acme" }, new { id = "1", type = "api_call", customer_id = "acme" },
            new { id = "q", type = "poison", customer_id = "acme" }, new { id = "r", type = "api_call", customer_id = "nobody" });
        await Waiting(2);
        var now = house.Clock.GetUtcNow().UtcDateTime;
        await house.Services.GetRequiredService<CountMessages>().Flush(Ct);
        (await TrimReceipts.Run(house.Db, new(), now.AddDays(31), Ct)).ShouldBe("0 receipts, 1 payloads and 0 counts forgotten");
        (await TrimReceipts.Run(house.Db, new(), now.AddDays(91), Ct)).ShouldBe("2 receipts, 0 payloads and 1 counts forgotten");
        (await Scalar<string>("select string_agg(id, ',') from receipts")).ShouldBe("q");
        (await Send(new { id = "1", type = "api_call", customer_id = "acme" })).ShouldContain("duplicate");
        Should.Throw<Trouble>(() => IngestionSettings.Read(new ConfigurationBuilder().AddInMemoryCollection([new("CS_RECEIPT_DAYS", "3")]).Build()));
    }

    [Fact]
    public void Counting_an_event_takes_next_to_no_memory()
    {
        var counts = house.Services.GetRequiredService<CountMessages>();
        var batch = Enumerable.Range(0, 500).Select(n => Story.Event("acme", "api_call", Story.Start) with { Source = n % 10 == 0 ? "segment" : "native", Actor = "source:s" + n % 3 }).ToList();
        var receipts = batch.ConvertAll(e => new Receipt(e.Id, Verdict.Accepted));
        counts.Note(batch, receipts, TimeSpan.Zero);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 200; n++) counts.Note(batch, receipts, TimeSpan.Zero);
        ((GC.GetAllocatedBytesForCurrentThread() - before) / 100_000).ShouldBeLessThan(10);
    }

    [Fact]
    public async Task A_flood_of_messages_for_nobody_keeps_a_bounded_number_of_payloads()
    {
        var rejected = house.Services.GetRequiredService<RejectedMessages>();
        var message = Story.Event("nobody", "api_call", house.Clock.GetUtcNow().UtcDateTime);
        for (var n = 0; n < 3_000; n++) rejected.RememberWhole(message with { Id = "f" + n }, "f" + n, "customer 'nobody' does not exist", message.ReceivedAt);
        await Waiting(3_000);
        (await Scalar<long>("select count(payload) from receipts")).ShouldBeInRange(1_000, 1_060);
        rejected.RememberWhole(message with { Id = "large", Properties = $"{{\"a\":\"{new string('x', 20_000)}\"}}" }, "large", "why", message.ReceivedAt);
        await Waiting(3_001);
        (await Scalar<string>("select payload from receipts where id = 'large'")).ShouldBeNull();
    }

    [Fact]
    public async Task Verdicts_wait_while_they_cannot_be_written_and_those_dropped_are_counted()
    {
        var rejected = house.Services.GetRequiredService<RejectedMessages>();
        await Run("alter table receipts rename to receipts_away");
        for (var n = 0; n < RejectedMessages.Most + 600; n++) rejected.Remember("r" + n, "native", "why", house.Clock.GetUtcNow().UtcDateTime);
        rejected.Dropped.ShouldBeInRange(100, 600);
        await Run("alter table receipts_away rename to receipts");
        await Waiting(RejectedMessages.Most + 600 - rejected.Dropped);
        (await Figures()).GetProperty("behind").GetProperty("dropped").GetInt64().ShouldBe(rejected.Dropped);
        (await (await house.As(Cast.Carol)).Page("/settings/ingestion")).ShouldContain("Verdicts of refused messages dropped");
        // What the database will never take keeps nobody waiting.
        rejected.Remember("bad\0one", "native", "why", house.Clock.GetUtcNow().UtcDateTime);
        rejected.Remember("after", "native", "why", house.Clock.GetUtcNow().UtcDateTime);
        await Wait.Until(async () => await Scalar<long>("select count(*) from receipts where id = 'after'") == 1, "the verdict behind it");
    }

    [Fact]
    public async Task A_flood_of_what_the_database_refuses_keeps_a_bounded_number_of_payloads_and_every_verdict()
    {
        var ingest = house.Services.GetRequiredService<Ingest>();
        await Send(new { id = "first", type = "poison", customer_id = "acme" });
        while (ingest.Kept.Take())
        {
        }

        (await Send([.. Enumerable.Range(0, 20).Select(n => new { id = "p" + n, type = "poison", customer_id = "acme" })])).ShouldContain("quarantined");
        (await Scalar<long>("select count(*) from receipts where verdict = 'quarantined'")).ShouldBe(21);
        // One a second may have been kept meanwhile.
        (await Scalar<long>($"select count(*) from receipts where (payload is null) <> (reason like '%{PayloadAllowance.NotKept}')")).ShouldBe(0);
        (await Scalar<long>("select count(*) from receipts where payload is null")).ShouldBeGreaterThan(0);
        (await Scalar<bool>("select payload is not null from receipts where id = 'first'")).ShouldBeTrue();
        // What cannot be sent again is forgotten as any other verdict.
        await TrimReceipts.Run(house.Db, new(), house.Clock.GetUtcNow().UtcDateTime.AddDays(91), Ct);
        (await Scalar<long>("select count(*) from receipts where payload is null")).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Screens))]
    public async Task The_page_is_fit_to_be_looked_at(int width, bool dark)
    {
        await house.Hire(Cast.Bob);
        await using var bob = await Browser.Open(house, Cast.Bob, width, dark);
        var variant = $"{width} {(dark ? "dark" : "light")}";
        await bob.Go("/settings/ingestion");
        await bob.Sees("Nothing waits");
        await bob.NothingToComplain($"ingestion empty {variant}");

        var now = house.Clock.GetUtcNow().UtcDateTime;
        var chance = new Random(7);
        await using (var c = await house.Db.OpenConnectionAsync(Ct))
        {
            foreach (var source in new[] { "segment", "plausible", "github" })
            {
                for (var hour = 0; hour < 24; hour++)
                    await c.ExecuteAsync("insert into ingest_counts values (@at, @source, '', @a, @l, @d, @r, 0)", new { at = now.AddHours(-hour), source, a = (long)chance.Next(40, 900), l = (long)chance.Next(0, 40), d = (long)chance.Next(0, 60), r = (long)chance.Next(0, 9) });
            }
        }

        await Send(new { id = "ok", type = "api_call", customer_id = "acme" }, new { id = "late", type = "api_call", customer_id = "acme", occurred_at = "2025-05-03T10:00:00Z" },
            new { id = "q1", type = "poison", customer_id = "acme", properties = new { note = "<script>alert(1)</script>", path = new string('x', 200) } },
            new { id = "r1", type = "api_call", customer_id = "nobody" }, new { id = "r2", type = "Not Snake", customer_id = "acme" });
        await Waiting(3);
        await bob.Sees("1 waiting");
        await bob.Go("/settings/ingestion?id=q1");
        await bob.Sees("Send all again");
        await bob.Sees("Days that late events restated");
        foreach (var summary in await bob.Page.Locator("summary:text-is('Payload')").AllAsync()) await summary.ClickAsync();
        await bob.Sees("alert(1)");
        await bob.NothingToComplain($"ingestion {variant}");
        await bob.Go("/settings/ingestion?span=hour&verdict=rejected&source=native");
        await bob.Sees("must be snake_case");
        await bob.NothingToComplain($"ingestion narrowed {variant}");
    }

    private async Task<string> Send(params object[] events)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events") { Content = JsonContent.Create(events), Headers = { { "x-api-key", key } } };
        var answer = await house.Http.SendAsync(request, Ct);
        ((int)answer.StatusCode).ShouldBeLessThan(500);
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    private Task<HttpResponseMessage> Get(string query)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/ingestion" + query) { Headers = { { "x-api-key", key } } };
        return house.Http.SendAsync(request, Ct);
    }

    private async Task<JsonElement> Figures(string query = "") => await (await Get(query)).Content.ReadFromJsonAsync<JsonElement>(Ct);

    private static (long Accepted, long Late, long Duplicate, long Rejected, long Quarantined) Numbers(JsonElement figures)
    {
        long Of(string name) => figures.GetProperty(name).GetInt64();
        return (Of("accepted"), Of("late"), Of("duplicate"), Of("rejected"), Of("quarantined"));
    }

    // Receipts of rejected messages are written behind the answers.
    private async Task Waiting(long many)
    {
        await Wait.Until(async () => await Scalar<long>("select count(*) from receipts where verdict <> 'duplicate' and settled is null") >= many, $"{many} refused messages");
    }

    private Task<string> Replay(HttpClient who, string id) => Post(who, "replays", ("Id", id), ("Source", "native"), ("Subject", "acme"), ("Verdict", "quarantined"));

    private static async Task<string> Post(HttpClient who, string what, params (string, string)[] fields)
    {
        (await who.Form("/settings/ingestion", "/settings/ingestion/" + what, fields)).StatusCode.ShouldBe(HttpStatusCode.Found);
        return await who.Page("/settings/ingestion");
    }

    private async Task<string> Verdicts(string id) => string.Join(' ', (await ExplainMessage.Run(house.Db, id, Ct)).Select(entry => entry.Verdict).Order(StringComparer.Ordinal));

    private async Task Run(string sql)
    {
        await using var c = await house.Db.OpenConnectionAsync(Ct);
        await c.ExecuteAsync(sql);
    }

    private async Task<T?> Scalar<T>(string sql)
    {
        await using var c = await house.Db.OpenConnectionAsync(Ct);
        return await c.ExecuteScalarAsync<T>(sql);
    }
}
