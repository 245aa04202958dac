using System.Globalization;
using CustomerSuccess.Events;
using Quartz;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>A date on which a schedule runs, and from which instant on.</summary>
public readonly record struct Slot(DateOnly Date, DateTime At);

/// <summary>
/// On which dates a schedule runs and at what time, by the clock on the wall of a zone. One time a date at most, so that a date names a run.
/// The library lists the dates by a clock without a zone; <see cref="WallClock"/> says which instants they are. Pure.
/// </summary>
public sealed class Timetable
{
    private static readonly string[] Weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private readonly CronExpression times;

    private Timetable(string cron, TimeZoneInfo zone, CronExpression times) => (Cron, Zone, this.times) = (cron, zone, times);

    /// <summary>Five fields: minute, hour, day of month, month, day of week.</summary>
    public string Cron { get; }

    public TimeZoneInfo Zone { get; }

    /// <summary>Null with faults for "cron" and "zone".</summary>
    public static Timetable? Read(string cron, string zone, ICollection<Fault> faults)
    {
        var before = faults.Count;
        if (zone.Length is 0 or > 60 || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
        {
            faults.Add(new Fault("zone", $"'{Short(zone)}' is no time zone; for example Europe/Berlin"));
            found = TimeZoneInfo.Utc;
        }

        var dates = Times(cron, faults);
        return faults.Count > before ? null : new Timetable(string.Join(' ', cron.Split(' ', StringSplitOptions.RemoveEmptyEntries)), found, dates!);
    }

    /// <summary>Dates whose time is after the one instant and not after the other.</summary>
    public IEnumerable<Slot> Between(DateTime after, DateTime until)
    {
        // Two days earlier: the farthest a wall's clock was ever put forward is one.
        for (var wall = after.AddDays(-2); times.GetNextValidTimeAfter(new DateTimeOffset(wall, TimeSpan.Zero)) is { } next; wall = next.UtcDateTime)
        {
            var at = WallClock.Instant(Zone, next.UtcDateTime);
            if (at > until) yield break;
            if (at > after) yield return new Slot(DateOnly.FromDateTime(next.UtcDateTime), at);
        }
    }

    public Slot? Next(DateTime after) => Between(after, after.AddYears(5)).Select(slot => (Slot?)slot).FirstOrDefault();

    /// <summary>The date on the wall now.</summary>
    public DateOnly Today(DateTime now) => DateOnly.FromDateTime(now + Zone.GetUtcOffset(now));

    /// <summary>Mondays at 08:00; else the fields themselves.</summary>
    public string InWords
    {
        get
        {
            var fields = Cron.Split(' ');
            if (fields[2] != "*" || fields[3] != "*") return $"cron {Cron}";
            var time = $"{int.Parse(fields[1], CultureInfo.InvariantCulture):00}:{int.Parse(fields[0], CultureInfo.InvariantCulture):00}";
            var day = Named(fields[4]);
            return day switch
            {
                "*" => $"every day at {time}",
                "MON-FRI" => $"Monday to Friday at {time}",
                _ when Array.IndexOf(Weekdays, day) is >= 0 and var n => $"{(DayOfWeek)n}s at {time}",
                _ => $"{day} at {time}",
            };
        }
    }

    private static CronExpression? Times(string cron, ICollection<Fault> faults)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5 || cron.Length > 100)
        {
            faults.Add(new Fault("cron", "needs five fields: minute, hour, day of month, month, day of week, as in 0 8 * * MON"));
            return null;
        }

        if (!Number(fields[0], 59) || !Number(fields[1], 23))
        {
            faults.Add(new Fault("cron", "needs one minute and one hour: a schedule runs at most once a day"));
            return null;
        }

        if (fields[2] is not ("*" or "?") && fields[4] is not ("*" or "?"))
        {
            faults.Add(new Fault("cron", "names days of the month and of the week; use * for one of them"));
            return null;
        }

        // The library takes any two digits for a day.
        if (fields[2].Split([',', '-', '/', 'L', 'W', '*', '?']).Any(part => int.TryParse(part, CultureInfo.InvariantCulture, out var day) && day is (< 1 or > 31)))
        {
            faults.Add(new Fault("cron", "names a day that no month has"));
            return null;
        }

        try
        {
            var (month, week) = fields[4] is "*" or "?" ? (fields[2] == "?" ? "*" : fields[2], "?") : ("?", Named(fields[4]));
            var dates = new CronExpression($"0 {fields[0]} {fields[1]} {month} {fields[3]} {week}", TimeZoneInfo.Utc);
            if (dates.GetNextValidTimeAfter(new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero)) is not null) return dates;
            faults.Add(new Fault("cron", "never comes: there is no such date"));
        }
        catch (FormatException error)
        {
            faults.Add(new Fault("cron", $"cannot be read: {error.Message.TrimEnd('.')}"));
        }

        return null;
    }

    // The library counts Sunday as 1, everybody else as 0 or 7: it gets names. Not behind L and #, which have numbers of their own.
    private static string Named(string days) =>
        string.Join(',', days.ToUpperInvariant().Split(',').Select(part => string.Join('-', part.Split('-').Select(Day))));

    private static string Day(string day)
    {
        var cut = day.IndexOfAny(['#', 'L', '/']);
        var (name, rest) = cut < 0 ? (day, "") : (day[..cut], day[cut..]);
        return name.Length == 1 && name[0] is >= '0' and <= '7' ? Weekdays[(name[0] - '0') % 7] + rest : day;
    }

    private static bool Number(string field, int most) => int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most;

    private static string Short(string text) => text.Length > 40 ? text[..39] + "…" : text;
}
