using System.Collections.Concurrent;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>
/// The worker: for each line (Kit; mail) it asks the buckets of its channels how many may go, leases as many and sends them side by side.
/// Any number of processes do this on one database. Looks by itself every half second: events come by the thousand,
/// and few have a message for their effect, so what they signal is not listened to.
/// </summary>
public sealed class SendMessages(
    NpgsqlDataSource db, KnownChannels channels, Buckets buckets, ClaimMessages claim, DeliverMessage deliver, Signals signals, MessageSettings settings,
    ILogger<SendMessages> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500), LookForChannel = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, Message> under = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Sends) return;
        await Task.WhenAll(Line("kit", stoppingToken), Line("mail", stoppingToken), Every(settings.Lease / 4, Beat, stoppingToken), Every(settings.Lease / 4, Sweep, stoppingToken));
        // On their way when the process was told to stop: the host waits for them.
        while (!under.IsEmpty) await Task.Delay(50, CancellationToken.None);
    }

    private async Task Line(string line, CancellationToken ct)
    {
        using var lanes = new SemaphoreSlim(settings.Lanes);
        using var asked = signals.Subscribe(Signals.Outbox);
        var wait = TimeSpan.Zero;
        var round = 0;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (wait > TimeSpan.Zero) await asked.Wait(wait, ct);
                await lanes.WaitAsync(ct);
                lanes.Release();
                wait = await Round(line, lanes, round++, ct);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                // Never out of here: an exception that leaves a background service stops the whole process.
                if (error is NpgsqlException or TimeoutException) log.LogWarning("Messages wait: {Reason}", error.Message);
                else log.LogError(error, "Messages wait: this should not happen");
                wait = Look;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // How long to wait before the next.
    private async Task<TimeSpan> Round(string line, SemaphoreSlim lanes, int round, CancellationToken ct)
    {
        if (!await claim.Any(line, ct)) return Look;
        var known = await channels.Now(ct);
        var kit = line == "kit" && known.Any(channel => channel.Name == Channel.Kit);
        var own = known.Where(channel => channel.Name == Channel.Kit == kit).ToList();
        if (own[0] is NoMailChannel none)
        {
            if (await claim.Wait(line, none.Reason, ct)) signals.Publish(Signals.Messages);
            return LookForChannel;
        }

        var (claimed, soonest) = (0, Look);
        // Each is first in its turn: none keeps the others waiting by filling the lanes.
        for (var n = 0; n < own.Count && lanes.CurrentCount > 0; n++)
        {
            var place = (round + n) % own.Count;
            var grant = await buckets.Take(own[place], lanes.CurrentCount, ct);
            var turn = new Turn(own[place], [.. own.Take(place).Select(channel => channel.Name)], place == own.Count - 1, grant);
            claimed += await Send(line, turn, known, lanes, ct);
            if (turn.Closed && Rest(own[place], grant) is var rest && rest < soonest) soonest = rest;
        }

        return claimed > 0 ? TimeSpan.Zero : soonest;
    }

    // A fast channel is asked for a handful at a time: a look costs as much as a message, and with one for each, as much as many events.
    private TimeSpan Rest(Channel channel, Buckets.Grant grant)
    {
        var handful = TimeSpan.FromMinutes(settings.Lanes / (double)(channel.PerMinute ?? int.MaxValue));
        return (handful < Look && handful > grant.Wait ? handful : grant.Wait) + TimeSpan.FromMilliseconds(5);
    }

    // How many are under way. One that takes none now keeps those waiting that it may still take; who has no patience left goes on.
    private async Task<int> Send(string line, Turn turn, IReadOnlyList<Channel> known, SemaphoreSlim lanes, CancellationToken ct)
    {
        var claimed = await claim.Run(line, turn.Closed ? lanes.CurrentCount : turn.Grant.Granted, turn, turn.PassesOn(known), ct);
        await buckets.Return(turn.Channel, turn.Grant.Granted - claimed.Count, ct);
        foreach (var message in claimed)
        {
            await lanes.WaitAsync(CancellationToken.None);
            under[message.MessageId] = message;
            _ = Lane(message, known, turn, lanes);
        }

        return claimed.Count;
    }

    private async Task Lane(Message message, IReadOnlyList<Channel> known, Turn turn, SemaphoreSlim lanes)
    {
        try
        {
            await deliver.Run(message, known, turn, CancellationToken.None);
        }
        catch (Exception error)
        {
            // The lease ends by itself, and another worker takes it from where it stands.
            log.LogWarning("A message waits for its lease to end: {Reason}", error.Message);
        }
        finally
        {
            under.TryRemove(message.MessageId, out _);
            lanes.Release();
        }
    }

    /// <summary>Says that this process still has what it leased.</summary>
    private async Task Beat(CancellationToken ct)
    {
        foreach (var message in under.Values)
        {
            await using var connection = await db.OpenConnectionAsync(ct);
            await connection.ExecuteAsync(new CommandDefinition(
                """
                update messages set leased_until = now() + @Lease
                where customer_id = @CustomerId and message_id = @MessageId and attempt = @Attempt and leased_until > now()
                """, new { settings.Lease, message.CustomerId, message.MessageId, message.Attempt }, cancellationToken: ct));
        }
    }

    private async Task Sweep(CancellationToken ct)
    {
        var known = await channels.Now(ct);
        // A channel that is no longer set up cannot be asked again, whatever it was.
        if (await SweepMessages.Run(db, name => known.Any(channel => channel.Name == name && channel.Idempotent), ct) is > 0 and var swept)
        {
            log.LogWarning("{Swept} messages were being sent when their worker was lost", swept);
            signals.Publish(Signals.Messages);
        }
    }

    private async Task Every(TimeSpan often, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await work(ct);
                await Task.Delay(often, ct);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                log.LogWarning("Leases wait: {Reason}", error.Message);
                await Task.Delay(Look, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
