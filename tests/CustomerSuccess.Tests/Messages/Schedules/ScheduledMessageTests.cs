using System.Net;
using System.Text.Json;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using Dapper;

namespace CustomerSuccess.Tests.Messages.Schedules;

/// <summary>What each schedule sends, to whom, and to whom not and why.</summary>
public sealed class ScheduledMessageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_weekly_summary_goes_to_those_who_have_something_to_be_told_and_run_now_doubles_nothing()
    {
        await using var house = await Planned.Open();
        var monday = new DateOnly(2025, 5, 12);
        // Active on Sunday, a week before that, and never.
        await house.Customers(3, n => n switch { 0 => monday.AddDays(-1), 1 => monday.AddDays(-8), _ => null }, monday.AddDays(-100));
        await house.Only("weekly_summary", "0 8 * * MON", "Europe/Berlin");
        house.Clock.Set(new DateTimeOffset(2025, 5, 12, 6, 0, 0, TimeSpan.Zero));
        (await house.Look()).ShouldBe(1);
        var message = (await house.Messages("weekly_summary")).ShouldHaveSingleItem();
        (message.Customer, message.To, message.Key).ShouldBe(("s00000", "s00000@example.com", "weekly_summary:s00000:2025-W20"));
        var facts = JsonElement.Parse(message.Facts);
        (facts.GetProperty("from").GetString(), facts.GetProperty("until").GetString(), facts.GetProperty("prs_generated").GetInt32(), facts.GetProperty("prs_merged").GetInt32()).ShouldBe(("2025-05-05", "2025-05-12", 2, 1));

        var api = await Machine.With(house, "admin");
        house.Clock.Set(new DateTimeOffset(2025, 5, 14, 10, 0, 0, TimeSpan.Zero));
        var asked = await api.Post("/api/v1/schedules/weekly_summary/runs");
        asked.Status.ShouldBe(HttpStatusCode.Accepted);
        (await api.Post("/api/v1/schedules/weekly_summary/runs")).Status.ShouldBe(HttpStatusCode.Conflict);
        await house.Look();
        var shown = (await api.Get("/api/v1/schedules/weekly_summary")).Json;
        var last = shown.GetProperty("runs")[0];
        (last.GetProperty("local_date").GetString(), last.GetProperty("state").GetString(), last.GetProperty("queued").GetInt32(), last.GetProperty("already").GetInt32()).ShouldBe(("2025-05-14", "done", 0, 1));
        last.GetProperty("asked_by").GetString().ShouldStartWith("key:");
        (await house.Messages("weekly_summary")).Count.ShouldBe(1);
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        (await db.ExecuteScalarAsync<long>("select count(*) from audit where action = 'schedule.run'")).ShouldBe(1);
        // What there was to say of those who got none.
        var why = (await api.Get("/api/v1/customers/s00001/passed-over")).Json;
        (why[0].GetProperty("schedule").GetString(), why[0].GetProperty("reason").GetString()).ShouldBe(("weekly_summary", "nothing happened that week"));
    }

    [Theory]
    [InlineData("Pacific/Auckland", 0)]
    [InlineData("America/Los_Angeles", 0)]
    [InlineData("Europe/Berlin", 2)]
    public async Task A_summary_speaks_of_the_week_it_was_written_for_wherever_and_whenever_it_goes_out(string zone, int daysLater)
    {
        await using var house = await Planned.Open();
        await house.Hire(Cast.Alice);
        var monday = new DateOnly(2025, 5, 12);
        await house.Customers(1, _ => monday.AddDays(-1), monday.AddDays(-100));
        await house.Only("weekly_summary", "0 8 * * MON", zone);
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        await db.ExecuteAsync("update schedules set enabled = true, cron = '0 8 * * MON', zone = @zone where schedule = 'team_weekly_summary'", new { zone });
        // 08:00 on Monday there.
        house.Clock.Set(new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(monday.ToDateTime(new TimeOnly(8, 0)), TimeZoneInfo.FindSystemTimeZoneById(zone)), TimeSpan.Zero));
        await house.Look();
        house.Clock.Advance(TimeSpan.FromDays(daysLater));
        await db.ExecuteAsync("insert into activity (customer_id, day, prs_merged) values ('s00000', '2025-05-12', 4321), ('s00000', '2025-05-13', 4321)");
        (await house.Composed("weekly_summary")).Subject.ShouldBe("Your week at Company s00000: May 5 to May 11");
        (await house.Composed("weekly_summary")).Text.ShouldNotContain("321");
        (await house.Composed("team_weekly_summary")).Text.ShouldContain("May 5 to May 11");
    }

    [Fact]
    public async Task Silent_customers_are_written_to_once_for_each_time_they_fall_silent()
    {
        await using var house = await Planned.Open();
        var start = new DateOnly(2025, 5, 5);
        await house.Customers(4, n => n switch { 0 => start, 1 => start.AddDays(-20), 2 => start.AddDays(-200), _ => null }, start.AddDays(-13));
        await house.Only("re_engagement", "0 9 * * *");
        for (var day = 1; day <= 16; day++)
        {
            house.Clock.Set(new DateTimeOffset(start.AddDays(day).ToDateTime(new TimeOnly(9, 0)), TimeSpan.Zero));
            await house.Look();
        }

        (await house.Messages("re_engagement")).Select(message => message.Key)
            .ShouldBe(["reengage:s00000:2025-05-05", "reengage:s00001:2025-04-15", "reengage:s00003:2025-04-22"]);
        JsonElement.Parse((await house.Messages("re_engagement"))[0].Facts).GetProperty("days").GetInt32().ShouldBe(14);
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        (await db.QuerySingleAsync<(string, string)>("select customer_id, reason from passed_over")).ShouldBe(("s00002", "silent for too long"));
        // Back, and silent again.
        await db.ExecuteAsync("insert into activity (customer_id, day, prs_merged) values ('s00000', '2025-05-22', 1); update standings set last_active = '2025-05-22' where customer_id = 's00000'");
        house.Clock.Set(new DateTimeOffset(2025, 6, 5, 9, 0, 0, TimeSpan.Zero));
        await house.Look();
        (await house.Messages("re_engagement")).Select(message => message.Key).ShouldContain("reengage:s00000:2025-05-22");
    }

    [Fact]
    public async Task The_digest_names_who_came_to_be_at_risk_once_to_the_team_and_theirs_to_owners()
    {
        await using var house = await Planned.Open();
        await house.Hire(Cast.Alice);
        await house.Customers(4, _ => new DateOnly(2025, 5, 4), new DateOnly(2025, 4, 1));
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        await db.ExecuteAsync("update standings set status = 'at_risk', owner = case when customer_id = 's00001' then 'bob@example.com' else '' end where customer_id < 's00002'");
        await db.ExecuteAsync("update standings set counted = false where customer_id = 's00003'; update customers set owner = 'bob@example.com' where customer_id = 's00001'");
        await house.Write([.. Enumerable.Range(0, 4).Select(n => Story.Event($"s{n:00000}", "health_changed", house.Clock.GetUtcNow().UtcDateTime,
            new { score = 30, status = "at_risk", from_score = 60, from_status = "needs_attention" }, $"health_changed:s{n:00000}:1"))]);
        await house.Only("at_risk_digest", "30 7 * * MON-FRI");
        house.Clock.Set(new DateTimeOffset(2025, 5, 6, 7, 30, 0, TimeSpan.Zero));
        await house.Look();

        var digests = await house.Messages("at_risk_alert");
        digests.Select(message => message.To).ShouldBe(["alice@example.com", "bob@example.com"]);
        string[] Named(int which) => [.. JsonElement.Parse(digests[which].Facts).GetProperty("customers").EnumerateArray().Select(one => one.GetString()!).Order()];
        Named(0).ShouldBe(["s00000", "s00001"]);
        Named(1).ShouldBe(["s00001"]);
        (await house.Runs()).ShouldHaveSingleItem().Passed.ShouldBe("{\"gone\": 1, \"recovered\": 1}");
        house.Clock.Advance(TimeSpan.FromDays(1));
        await house.Look();
        (await house.Messages("at_risk_alert")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_long_digest_counts_all_of_them_and_an_owners_names_nobody_elses()
    {
        await using var house = await Planned.Open();
        var start = new DateOnly(2025, 5, 4);
        await house.Customers(230, _ => start, new DateOnly(2025, 4, 1));
        await using var db = await house.Db.OpenConnectionAsync(Ct);
        await db.ExecuteAsync(
            """
            update standings set status = 'at_risk', band = 'at_risk', owner = case when customer_id < 's00220' then 'Bob@example.com' else 'carol@example.com' end where customer_id < 's00228';
            insert into at_risk_entries (customer_id, entry_id, entered_at, score, from_status) select customer_id, 'e', @at, 30, 'healthy' from standings where customer_id < 's00228';
            -- Two lost points and are not there yet: one is Bob's.
            update standings set owner = case customer_id when 's00228' then 'bob@example.com' else 'carol@example.com' end where customer_id >= 's00228';
            insert into health_scores (customer_id, day, model, version, score, status, points) select customer_id, '2025-04-20', 'default', 1, 95, 'champion', '[]' from standings where customer_id >= 's00228'
            """, new { at = new DateTime(2025, 5, 5, 0, 0, 0, DateTimeKind.Utc) });
        await house.Only("at_risk_digest", "30 7 * * MON-FRI");
        house.Clock.Set(new DateTimeOffset(2025, 5, 6, 7, 30, 0, TimeSpan.Zero));
        await house.Look();
        var bobs = await house.Composed("at_risk_alert", "bob@example.com");
        bobs.Subject.ShouldBe("At risk: 220 customers need somebody");
        bobs.Text.ShouldContain("And 212 more.");
        bobs.Text.ShouldContain("Company s00228");
        bobs.Text.ShouldNotContain("Company s00229");
        (await house.Composed("at_risk_alert", "carol@example.com")).Subject.ShouldBe("At risk: 8 customers need somebody");
    }

    [Fact]
    public async Task Schedules_are_changed_by_admins_from_now_on_and_with_the_reason_where_not()
    {
        await using var house = await Planned.Open();
        var api = await Machine.With(house, "admin");
        var changed = await api.Patch("/api/v1/schedules/re_engagement", new { cron = "30 11 * * 1-5", zone = "Europe/Berlin", grace_minutes = 60, options = new { days = 21 } });
        changed.Status.ShouldBe(HttpStatusCode.OK, changed.Json.ToString());
        (changed.Json.GetProperty("in_words").GetString(), changed.Json.GetProperty("options").GetProperty("days").GetInt32()).ShouldBe(("Monday to Friday at 11:30", 21));
        // 11:30 has passed there today.
        changed.Json.GetProperty("next")[0].GetDateTime().ToUniversalTime().ShouldBe(new DateTime(2025, 5, 6, 9, 30, 0, DateTimeKind.Utc));
        await house.Look();
        (await house.Runs()).ShouldBeEmpty();

        var refused = await api.Patch("/api/v1/schedules/re_engagement", new { cron = "*/5 * * * *", zone = "Mars/Base", options = new { days = 0 } });
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Problem("cron").ShouldContain("at most once a day");
        refused.Problem("zone").ShouldContain("no time zone");
        refused.Problem("days").ShouldBe("must be from 2 to 365");
        (await api.Patch("/api/v1/schedules/nothing", new { })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.Patch("/api/v1/schedules/re_engagement", new { enabled = false })).Json.GetProperty("next").GetArrayLength().ShouldBe(0);
    }
}
