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

    /// <summary>An event of a day, received now: it happened now where the day is today, else at noon of that day.</summary>
    public Envelope On(DateOnly day, string type, string customerId, JsonObject properties, string? id = null) =>
        At(Noon(day), Now, type, customerId, properties, id);

    /// <summary>History happened, and was received, then; anything else happens now.</summary>
    public Envelope Past(DateTime then, string type, string customerId, JsonObject properties, string? id = null) =>
        History ? At(then, then, type, customerId, properties, id) : Event(type, customerId, properties, id);

    /// <summary>What was counted on a day; as history it was received on that day too.</summary>
    public Envelope Recorded(DateOnly day, string type, string customerId, JsonObject properties, string? id = null) =>
        At(Noon(day), History ? Noon(day) : Now, type, customerId, properties, id);

    public DateTime Noon(DateOnly day) => day == Now.Day() ? Now : day.Start().AddHours(12);

    public DateTime Midnight(DateOnly day) => day.Start();

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
