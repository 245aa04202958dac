using CustomerSuccess.Events;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Messages.Channels.Mail;
using CustomerSuccess.Messages.Consent;
using CustomerSuccess.Messages.Templates;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>
/// Takes one leased message to its end: may it go, what does it say, through which channel, what came of it. That it is being sent
/// is committed before the first byte leaves, so that whoever finds it there after a crash knows that it may have left.
/// </summary>
public sealed class DeliverMessage(
    NpgsqlDataSource db, JudgeMessage judge, ComposeMessage compose, RecordOutcome record, Buckets buckets, Signals signals, MessageSettings settings, MessageMetrics metrics, TimeProvider clock)
{
    // Past its deadline and with nowhere else to go: looked at from time to time.
    internal static readonly TimeSpan NoneLeft = TimeSpan.FromMinutes(5);

    private static readonly Composed Nothing = new("", "", "", "");

    /// <summary>What may go out now, committed as being sent.</summary>
    private sealed record Ready(Channel Channel, Message Message, Composed Mail, DateTime At);

    /// <param name="message">Leased by this process.</param>
    /// <param name="known">Channels that are set up, in order.</param>
    /// <param name="turn">On whose behalf it was leased.</param>
    /// <param name="ct">Stops what has not begun; a message on its way is followed to its end.</param>
    public async Task Run(Message message, IReadOnlyList<Channel> known, Turn turn, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        Ready? ready = null;
        try
        {
            ready = await Begin(message, known, turn, ct);
        }
        catch (Exception error) when (OfTheMessage(error))
        {
            // The same the next time: it ends here, and says why.
            await using var connection = await db.OpenConnectionAsync(ct);
            await SettleMessage.Run(connection, null, message, new(States.Failed, States.Failed, $"it cannot be made: {MailAddress.Words(error.Message, 300)}"), ct);
            metrics.Became(message.Kind, "", States.Failed);
            Tell(message);
        }
        finally
        {
            if (!turn.Closed && ready?.Channel != turn.Channel) await buckets.Return(turn.Channel, 1, CancellationToken.None);
        }

        if (ready is null) return;
        // Frozen since: another process may have given it up by now. Nothing left this one, and that is what it says.
        var answer = clock.GetElapsedTime(began) > settings.Lease ? new Answer.NotReached("this process stood still for longer than its lease") : await Hand(ready);
        await record.Run(ready.Message, known, ready.Channel, answer, ready.At, ready.Mail, CancellationToken.None);
        Tell(message);
    }

    // A database that is away passes; one that cannot keep what it was given does not.
    private static bool OfTheMessage(Exception error) => error switch
    {
        PostgresException { SqlState: ['2', '2' or '3', ..] } => true,
        NpgsqlException or TimeoutException or OperationCanceledException or IOException or ObjectDisposedException => false,
        _ => true,
    };

    // The log, and the customer's page.
    private void Tell(Message message)
    {
        signals.Publish(Signals.Messages, message.CustomerId);
        if (message.CustomerId.Length > 0) signals.Publish(Signals.Standings, message.CustomerId);
    }

    private static async Task<Answer> Hand(Ready ready)
    {
        try
        {
            return await ready.Channel.Send(ready.Mail, ready.Message, CancellationToken.None);
        }
        catch (Exception error)
        {
            // A fault of ours in the middle of it: nobody knows how far it came.
            return new Answer.Unknown(MailAddress.Words(error.Message, 300));
        }
    }

    private async Task<Ready?> Begin(Message message, IReadOnlyList<Channel> known, Turn turn, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await AddressLock.Take(connection, transaction, message.ToEmail, ct);
        var (ready, settlement) = await Decide(connection, transaction, message, known, turn, ct);
        var at = await SettleMessage.Run(connection, transaction, message, settlement, ct);
        await transaction.CommitAsync(ct);
        if (ready is null) Tell(message);
        if (at is not null) metrics.Became(message.Kind, settlement.Channel, settlement.Step);
        return at is { } then && ready is not null ? ready with { At = then } : null;
    }

    private async Task<(Ready?, Settlement)> Decide(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Message message, IReadOnlyList<Channel> known, Turn turn, CancellationToken ct)
    {
        switch (await judge.Run(connection, transaction, message, clock.Now(), ct))
        {
            case Judgement.Defer defer:
                var wait = defer.Until - clock.Now();
                return (null, new(States.Queued, States.Deferred, defer.Reason) { Wait = wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1), Detail = new { until = defer.Until, winner = defer.Winner } });
            case Judgement.Suppress suppress:
                return (null, new(States.Suppressed, States.Suppressed, suppress.Reason));
            case Judgement.Drop drop:
                return (null, new(States.Dropped, States.Dropped, drop.Reason) { Detail = drop.Winner is { } winner ? new { winner } : null });
        }

        if (turn is { Closed: true, Channel: var closed } && !message.Refused.Contains(closed.Name))
        {
            return (null, PickChannel.More(known, message, closed)
                ? new(States.Queued, "refused", turn.Refuses) { Channel = closed.Name, Refused = closed.Name }
                : new(States.Queued, States.Deferred, $"{turn.Refuses}, and no other channel is left") { Channel = closed.Name, Wait = NoneLeft });
        }

        var choice = PickChannel.Of(known, message);
        if (choice.Channel is not { } channel)
        {
            return (null, message.Uncertain is null ? new(States.Failed, States.Failed, choice.Reason) : new(States.Unknown, States.Unknown, choice.Reason));
        }

        // Nothing happens to it: no step of its history, which would get one each second.
        if (channel is NoMailChannel waits) return (null, new(States.Queued, "", waits.Reason) { Wait = TimeSpan.FromSeconds(1) });
        if (!(channel == turn.Channel && !turn.Closed) && await buckets.Take(channel, 1, ct) is { Granted: 0 } none)
        {
            return (null, new(States.Queued, "", $"{channel.Title} takes no more for now") { Wait = none.Wait > TimeSpan.FromSeconds(1) ? none.Wait : TimeSpan.FromSeconds(1) });
        }

        if (!channel.Composes)
        {
            var named = message with { ToName = await PersonName.Read(connection, transaction, message, ct) };
            return (new(channel, named, Nothing, default), new(States.Sending, States.Sending, choice.Reason) { Channel = channel.Name });
        }

        var composition = await compose.Run(connection, transaction, message, ct);
        if (composition.Mail is not { } mail) return (null, new(States.Failed, States.Failed, composition.Problem));
        return (new(channel, message, mail, default), new(States.Sending, States.Sending, choice.Reason) { Channel = channel.Name, Version = mail.Version });
    }
}
