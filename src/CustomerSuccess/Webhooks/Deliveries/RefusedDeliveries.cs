using System.Collections.Concurrent;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Metrics;
using Npgsql;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>
/// Counts what was refused, behind the answers and once a second at most: whoever sends forged deliveries costs neither a row
/// nor a write each.
/// </summary>
public sealed class RefusedDeliveries(NpgsqlDataSource db, Signals signals, TimeProvider clock, WebhookMetrics metrics, ILogger<RefusedDeliveries> log) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private ConcurrentDictionary<(string Provider, string Reason), long> counted = new();

    /// <param name="provider">Whose door.</param>
    /// <param name="reason">no_signature, bad_signature, too_old, not_configured, too_large, unreadable: ours, never the sender's words.</param>
    public void Count(Provider provider, string reason)
    {
        metrics.Refused(provider.Name, reason);
        counted.AddOrUpdate((provider.Name, reason), 1, (_, before) => before + 1);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Between, CancellationToken.None).WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Flush();
        }
    }

    /// <summary>Write what was counted since the last time.</summary>
    internal async Task Flush()
    {
        if (counted.IsEmpty) return;
        var now = clock.Now();
        var taken = Interlocked.Exchange(ref counted, new());
        try
        {
            await using var connection = await db.OpenConnectionAsync();
            foreach (var ((provider, reason), times) in taken.OrderBy(each => each.Key))
                await CountDelivery.Run(connection, null, provider, "", "refused", reason, times, now, CancellationToken.None);
            signals.Publish(Signals.Webhooks);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            log.LogWarning("Refused deliveries are counted later: {Reason}", error.Message);
            foreach (var (key, times) in taken) counted.AddOrUpdate(key, times, (_, more) => more + times);
        }
    }
}
