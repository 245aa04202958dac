using System.Globalization;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Messages.Log;

/// <summary>Which messages of the delivery log, as it stands in the address. What makes no sense is ignored on the page and refused by the API.</summary>
public sealed record MessageFilter
{
    public const int MostRows = 200;
    private const int LongestText = 200;

    /// <summary>queued, sending, sent, unknown, failed, suppressed or dropped.</summary>
    [FromQuery(Name = "state")] public string? State { get; init; }

    /// <summary>welcome, weekly_summary, …</summary>
    [FromQuery(Name = "kind")] public string? Kind { get; init; }

    /// <summary>Id of a customer.</summary>
    [FromQuery(Name = "customer")] public string? Customer { get; init; }

    /// <summary>kit, sendgrid, smtp or log.</summary>
    [FromQuery(Name = "channel")] public string? Channel { get; init; }

    /// <summary>First UTC day on which they were made.</summary>
    [FromQuery(Name = "from")] public string? From { get; init; }

    /// <summary>Last UTC day.</summary>
    [FromQuery(Name = "to")] public string? To { get; init; }

    /// <summary>Rows of a page, 1 to 200; 50 unless told.</summary>
    [FromQuery(Name = "limit")] public int? Limit { get; init; }

    /// <summary>`next` of the page before.</summary>
    [FromQuery(Name = "after")] public string? After { get; init; }

    public int Rows => Math.Clamp(Limit ?? 50, 1, MostRows);

    public bool Narrows => Conditions(new()).Count > 0;

    /// <summary>What makes no sense, by field.</summary>
    public Dictionary<string, string[]> Faults()
    {
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!string.IsNullOrEmpty(State) && !States.All.Contains(State)) faults["state"] = ["must be one of " + string.Join(", ", States.All)];
        if (!string.IsNullOrEmpty(Channel) && !Channels.Channel.Order.Contains(Channel)) faults["channel"] = ["must be one of " + string.Join(", ", Channels.Channel.Order)];
        if (!string.IsNullOrEmpty(From) && !Days.TryParse(From, out _)) faults["from"] = ["must be a day, as in 2026-03-01"];
        if (!string.IsNullOrEmpty(To) && !Days.TryParse(To, out _)) faults["to"] = ["must be a day, as in 2026-03-01"];
        if (Limit is < 1 or > MostRows) faults["limit"] = [$"must be from 1 to {MostRows}"];
        return faults;
    }

    /// <summary>What of it narrows the list, and its values; without the place of the page.</summary>
    public List<string> Conditions(DynamicParameters values)
    {
        var where = new List<string>();
        void Is(string column, string? value, Func<string, bool> known)
        {
            if (string.IsNullOrEmpty(value) || value.Length > LongestText || value.Contains('\0') || !known(value)) return;
            where.Add($"{column} = @{column}");
            values.Add(column, value);
        }

        Is("state", State, States.All.Contains);
        Is("kind", Kind, _ => true);
        Is("customer_id", Customer, _ => true);
        Is("channel", Channel, Channels.Channel.Order.Contains);
        if (Days.TryParse(From ?? "", out var from))
        {
            where.Add("created_at >= @from");
            values.Add("from", from.Start());
        }

        if (Days.TryParse(To ?? "", out var to) && to < DateOnly.MaxValue)
        {
            where.Add("created_at < @to");
            values.Add("to", to.AddDays(1).Start());
        }

        return where;
    }

    /// <summary>Where a page begins; an address somebody bent is read as the first page.</summary>
    public (DateTime At, string Id)? Place => After is { } cursor && cursor.IndexOf('~') is > 0 and var cut && !cursor.Contains('\0')
        && DateTime.TryParse(cursor[..cut], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? (at, cursor[(cut + 1)..]) : null;

    /// <summary>The same filter with some of it changed; null or empty takes it out.</summary>
    public string Url(string path, params IReadOnlyList<(string Name, string? Value)> changes)
    {
        var values = new List<(string Name, string? Value)>
        {
            ("state", State), ("kind", Kind), ("customer", Customer), ("channel", Channel), ("from", From), ("to", To), ("limit", Limit?.ToString(CultureInfo.InvariantCulture)),
        };
        foreach (var change in changes)
        {
            values.RemoveAll(each => each.Name == change.Name);
            values.Add(change);
        }

        var query = string.Join('&', values.Where(each => !string.IsNullOrEmpty(each.Value)).Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}"));
        return query.Length == 0 ? path : $"{path}?{query}";
    }
}
