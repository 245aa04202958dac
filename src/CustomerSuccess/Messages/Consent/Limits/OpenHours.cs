namespace CustomerSuccess.Messages.Consent.Limits;

/// <summary>
/// When an address may be written to, by the clock on its owner's wall. Pure. Where that clock jumps, what counts is what it shows: an
/// hour that is skipped is nobody's, and of an hour that comes twice both are meant.
/// </summary>
public sealed record OpenHours(TimeZoneInfo Zone, TimeOnly QuietFrom, TimeOnly QuietTo, TimeOnly? SendAt)
{
    /// <summary>How long after the preferred time it still is that time.</summary>
    public static readonly TimeSpan Width = TimeSpan.FromHours(3);

    private const int MinutesOfTwoDays = 2 * 24 * 60;

    /// <param name="limits">The company's.</param>
    /// <param name="zone">The customer's, where one is known.</param>
    /// <param name="sendAt">The customer's preferred time, where one is known.</param>
    public static OpenHours Of(MailLimits limits, string? zone, string? sendAt) => new(
        MailLimits.FindZone(zone) ?? MailLimits.FindZone(limits.Zone) ?? TimeZoneInfo.Utc,
        MailLimits.Time(limits.QuietFrom) ?? default, MailLimits.Time(limits.QuietTo) ?? default, MailLimits.Time(sendAt) ?? MailLimits.Time(limits.SendAt));

    /// <summary>Quiet from a time until before another, also over midnight; the same twice is never quiet.</summary>
    public bool Quiet(TimeOnly wall) => QuietFrom != QuietTo && wall.IsBetween(QuietFrom, QuietTo);

    public TimeOnly Wall(DateTime utc) => TimeOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(utc, Zone));

    /// <summary>This instant where it is open, else the first full minute that is.</summary>
    public DateTime Next(DateTime utc) => First(utc, wall => !Quiet(wall) && Preferred(wall)) ?? First(utc, wall => !Quiet(wall)) ?? utc;

    /// <summary>Why it is not open at this instant.</summary>
    public string Why(DateTime utc) => Quiet(Wall(utc)) ? $"quiet hours, {QuietFrom:HH:mm} to {QuietTo:HH:mm} in {Zone.Id}" : $"waits for the preferred time, {SendAt:HH:mm} in {Zone.Id}";

    private bool Preferred(TimeOnly wall) => SendAt is not { } at || wall.IsBetween(at, at.Add(Width));

    // Zones jump on full minutes, so walking over them misses nothing; two days of them cost a tenth of a millisecond.
    private DateTime? First(DateTime utc, Func<TimeOnly, bool> open)
    {
        if (open(Wall(utc))) return utc;
        var minute = new DateTime(utc.Ticks - utc.Ticks % TimeSpan.TicksPerMinute, DateTimeKind.Utc);
        for (var n = 0; n < MinutesOfTwoDays; n++)
        {
            minute = minute.AddMinutes(1);
            if (open(Wall(minute))) return minute;
        }

        return null;
    }
}
