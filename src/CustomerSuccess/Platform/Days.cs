using System.Globalization;

namespace CustomerSuccess.Platform;

/// <summary>Instants are <see cref="DateTime"/> of kind UTC, days are <see cref="DateOnly"/> in UTC; both in microseconds, as the database keeps them.</summary>
public static class Days
{
    public static DateTime Now(this TimeProvider clock) => Micro(clock.GetUtcNow().UtcDateTime);

    public static DateOnly Today(this TimeProvider clock) => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    public static DateTime Start(this DateOnly day) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    /// <summary>The first instant after a day: facts "as of" it are those known before.</summary>
    public static DateTime End(this DateOnly day) => day.AddDays(1).Start();

    public static DateOnly Day(this DateTime instant) => DateOnly.FromDateTime(instant);

    public static string Iso(this DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A day as it is written everywhere. Years nobody means are no days: a week before or a day after must be one, too.</summary>
    public static bool TryParse(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && day.Year is >= 1970 and < 3000;

    public static DateTime Micro(DateTime instant) => new(instant.Ticks - instant.Ticks % 10, DateTimeKind.Utc);
}
