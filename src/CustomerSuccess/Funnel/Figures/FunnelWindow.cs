using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Funnel.Figures;

/// <summary>Some UTC days, the first and the last included.</summary>
public sealed record FunnelWindow(DateOnly From, DateOnly To, DateOnly Today)
{
    public const int MostDays = 3_660;

    private static readonly DateOnly Epoch = new(2000, 1, 1);

    /// <summary>Ends now: what is stored about the last day counts up to this moment, and beyond it there is nothing.</summary>
    public bool EndsNow => To >= Today;

    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>As many days, just before.</summary>
    public FunnelWindow Before => new(From.AddDays(-Days), From.AddDays(-1), Today);

    public DateTime Start => From.Start();

    // A clock that is a few minutes fast writes into tomorrow; who asks for now means that too.
    internal DateOnly Last => EndsNow ? new DateOnly(2080, 1, 1) : To;

    internal DateTime End => Last.End();

    /// <summary>Days since 2000, as visitors.days has them.</summary>
    internal static int Number(DateOnly day) => day.DayNumber - Epoch.DayNumber;

    /// <summary>The last so many days, today included.</summary>
    public static FunnelWindow Of(int days, DateOnly today) => new(today.AddDays(1 - days), today, today);

    /// <summary>As asked for: days, or from and to (to: today unless given). Null with what is wrong; nothing asked for is <paramref name="otherwise"/> days.</summary>
    public static FunnelWindow? Read(string? days, string? from, string? to, DateOnly today, int? otherwise, List<Fault> faults)
    {
        if (days is { Length: > 0 })
        {
            if (int.TryParse(days, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MostDays && from is null && to is null) return Of(count, today);
            faults.Add(new Fault("days", from is null && to is null ? $"must be a number of days from 1 to {MostDays}" : "goes without from and to"));
            return null;
        }

        if (string.IsNullOrEmpty(from) && string.IsNullOrEmpty(to) && otherwise is { } usual) return Of(usual, today);
        var (first, last) = (Day("from", from, null), Day("to", to, today));
        if (first is not { } start || last is not { } end) return null;
        if (start > end) faults.Add(new Fault("to", "must not be before from"));
        else if (end.DayNumber - start.DayNumber >= MostDays) faults.Add(new Fault("from", $"is too far before to: at most {MostDays} days"));
        return faults.Count > 0 ? null : new FunnelWindow(start, end, today);

        DateOnly? Day(string name, string? text, DateOnly? missing)
        {
            if (string.IsNullOrEmpty(text) && missing is { } day) return day;
            if (text is not null && Platform.Days.TryParse(text, out var read) && read >= Epoch && read.Year < 2080) return read;
            faults.Add(new Fault(name, string.IsNullOrEmpty(text) ? "is missing" : "must be a day like 2026-11-20, from 2000 on"));
            return null;
        }
    }
}
