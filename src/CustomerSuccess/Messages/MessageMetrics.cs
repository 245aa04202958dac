using System.Diagnostics.Metrics;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Feedback;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Messages;

/// <summary>What happened to messages, here: each step of their history is counted once. How many wait is asked from the outbox itself.</summary>
public sealed class MessageMetrics(Instruments instruments)
{
    private static readonly string[] Steps =
    [
        States.Sent, States.Failed, States.Suppressed, States.Dropped, States.Unknown, States.Deferred, "refused",
        Told.Delivered, Told.Bounced, Told.Delayed, Told.Complained, Told.Unsubscribed, Told.Opened, Told.Clicked,
    ];

    private static readonly Metric Metric = Metric.Counter("cs_messages", "Steps in the life of messages: sent, put off, refused by one channel, failed, suppressed, and what providers told later",
        Label.Of("kind", Kinds.All), Label.Of("channel", Channel.Order), Label.Of("status", Steps)) with { Most = 500 };

    private readonly Counter<long> steps = instruments.Counter(Metric);

    public static IReadOnlyList<Metric> All { get; } = [Metric];

    /// <param name="kind">Of the message.</param>
    /// <param name="channel">"" where none was asked.</param>
    /// <param name="step">As its history calls it.</param>
    public void Became(string kind, string channel, string step)
    {
        // On its way is no end, and no step is none.
        if (step is not ("" or States.Sending)) steps.Add(1, new("kind", kind), new("channel", channel), new KeyValuePair<string, object?>("status", step));
    }
}
