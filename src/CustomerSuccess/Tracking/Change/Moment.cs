using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Tracking.Change;

/// <summary>Who changes something, through which door, and when it is received. Makes the events of the change.</summary>
internal sealed record Moment(string Source, string Actor, DateTime Now, bool History = false)
{
    public static Moment Cli(TimeProvider clock) => new("cli", "cli", clock.Now());

    /// <summary>An event that happens now.</summary>
    public Envelope Event(string type, string customerId, JsonObject properties, string? id = null) => At(Now, Now, type, customerId, properties, id);

    /// <summary>An event that belongs to a day: now where it is today, else noon of that day.</summary>
    public Envelope On(DateOnly day, string type, string customerId, JsonObject properties, string? id = null) =>
        At(Noon(day), Now, type, customerId, properties, id);

    /// <summary>An event as it would have been received then.</summary>
    public Envelope Then(DateTime when, string type, string customerId, JsonObject properties, string? id = null) =>
        At(when, when, type, customerId, properties, id);

    public DateTime Noon(DateOnly day) => day >= Now.Day() ? Now : day.Start().AddHours(12);

    private Envelope At(DateTime occurred, DateTime received, string type, string customerId, JsonObject properties, string? id) => new()
    {
        Id = id ?? Guid.CreateVersion7().ToString("N"),
        Source = Source,
        Type = type,
        CustomerId = customerId,
        OccurredAt = occurred,
        ReceivedAt = received,
        Properties = properties.ToJsonString(),
        History = History,
        Actor = Actor,
    };
}
