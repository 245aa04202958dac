using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Limits;

/// <summary>How often and when people are written to. Times are the customer's own (HH:mm), the zone is for those of whom none is known.</summary>
public sealed record MailLimits
{
    public const string Name = "messages.limits";

    /// <summary>Planned messages to one address in any 24 hours.</summary>
    public int PerDay { get; init; } = 1;

    /// <summary>Planned messages to one address in any 7 days.</summary>
    public int PerWeek { get; init; } = 3;

    /// <summary>Prompt messages to one address in any 24 hours: against what runs wild.</summary>
    public int PromptPerDay { get; init; } = 10;

    public string QuietFrom { get; init; } = "20:00";

    public string QuietTo { get; init; } = "08:00";

    /// <summary>Planned messages go at this time, or within the three hours after it; empty: at any time that is not quiet.</summary>
    public string SendAt { get; init; } = "";

    public string Zone { get; init; } = "UTC";

    public static MailLimits Parse(string? json) => json is null ? new() : JsonSerializer.Deserialize<MailLimits>(json, JsonSerializerOptions.Web)!;

    public Task Save(NpgsqlConnection connection, NpgsqlTransaction transaction, string actor, DateTime now, CancellationToken ct) =>
        SavedSetting.Write(connection, transaction, Name, JsonSerializer.Serialize(this, JsonSerializerOptions.Web), actor, now, ct);

    public IEnumerable<Fault> Faults()
    {
        foreach (var (field, number) in new[] { ("per_day", PerDay), ("per_week", PerWeek), ("prompt_per_day", PromptPerDay) })
        {
            if (number is < 1 or > 100) yield return new(field, "must be a whole number from 1 to 100");
        }

        foreach (var (field, text) in new[] { ("quiet_from", QuietFrom), ("quiet_to", QuietTo), ("send_at", SendAt) })
        {
            if (Time(text) is null && (text.Length > 0 || field != "send_at")) yield return new(field, "must be a time like 08:00");
        }

        if (FindZone(Zone) is null) yield return new("zone", "must be a time zone like Europe/Berlin");
    }

    /// <summary>HH:mm, or null.</summary>
    public static TimeOnly? Time(string? text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    public static TimeZoneInfo? FindZone(string? name) =>
        name is { Length: > 0 and < 60 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
}
