using CustomerSuccess.Messages.Consent.Limits;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerSuccess.Tests.Messages.Consent;

/// <summary>Quiet hours and the preferred time, by the clock on the customer's wall, on the days on which that clock jumps, too.</summary>
public sealed class OpenHoursTests
{
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Africa/Casablanca"];

    private static OpenHours Hours(string zone, string from, string to, string? at = null) => OpenHours.Of(new MailLimits { QuietFrom = from, QuietTo = to, SendAt = at ?? "" }, zone, null);

    private static DateTime Utc(string text) => DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AdjustToUniversal | System.Globalization.DateTimeStyles.AssumeUniversal);

    [Theory]
    // An ordinary night, in summer time.
    [InlineData("20:00", "08:00", "2025-06-10T20:30", "2025-06-11T06:00")]
    [InlineData("20:00", "08:00", "2025-06-10T05:59", "2025-06-10T06:00")]
    [InlineData("20:00", "08:00", "2025-06-10T06:00", "2025-06-10T06:00")]
    [InlineData("20:00", "08:00", "2025-06-10T17:59", "2025-06-10T17:59")]
    // The night in which it becomes summer: 02:00 is 03:00, and the end of the quiet hours an hour earlier in UTC than the day before.
    [InlineData("20:00", "08:00", "2025-03-29T20:00", "2025-03-30T06:00")]
    [InlineData("20:00", "08:00", "2025-03-28T20:00", "2025-03-29T07:00")]
    // Quiet until half past two, which does not come: from three on it is open.
    [InlineData("22:00", "02:30", "2025-03-30T00:30", "2025-03-30T01:00")]
    // Quiet within the hour that is left out: nobody notices.
    [InlineData("02:00", "03:00", "2025-03-30T00:59", "2025-03-30T00:59")]
    [InlineData("02:00", "03:00", "2025-03-30T01:00", "2025-03-30T01:00")]
    // The night in which it becomes winter: from two to three comes twice.
    [InlineData("20:00", "08:00", "2025-10-25T20:00", "2025-10-26T07:00")]
    [InlineData("22:00", "02:30", "2025-10-25T23:50", "2025-10-26T00:30")]
    [InlineData("22:00", "02:30", "2025-10-26T00:45", "2025-10-26T00:45")]
    [InlineData("22:00", "02:30", "2025-10-26T01:10", "2025-10-26T01:30")]
    // Never quiet.
    [InlineData("08:00", "08:00", "2025-06-10T03:00", "2025-06-10T03:00")]
    public void Quiet_hours_end_when_the_clock_in_Berlin_says_so(string from, string to, string now, string open) =>
        Hours("Europe/Berlin", from, to).Next(Utc(now)).ShouldBe(Utc(open));

    [Theory]
    [InlineData("2025-06-10T05:00", "2025-06-10T07:00")]
    [InlineData("2025-06-10T09:59", "2025-06-10T09:59")]
    [InlineData("2025-06-10T10:00", "2025-06-11T07:00")]
    // The days around the jumps: nine o'clock is nine o'clock.
    [InlineData("2025-03-29T12:00", "2025-03-30T07:00")]
    [InlineData("2025-10-25T12:00", "2025-10-26T08:00")]
    public void The_preferred_time_is_the_customers_nine_oclock(string now, string open) =>
        Hours("Europe/Berlin", "20:00", "08:00", "09:00").Next(Utc(now)).ShouldBe(Utc(open));

    [Fact]
    public void A_preferred_time_that_is_always_quiet_is_not_waited_for() =>
        Hours("Europe/Berlin", "20:00", "08:00", "04:00").Next(Utc("2025-06-10T20:30")).ShouldBe(Utc("2025-06-11T06:00"));

    [Fact]
    public void The_customers_own_zone_and_time_come_before_the_companys_and_nonsense_is_no_zone()
    {
        var limits = new MailLimits { Zone = "America/New_York", SendAt = "10:00" };
        OpenHours.Of(limits, "Asia/Tokyo", "07:30").ShouldSatisfyAllConditions(
            hours => hours.Zone.Id.ShouldBe("Asia/Tokyo"), hours => hours.SendAt.ShouldBe(new TimeOnly(7, 30)));
        foreach (var nonsense in new[] { null, "", "Europe/Atlantis", "../../etc/passwd", "<script>", new string('x', 500) })
        {
            OpenHours.Of(limits, nonsense, nonsense).ShouldSatisfyAllConditions(hours => hours.Zone.Id.ShouldBe("America/New_York"), hours => hours.SendAt.ShouldBe(new TimeOnly(10, 0)));
        }
    }

    /// <summary>Whatever the zone, the day and the hours: it is open then, never before now, and at no full minute in between.</summary>
    [Fact]
    public void The_first_open_minute_is_open_and_the_first() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(
            (from zone in Gen.Elements(Zones)
             from minute in Gen.Choose(0, 366 * 24 * 60)
             from second in Gen.Choose(0, 59)
             from quietFrom in Gen.Choose(0, 95)
             from quietTo in Gen.Choose(0, 95)
             from at in Gen.Choose(-20, 95)
             select (zone, minute, second, quietFrom, quietTo, at)).ToArbitrary(), one =>
             {
                 static string Time(int quarter) => new TimeOnly(0, 0).AddMinutes(15 * quarter).ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);
                 var hours = Hours(one.zone, Time(one.quietFrom), Time(one.quietTo), one.at < 0 ? null : Time(one.at));
                 var now = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(one.minute).AddSeconds(one.second);
                 var open = hours.Next(now);
                 if (open < now || hours.Quiet(hours.Wall(open))) return false;
                 // In between it is quiet, or not the preferred time.
                 for (var minute = now.AddSeconds(60 - one.second); one.at < 0 && open > now && minute < open; minute = minute.AddMinutes(1))
                 {
                     if (!hours.Quiet(hours.Wall(minute))) return false;
                 }

                 return open - now <= TimeSpan.FromHours(49);
             }));
}
