using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Events;

namespace CustomerSuccess.Messages.Consent;

/// <summary>Who changed what a person gets: as events name them, as the audit log names them, and by which door.</summary>
public sealed record By(string Actor, string Audit, string Source)
{
    /// <summary>The person, by a link in a mail.</summary>
    public static By Recipient { get; } = new("recipient", "recipient", "system");

    /// <summary>What a provider told.</summary>
    public static By Provider(string name) => new("system", "system", name);

    public static By CommandLine { get; } = new("cli", "cli", "cli");

    public static By Of(ClaimsPrincipal who) => new(who.Actor(), who.AuditActor(), who.HasClaim(claim => claim.Type == Actors.KeyClaim) ? "api" : "ui");

    /// <summary>Something that happened to a customer now.</summary>
    public Envelope Event(string type, string customer, object properties, DateTime now, string? id = null) => new()
    {
        Id = id ?? Guid.CreateVersion7().ToString("N"),
        Source = Source,
        Type = type,
        CustomerId = customer,
        OccurredAt = now,
        ReceivedAt = now,
        Actor = Actor,
        Properties = System.Text.Json.JsonSerializer.Serialize(properties),
    };
}
