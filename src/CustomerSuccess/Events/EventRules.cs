using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events;

/// <summary>What the product asks of the types it acts on. Pure.</summary>
public static class EventRules
{
    private const long MostPerDay = 1_000_000_000;
    // A URL is part of a key, and an index holds 2,700 bytes.
    private const int MostBlocker = 60, MostNotes = 10_000, MostUrl = 1_000;

    /// <summary>Nothing happened before this: a client without a clock says 1970.</summary>
    public static readonly DateOnly Earliest = new(2000, 1, 1);

    private static readonly string[] Five = ["issues_tagged", "prs_generated", "prs_merged", "prs_rejected", "support_requests"];

    /// <summary>Types that mean nothing without a customer.</summary>
    public static bool NeedsCustomer(string type) =>
        type.StartsWith("onboarding_", StringComparison.Ordinal) || type is EventTypes.EngagementRecorded or EventTypes.IssueResolution;

    /// <summary>Adds what is wrong with the properties of a known type, received today.</summary>
    public static void Check(string type, JsonElement properties, DateOnly today, string typeField, string field, List<Fault> faults)
    {
        if (type.StartsWith(EventTypes.StepPrefix, StringComparison.Ordinal) && type != EventTypes.StepReset
            && !Steps.All.Contains(type[EventTypes.StepPrefix.Length..], StringComparer.Ordinal))
        {
            faults.Add(new Fault(typeField, $"'{type}' names no step; the steps are {string.Join(", ", Steps.All)}"));
        }
        else if (type == EventTypes.StepReset && (Text(properties, "step") is not { } step || !Steps.All.Contains(step, StringComparer.Ordinal)))
        {
            faults.Add(new Fault($"{field}.step", $"must be one of {string.Join(", ", Steps.All)}"));
        }
        else if (type is EventTypes.Blocked or EventTypes.Unblocked)
        {
            CheckBlocker(type, properties, field, faults);
        }
        else if (type is EventTypes.IssueResolution or EventTypes.IssueTagged or EventTypes.PrGenerated or EventTypes.PrMerged or EventTypes.PrRejected)
        {
            CheckUrl(properties, "issue_url", field, faults);
            CheckUrl(properties, "pr_url", field, faults);
            if (type == EventTypes.IssueResolution) CheckResolution(properties, field, faults);
        }
        else if (type == EventTypes.EngagementRecorded)
        {
            CheckCounts(properties, today, field, faults);
        }
    }

    /// <summary>The id of a message whose sender gave none but whose content says what it is about; null where it does not.</summary>
    public static string? NaturalId(string type, string? customer, JsonElement? properties)
    {
        if (type != EventTypes.IssueResolution || properties is not { } given || Text(given, "issue_url") is not { } issue) return null;
        var key = $"{customer}\n{issue}\n{Text(given, "pr_url")}";
        return "resolution:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];
    }

    /// <summary>Engagement recorded for a day belongs to that day.</summary>
    public static DateTime? DayOf(string type, JsonElement? properties, DateTime? claimed) =>
        type == EventTypes.EngagementRecorded && properties is { } given && Text(given, "date") is { } date && Days.TryParse(date, out var day)
            ? claimed is { } time && time.Day() == day ? time : day.Start().AddHours(12)
            : null;

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // As long as an export may carry them, so that every export can be imported.
    private static void CheckBlocker(string type, JsonElement properties, string field, List<Fault> faults)
    {
        if (type == EventTypes.Blocked && (Text(properties, "blocker_type") is not { Length: > 0 and <= MostBlocker } blocker || blocker.Any(char.IsControl)))
            faults.Add(new Fault($"{field}.blocker_type", "must be a line of 1 to 60 characters"));
        if (properties.TryGetProperty("notes", out var notes) && notes.ValueKind != JsonValueKind.Null
            && (notes.ValueKind != JsonValueKind.String || notes.GetString()!.Length > MostNotes))
            faults.Add(new Fault($"{field}.notes", "must be a text of at most 10,000 characters"));
    }

    private static void CheckResolution(JsonElement properties, string field, List<Fault> faults)
    {
        if (properties.TryGetProperty("success", out var success) && success.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            faults.Add(new Fault($"{field}.success", "must be true or false"));
        if (properties.TryGetProperty("duration_ms", out var took) && took.ValueKind != JsonValueKind.Null
            && (took.ValueKind != JsonValueKind.Number || !took.TryGetDouble(out var milliseconds) || milliseconds < 0))
            faults.Add(new Fault($"{field}.duration_ms", "must be a number of milliseconds from 0 on"));
    }

    private static void CheckUrl(JsonElement properties, string name, string field, List<Fault> faults)
    {
        if (!properties.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return;
        if (value.ValueKind != JsonValueKind.String) faults.Add(new Fault($"{field}.{name}", "must be a string or null"));
        else if (Encoding.UTF8.GetByteCount(value.GetString()!) > MostUrl) faults.Add(new Fault($"{field}.{name}", "is longer than 1,000 bytes"));
    }

    private static void CheckCounts(JsonElement properties, DateOnly today, string field, List<Fault> faults)
    {
        foreach (var name in Five)
        {
            if (!properties.TryGetProperty(name, out var value)) continue;
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var count) || count is < 0 or > MostPerDay)
                faults.Add(new Fault($"{field}.{name}", string.Create(CultureInfo.InvariantCulture, $"must be a whole number from 0 to {MostPerDay}")));
        }

        if (properties.TryGetProperty("date", out var date)
            && (date.ValueKind != JsonValueKind.String || !Days.TryParse(date.GetString()!, out var day) || day < Earliest || day > today.AddDays(1)))
            faults.Add(new Fault($"{field}.date", "must be a day like 2026-11-20, from 2000 on and not in the future"));
        foreach (var name in new[] { "row", "copies" })
        {
            if (properties.TryGetProperty(name, out _)) faults.Add(new Fault($"{field}.{name}", "belongs to the import; leave it out"));
        }
    }
}
