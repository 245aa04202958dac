using System.Text.Json.Serialization;

namespace CustomerSuccess.Engagement.Reach;

/// <summary>What is waited for: so many events of a type, or weeks with activity.</summary>
public sealed record Completion
{
    public string? Event { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>Only events in which this property has one of the values; "" stands for absent, * at the end for any end.</summary>
    public string? Property { get; init; }

    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Instead of an event: different weeks (from Monday, UTC) with activity.</summary>
    public int? ActiveWeeks { get; init; }

    [JsonIgnore]
    public int Needed => ActiveWeeks ?? Count;
}
