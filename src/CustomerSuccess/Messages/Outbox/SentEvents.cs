using System.Text.Json;
using CustomerSuccess.Events;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>What a sent message is for its customer. The same message makes the same events: written twice, they are there once.</summary>
public static class SentEvents
{
    public static IReadOnlyList<Envelope> Of(string customer, string message, string kind, string topic, string channel, DateTime now)
    {
        Envelope Told(string type, object properties) => new()
        {
            Id = $"message:{message}:{type}",
            Source = "system",
            Type = type,
            CustomerId = customer,
            OccurredAt = now,
            ReceivedAt = now,
            Actor = "system",
            Properties = JsonSerializer.Serialize(properties),
        };
        var sent = Told(EventTypes.EmailSent, new { message_id = message, kind, topic, channel });
        // A sent welcome is the first step of onboarding (SPEC §3).
        return kind == Kinds.Welcome ? [sent, Told(EventTypes.StepPrefix + "welcome_email_sent", new { step = "welcome_email_sent" })] : [sent];
    }
}
