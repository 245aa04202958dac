using System.Collections.Concurrent;
using CustomerSuccess.Messages.Channels;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>
/// The worker: for each line (Kit; mail) it asks the channel's bucket how many may go, leases as many and sends them side by side.
/// Any number of processes do this on one database. Looks by itself every half second: events come by the thousand,
/// and few have a message for their effect, so what they signal is not listened to.
/// </summary>
public sealed class SendMessages(
    NpgsqlDataSource db, KnownChannels channels, Buckets buckets, ClaimMessages claim, DeliverMessage deliver, Signals signals, MessageSettings settings,
    ILogger<SendMessages> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
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
        while (!ct.IsCancellationRequested)
        {
            try
            {
                if (wait > TimeSpan.Zero) await asked.Wait(wait, ct);
                await lanes.WaitAsync(ct);
                lanes.Release();
                wait = await Round(line, lanes, ct);
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
    private async Task<TimeSpan> Round(string line, SemaphoreSlim lanes, CancellationToken ct)
    {
        if (!await claim.Any(line, ct)) return Look;
        var known = await channels.Now(ct);
        if ((known.FirstOrDefault(channel => channel.Name == Channel.Kit == (line == "kit")) ?? known.FirstOrDefault()) is not { } first) return Look;
        var grant = await buckets.Take(first, lanes.CurrentCount, ct);
        // One that takes none now keeps those waiting that it may still take; who was refused, or has no patience left, goes on.
        var closed = grant.Granted == 0;
        var claimed = await claim.Run(line, closed ? lanes.CurrentCount : grant.Granted, closed ? first.Name : null, grant.ThrottledSince, ct);
        await buckets.Return(first, grant.Granted - claimed.Count, ct);
        foreach (var message in claimed)
        {
            await lanes.WaitAsync(CancellationToken.None);
            under[message.MessageId] = message;
            _ = Lane(message, known, closed ? null : first, closed ? first : null, lanes);
        }

        return claimed.Count > 0 ? TimeSpan.Zero : closed && grant.Wait < Look ? grant.Wait + TimeSpan.FromMilliseconds(5) : Look;
    }

    private async Task Lane(Message message, IReadOnlyList<Channel> known, Channel? paid, Channel? closed, SemaphoreSlim lanes)
    {
        try
        {
            await deliver.Run(message, known, paid, closed, CancellationToken.None);
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
