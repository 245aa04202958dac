using System.Collections.Concurrent;
using System.Threading.Channels;
using Npgsql;

namespace CustomerSuccess.Platform;

/// <summary>
/// Hints that something changed: at once within this process, by NOTIFY to the others on the same database. A hint may be
/// lost, so whoever waits for one also looks by itself from time to time.
/// </summary>
public sealed class Signals(NpgsqlDataSource db, ILogger<Signals> log) : BackgroundService
{
    public const string Standings = "standings";
    public const string Events = "events";
    /// <summary>Sources that sent, by their ids.</summary>
    public const string Sources = "sources";
    public const string Webhooks = "webhooks";
    public const string Funnel = "funnel";
    /// <summary>Customers who stand elsewhere in their onboarding, by their ids.</summary>
    public const string Workflow = "workflow";
    /// <summary>Messages that changed, by their customers.</summary>
    public const string Messages = "messages";
    /// <summary>Something is to be sent.</summary>
    public const string Outbox = "outbox";

    private readonly ConcurrentDictionary<Guid, (string Channel, Channel<string> Queue)> subscribers = new();
    private readonly Channel<(string Channel, string Payload)> outgoing = Channel.CreateBounded<(string, string)>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly string self = Guid.CreateVersion7().ToString("N");

    /// <summary>Tell everyone who listens to the channel; never blocks and never fails.</summary>
    public void Publish(string channel, string payload = "")
    {
        Deliver(channel, payload);
        outgoing.Writer.TryWrite((channel, payload));
    }

    /// <summary>Payloads published to a channel from now on, oldest dropped beyond 100 waiting. Dispose to stop.</summary>
    public Subscription Subscribe(string channel)
    {
        var queue = Channel.CreateBounded<string>(new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });
        var id = Guid.CreateVersion7();
        subscribers[id] = (channel, queue);
        return new Subscription(queue.Reader, () => subscribers.TryRemove(id, out _));
    }

    /// <summary>One listener's hints.</summary>
    public sealed class Subscription(ChannelReader<string> hints, Action leave) : IDisposable
    {
        public ChannelReader<string> Hints => hints;

        /// <summary>Wait for a hint that concerns the caller, at most this long; takes all that are waiting and says whether there was one.</summary>
        public async Task<bool> Wait(TimeSpan atMost, CancellationToken ct, Func<string, bool>? concerns = null)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(atMost);
            try
            {
                while (true)
                {
                    await hints.WaitToReadAsync(limit.Token);
                    var concerned = false;
                    while (hints.TryRead(out var hint)) concerned |= concerns is null || concerns(hint);
                    if (concerned) return true;
                }
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return false;
            }
        }

        public void Dispose() => leave();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Listen(stoppingToken), Tell(stoppingToken));

    private void Deliver(string channel, string payload)
    {
        foreach (var (_, (name, queue)) in subscribers)
        {
            if (name == channel) queue.Writer.TryWrite(payload);
        }
    }

    // Coalesced to five a second: NOTIFY serialises the commits of all writers.
    private async Task Tell(CancellationToken ct)
    {
        while (await outgoing.Reader.WaitToReadAsync(ct))
        {
            var waiting = new HashSet<(string Channel, string Payload)>();
            while (waiting.Count < 100 && outgoing.Reader.TryRead(out var next)) waiting.Add(next);
            try
            {
                await using var command = db.CreateCommand("select pg_notify('cs_' || c, $3 || ' ' || left(p, 7000)) from unnest($1::text[], $2::text[]) as hint(c, p)");
                command.Parameters.Add(new() { Value = waiting.Select(hint => hint.Channel).ToArray() });
                command.Parameters.Add(new() { Value = waiting.Select(hint => hint.Payload.Length > 7000 ? "" : hint.Payload).ToArray() });
                command.Parameters.Add(new() { Value = self });
                await command.ExecuteNonQueryAsync(ct);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                log.LogDebug("Hint not sent: {Reason}", error.Message);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), ct);
        }
    }

    private async Task Listen(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var connection = await db.OpenConnectionAsync(ct);
                connection.Notification += (_, hint) =>
                {
                    var space = hint.Payload.IndexOf(' ');
                    if (space > 0 && hint.Payload[..space] != self) Deliver(hint.Channel["cs_".Length..], hint.Payload[(space + 1)..]);
                };
                await using (var listen = new NpgsqlCommand($"listen cs_{Standings}; listen cs_{Events}; listen cs_{Webhooks}; listen cs_{Sources}; listen cs_{Messages}; listen cs_{Workflow}; listen cs_{Outbox}", connection))
                {
                    await listen.ExecuteNonQueryAsync(ct);
                }

                while (true) await connection.WaitAsync(ct);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                log.LogDebug("Listening again after: {Reason}", error.Message);
                await Task.Delay(TimeSpan.FromSeconds(2), ct);
            }
        }
    }
}
