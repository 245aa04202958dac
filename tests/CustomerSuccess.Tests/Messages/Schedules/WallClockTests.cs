using CustomerSuccess.Events;
using CustomerSuccess.Messages.Schedules;

namespace CustomerSuccess.Tests.Messages.Schedules;

/// <summary>What a time on the wall means, on the days on which clocks are changed as on all others.</summary>
public sealed class WallClockTests
{
    [Theory]
    // Put forward: the moment of that.
    [InlineData("Europe/Berlin", "2025-03-30T02:30:00", "2025-03-30T01:00:00Z")]
    [InlineData("America/New_York", "2025-03-09T02:30:00", "2025-03-09T07:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2025-10-05T02:15:00", "2025-10-04T15:30:00Z")]
    // Put back: the first of the two.
    [InlineData("Europe/Berlin", "2025-10-26T02:30:00", "2025-10-26T00:30:00Z")]
    [InlineData("America/New_York", "2025-11-02T01:30:00", "2025-11-02T05:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2025-04-06T01:45:00", "2025-04-05T14:45:00Z")]
    // A date that was left out altogether.
    [InlineData("Pacific/Apia", "2011-12-30T09:00:00", "2011-12-30T10:00:00Z")]
    [InlineData("Europe/Berlin", "2025-05-05T08:00:00", "2025-05-05T06:00:00Z")]
    [InlineData("UTC", "2025-05-05T08:00:00", "2025-05-05T08:00:00Z")]
    public void A_time_on_the_wall_is_one_instant(string zone, string wall, string instant) =>
        WallClock.Instant(TimeZoneInfo.FindSystemTimeZoneById(zone), DateTime.Parse(wall, null)).ShouldBe(DateTime.Parse(instant, null).ToUniversalTime());

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Africa/Cairo")]
    [InlineData("America/Santiago")]
    [InlineData("Asia/Kathmandu")]
    public void Every_date_has_exactly_one_run_whatever_the_hour(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var (from, until) = (new DateTime(2024, 12, 31, 12, 0, 0, DateTimeKind.Utc), new DateTime(2027, 1, 1, 12, 0, 0, DateTimeKind.Utc));
        for (var minute = 0; minute < 24 * 60; minute += 15)
        {
            var times = Timetable.Read($"{minute % 60} {minute / 60} * * *", name, [])!;
            var slots = times.Between(from, until).ToList();
            slots.Zip(slots.Skip(1)).ShouldAllBe(pair => pair.Second.Date == pair.First.Date.AddDays(1) && pair.Second.At > pair.First.At);
            // The wall never shows an earlier time than asked for, and where it skips none, just that.
            foreach (var slot in slots)
            {
                var shown = TimeZoneInfo.ConvertTimeFromUtc(slot.At, zone);
                var asked = slot.Date.ToDateTime(new TimeOnly(minute / 60, minute % 60));
                if (zone.IsInvalidTime(asked)) shown.ShouldBeGreaterThan(asked);
                else shown.ShouldBe(asked);
            }

            // Asked again and again as a clock goes on, every slot comes up once.
            var seen = new List<Slot>();
            for (var now = from; now < from.AddDays(120); now = now.AddHours(7)) seen.AddRange(times.Between(now, now.AddHours(7)));
            seen.ShouldBe(slots.Take(seen.Count));
        }
    }

    [Theory]
    [InlineData("0 8 * * MON", "Mondays at 08:00", "2025-05-12T08:00:00Z")]
    [InlineData("0 8 * * 1", "Mondays at 08:00", "2025-05-12T08:00:00Z")]
    [InlineData("30 17 * * 0", "Sundays at 17:30", "2025-05-11T17:30:00Z")]
    [InlineData("30 17 * * 7", "Sundays at 17:30", "2025-05-11T17:30:00Z")]
    [InlineData("15 9 * * 1-5", "Monday to Friday at 09:15", "2025-05-06T09:15:00Z")]
    [InlineData("0 0 * * *", "every day at 00:00", "2025-05-06T00:00:00Z")]
    [InlineData("0 6 1 * *", "cron 0 6 1 * *", "2025-06-01T06:00:00Z")]
    [InlineData("0 6 L * *", "cron 0 6 L * *", "2025-05-31T06:00:00Z")]
    [InlineData("0 6 * 1 WED,FRI", "cron 0 6 * 1 WED,FRI", "2026-01-02T06:00:00Z")]
    public void Cron_is_read_as_everybody_writes_it(string cron, string words, string next)
    {
        var times = Timetable.Read(cron, "UTC", [])!;
        times.InWords.ShouldBe(words);
        times.Next(new DateTime(2025, 5, 5, 20, 0, 0, DateTimeKind.Utc))!.Value.At.ShouldBe(DateTime.Parse(next, null).ToUniversalTime());
    }

    [Theory]
    [InlineData("* 8 * * *", "UTC", "cron needs one minute and one hour: a schedule runs at most once a day")]
    [InlineData("*/5 8 * * *", "UTC", "cron needs one minute and one hour: a schedule runs at most once a day")]
    [InlineData("0 8,20 * * *", "UTC", "cron needs one minute and one hour: a schedule runs at most once a day")]
    [InlineData("61 8 * * *", "UTC", "cron needs one minute and one hour: a schedule runs at most once a day")]
    [InlineData("0 8 * *", "UTC", "cron needs five fields: minute, hour, day of month, month, day of week, as in 0 8 * * MON")]
    [InlineData("0 8 1 * MON", "UTC", "cron names days of the month and of the week; use * for one of them")]
    [InlineData("0 8 30 2 *", "UTC", "cron never comes: there is no such date")]
    [InlineData("0 8 * * MON", "Europe/Nowhere", "zone 'Europe/Nowhere' is no time zone; for example Europe/Berlin")]
    [InlineData("0 8 * * MON", "", "zone '' is no time zone; for example Europe/Berlin")]
    public void What_cannot_be_a_schedule_is_refused_with_the_reason(string cron, string zone, string says)
    {
        var faults = new List<Fault>();
        Timetable.Read(cron, zone, faults).ShouldBeNull();
        faults.Select(fault => $"{fault.Field} {fault.Message}").ShouldContain(says);
    }

    [Fact]
    public void What_cannot_be_read_is_refused()
    {
        foreach (var cron in new[] { "0 8 * * FOO", "0 8 99 * *", "0 8 * 13 *", "0 8 ; * *", "0 8 * * 9" })
        {
            var faults = new List<Fault>();
            Timetable.Read(cron, "UTC", faults).ShouldBeNull(cron);
            faults.ShouldHaveSingleItem().Field.ShouldBe("cron");
        }
    }
}
