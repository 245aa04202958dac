using CustomerSuccess.Events;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Funnel.Figures;

/// <summary>The days a caller asks about, as they stand in the address.</summary>
public sealed record FunnelPeriod
{
    [FromQuery(Name = "days")] public string? Days { get; init; }

    [FromQuery(Name = "from")] public string? From { get; init; }

    [FromQuery(Name = "to")] public string? To { get; init; }

    /// <summary>For a page: what makes no sense is the usual number of days, with a word about it.</summary>
    public (FunnelWindow Window, string? Fault) Shown(DateOnly today)
    {
        var faults = new List<Fault>();
        // A form sends the field it leaves empty.
        var read = (this with { From = Blank(From), To = Blank(To) }).Read(today, faults);
        return (read ?? FunnelWindow.Of(GetSummary.UsualDays, today), faults.Count == 0 ? null : string.Join("; ", faults.Select(fault => $"{fault.Field} {fault.Message}")));

        static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <summary>Null with what is wrong; nothing asked for is the usual number of days.</summary>
    public FunnelWindow? Read(DateOnly today, List<Fault> faults) => FunnelWindow.Read(Days, From, To, today, GetSummary.UsualDays, faults);
}
