using System.Globalization;
using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Cli.Demo;

/// <summary>What has been told of one customer so far. Nothing in it happens after now.</summary>
public sealed class Told(string customer, DateTime now)
{
    public string Customer => customer;

    public DateTime Now => now;

    public DateOnly Today => now.Day();

    public List<Envelope> Events { get; } = [];

    public void Tell(DateTime at, string type, JsonObject properties, string source, string? person = null, string? actor = null, string? id = null)
    {
        if (at > now) return;
        at = Days.Micro(at);
        Events.Add(new Envelope
        {
            Id = id ?? string.Create(CultureInfo.InvariantCulture, $"demo:{customer}:{Events.Count}"),
            Source = source,
            Type = type,
            CustomerId = customer,
            PersonId = person,
            OccurredAt = at,
            ReceivedAt = at,
            Properties = properties.ToJsonString(),
            History = true,
            Actor = actor,
        });
    }

    public DateTime Noon(DateOnly day, int zone) => Fit(day.Start().AddHours(Math.Clamp(13 - zone, 3, 21)));

    /// <summary>What belongs to today has happened by now: its hours are squeezed into the part of the day that is over.</summary>
    public DateTime Fit(DateTime at) => at.Day() < Today ? at : Today.Start() + (at - at.Day().Start()) * ((now - Today.Start()) / TimeSpan.FromDays(1));
}
