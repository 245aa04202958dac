using System.Security.Cryptography;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Consent.Suppression;
using CustomerSuccess.Messages.Feedback;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>
/// Writes what a channel made of a message, tells the others about the channel, and turns what was sent into an event of the customer.
/// The answer is in no other hands, so a database that is away for a while is asked again.
/// </summary>
public sealed class RecordOutcome(NpgsqlDataSource db, EventLog events, Buckets buckets, StoreFeedback feedback, Signals signals, MessageSettings settings, MessageMetrics metrics, TimeProvider clock)
{
    private const int MostTries = 5;

    // While the database is away. Meanwhile the lease ends and the message counts as unknown: whoever knows better may still say so (settle.sql).
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2), LongestWait = TimeSpan.FromMinutes(5);

    /// <param name="message">As it was when it was leased.</param>
    /// <param name="known">Channels that are set up.</param>
    /// <param name="channel">That was asked.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="handedOver">When, by the database's clock.</param>
    /// <param name="mail">What it was given.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task Run(Message message, IReadOnlyList<Channel> known, Channel channel, Answer answer, DateTime handedOver, Composed mail, CancellationToken ct)
    {
        var settlement = Settle(message, known, channel, answer, handedOver) with { Channel = channel.Name };
        await Insist(() => Write(message, channel, settlement, ct), ct);
        await Insist(() => Tell(channel, answer, handedOver, ct), ct);
        if (answer is Answer.Refused { NoSuchAddress: true } bounced) await Insist(async () => await feedback.Run(channel.Name, [Bounce(message, bounced.Reason)], ct), ct);
    }

    private static async Task Insist(Func<Task> write, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await write();
                return;
            }
            catch (Exception error) when (tries < MostTries || error is NpgsqlException { IsTransient: true } && TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5000, 100 * Math.Pow(2, Math.Min(tries, 10)))), ct);
            }
        }
    }

    // As if it had come back later: the address gets nothing any more.
    private Told Bounce(Message message, string reason) => new($"refused:{message.MessageId}:{message.Attempt}", Told.Bounced, clock.Now())
    {
        Customer = message.CustomerId,
        Message = message.MessageId,
        Email = message.ToEmail,
        Reason = reason,
        Hard = true,
        Suppresses = SuppressionList.HardBounce,
    };

    private async Task Write(Message message, Channel channel, Settlement settlement, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var settled = await SettleMessage.Run(connection, transaction, message, settlement, ct);
        // What ends in the mailbox went to nobody: no step is done by it, and no history tells of it.
        var tells = settled is not null && settlement.State == States.Sent && channel.Name != Channels.Channel.Log && message is { Audience: NewMessage.ToCustomer, CustomerId.Length: > 0 };
        if (tells) await events.Write(connection, transaction, SentEvents.Of(message.CustomerId, message.MessageId, message.Kind, message.Topic, channel.Name, clock.Now()), ct);
        await transaction.CommitAsync(ct);
        if (settled is not null) metrics.Became(message.Kind, channel.Name, settlement.Step);
        if (tells) signals.Publish(Signals.Events);
    }

    private Task Tell(Channel channel, Answer answer, DateTime handedOver, CancellationToken ct) => answer switch
    {
        Answer.Later later => buckets.Throttled(channel, handedOver, later.After, later.Reason, ct),
        Answer.NotReached not => buckets.NotReached(channel, handedOver, not.After, not.Reason, ct),
        Answer.Unknown unknown => buckets.NotReached(channel, handedOver, null, unknown.Reason, ct),
        Answer.Refused { OfUs: true } refused => buckets.RefusedUs(channel, handedOver, refused.Reason, ct),
        _ => buckets.Worked(channel, handedOver, ct),
    };

    private Settlement Settle(Message message, IReadOnlyList<Channel> known, Channel channel, Answer answer, DateTime now)
    {
        var late = message.FirstTriedAt is { } first && now - first > settings.GiveUp;
        return answer switch
        {
            Answer.Sent sent => new(States.Sent, States.Sent, "") { ProviderId = sent.ProviderId },
            Answer.Refused refused when message.Uncertain is not null => new(States.Unknown, States.Unknown, $"an earlier try may have worked; now: {refused.Reason}"),
            Answer.Refused refused when More(message, known, channel, refused.OfUs) => new(States.Queued, "refused", refused.Reason) { Refused = channel.Name },
            // Wrong for every message and soon put right: they wait for it.
            Answer.Refused { OfUs: true } refused when !late => Again(message, refused.Reason),
            Answer.Refused refused => new(States.Failed, States.Failed, refused.Reason) { Refused = channel.Name },
            Answer.Unknown unknown when !channel.Idempotent || late => new(States.Unknown, States.Unknown, unknown.Reason),
            Answer.Unknown unknown => Again(message, $"asked again: {unknown.Reason}") with { Uncertain = channel.Name },
            _ when late => new(message.Uncertain is null ? States.Failed : States.Unknown, message.Uncertain is null ? States.Failed : States.Unknown, $"given up: {Reason(answer)}"),
            Answer.Later later when message.Deadline <= now => PickChannel.More(known, message, channel)
                ? new(States.Queued, "refused", $"429 until the deadline: {later.Reason}") { Refused = channel.Name }
                : new(States.Queued, States.Deferred, later.Reason) { Wait = later.After > DeliverMessage.NoneLeft ? later.After.Value : DeliverMessage.NoneLeft },
            Answer.Later { After: var after } later => (after is { } told ? new(States.Queued, States.Deferred, later.Reason) { Wait = told } : Again(message, later.Reason)) with { Patience = settings.Patience },
            Answer.NotReached { After: { } told } not => new(States.Queued, States.Deferred, not.Reason) { Wait = told },
            _ => Again(message, Reason(answer)),
        };
    }

    // Where it is us whom it refuses, a channel that is not set up yet is no help: the key may be put right first.
    private static bool More(Message message, IReadOnlyList<Channel> known, Channel channel, bool ofUs) =>
        PickChannel.More(known, message, channel) && (!ofUs || PickChannel.After(known, channel));

    // The channel's own pause is shared; this one keeps a single message that fails every time from coming first each time.
    private static Settlement Again(Message message, string reason) =>
        new(States.Queued, States.Deferred, reason)
        {
            Wait = TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, FirstWait.TotalSeconds * Math.Pow(2, Math.Min(10, message.Attempt - 1))) * RandomNumberGenerator.GetInt32(500, 1000) / 1000),
        };

    private static string Reason(Answer answer) => answer switch
    {
        Answer.Later later => later.Reason,
        Answer.NotReached not => not.Reason,
        Answer.Unknown unknown => unknown.Reason,
        _ => "",
    };
}
