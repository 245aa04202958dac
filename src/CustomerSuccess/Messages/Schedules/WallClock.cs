namespace CustomerSuccess.Messages.Schedules;

/// <summary>Which instant the clock on a wall means. Pure.</summary>
public static class WallClock
{
    /// <summary>
    /// The first instant at which the clock on the wall of this zone shows this time: the earlier of two where it is put back, and where it
    /// is put forward over it, the moment of that. So every date has exactly one such instant, in the order of the dates.
    /// </summary>
    public static DateTime Instant(TimeZoneInfo zone, DateTime wall)
    {
        var shown = DateTime.SpecifyKind(wall, DateTimeKind.Utc);
        var (before, after) = (zone.GetUtcOffset(shown.AddDays(-1)), zone.GetUtcOffset(shown.AddDays(1)));
        var (early, late) = before > after ? (shown - before, shown - after) : (shown - after, shown - before);
        if (Shows(zone, early) == shown) return early;
        if (Shows(zone, late) == shown) return late;
        // Skipped: between the two the clock jumps over it.
        while (late - early > TimeSpan.FromTicks(1))
        {
            var middle = early + (late - early) / 2;
            if (Shows(zone, middle) >= shown) late = middle;
            else early = middle;
        }

        return late;
    }

    private static DateTime Shows(TimeZoneInfo zone, DateTime instant) => DateTime.SpecifyKind(instant + zone.GetUtcOffset(instant), DateTimeKind.Utc);
}
