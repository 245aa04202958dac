using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Figures;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>Which days: days, or from and to; the last 90 unless told.</summary>
public sealed record AnalyticsFilter
{
    public const int UsualDays = 90;

    /// <summary>The last so many UTC days, today included; 90 unless told.</summary>
    [FromQuery(Name = "days")] public string? Days { get; init; }

    /// <summary>First UTC day, like 2026-11-20; instead of days.</summary>
    [FromQuery(Name = "from")] public string? From { get; init; }

    /// <summary>Last UTC day; today unless told.</summary>
    [FromQuery(Name = "to")] public string? To { get; init; }

    /// <summary>Of the trend: week or month; by month for more than 183 days unless told.</summary>
    [FromQuery(Name = "interval")] public string? Interval { get; init; }

    /// <summary>Null with what is wrong.</summary>
    public FunnelWindow? Read(DateOnly today, List<Fault> faults)
    {
        if (Interval is not (null or "" or "week" or "month")) faults.Add(new("interval", "must be week or month"));
        var window = FunnelWindow.Read(Days, From, To, today, UsualDays, faults);
        return faults.Count > 0 ? null : window;
    }

    /// <summary>For a page: what makes no sense is the usual window, with a word about it.</summary>
    public (FunnelWindow Window, string? Fault) Shown(DateOnly today)
    {
        var faults = new List<Fault>();
        var read = (this with { Days = Blank(Days), From = Blank(From), To = Blank(To) }).Read(today, faults);
        return (read ?? FunnelWindow.Of(UsualDays, today), faults.Count == 0 ? null : string.Join("; ", faults.Select(fault => $"{fault.Field} {fault.Message}")));

        // A form sends the field it leaves empty.
        static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
    }

    public string? By => string.IsNullOrEmpty(Interval) ? null : Interval;
}
