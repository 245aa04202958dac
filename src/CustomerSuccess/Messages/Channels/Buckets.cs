using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Channels;

/// <summary>How many messages may go through a channel now, for all processes together; by the database's clock.</summary>
public sealed class Buckets(NpgsqlDataSource db)
{
    /// <summary>Failures one after the other after which a channel is left alone.</summary>
    public const int MostFailures = 5;

    /// <summary>A twentieth of the limit may go at once; the rest is spread, so that no minute holds more than the limit.</summary>
    private const int Burst = 20;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2), LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>Granted: how many. Wait: how long until there may be one more. ThrottledSince: since when the answer is 429. RefusedUs: the last answer was that it knows us no longer.</summary>
    public sealed record Grant(int Granted, TimeSpan Wait, DateTime? ThrottledSince, bool RefusedUs);

    /// <summary>Take what there is, at most so many messages.</summary>
    public async Task<Grant> Take(Channel channel, int most, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var (granted, wait, since, refused) = await connection.QuerySingleAsync<(int, double, DateTime?, bool)>(new CommandDefinition(
            Sql.Read("Messages/Channels/take.sql"), Limits(channel, most), cancellationToken: ct));
        return new(granted, TimeSpan.FromSeconds(Math.Max(0, wait)), since, refused);
    }

    /// <summary>Give back what was not used.</summary>
    public async Task Return(Channel channel, int messages, CancellationToken ct)
    {
        if (messages <= 0) return;
        await using var connection = await db.OpenConnectionAsync(ct);
        // A trial that did not take place is no longer waited for.
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update channels set tokens = least(@burst, tokens + @most * @cost), paused_until = case when trial then null else paused_until end, trial = false
            where channel = @channel
            """, Limits(channel, messages), cancellationToken: ct));
    }

    /// <summary>A message that was handed over at this instant (the database's) was taken: what was wrong before then is over.</summary>
    public async Task Worked(Channel channel, DateTime handedOver, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            update channels set failures = 0, throttled_since = null, refused_us = false, paused_until = null, trial = false, reason = '', last_sent_at = clock_timestamp()
            where channel = @channel
              and ((failures > 0 or throttled_since is not null) and coalesce(last_failed_at, '-infinity') < @handedOver
                or failures = 0 and throttled_since is null and coalesce(last_sent_at, '-infinity') < clock_timestamp() - interval '2 seconds')
            """, new { channel = channel.Name, handedOver }, cancellationToken: ct));
    }

    /// <summary>It answered 429: leave it alone for as long as it said, or a while that doubles, with jitter.</summary>
    public Task Throttled(Channel channel, DateTime handedOver, TimeSpan? after, string reason, CancellationToken ct) => Failed(channel, handedOver, throttled: true, ofUs: false, after, reason, ct);

    /// <summary>It could not be reached: after some in a row, leave it alone for a while.</summary>
    public Task NotReached(Channel channel, DateTime handedOver, TimeSpan? after, string reason, CancellationToken ct) => Failed(channel, handedOver, throttled: false, ofUs: false, after, reason, ct);

    /// <summary>It knows us no longer: left alone like one that cannot be reached, and what waits for it goes to the next channel.</summary>
    public Task RefusedUs(Channel channel, DateTime handedOver, string reason, CancellationToken ct) => Failed(channel, handedOver, throttled: false, ofUs: true, null, reason, ct);

    private async Task Failed(Channel channel, DateTime handedOver, bool throttled, bool ofUs, TimeSpan? after, string reason, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(Sql.Read("Messages/Channels/failed.sql"), new
        {
            channel = channel.Name,
            handedOver,
            throttled,
            ofUs,
            reason,
            after = after?.TotalSeconds,
            first = FirstPause.TotalSeconds,
            longest = LongestPause.TotalSeconds,
            MostFailures,
        }, cancellationToken: ct));
    }

    private static object Limits(Channel channel, int most)
    {
        // No limit: so many that none is felt.
        var limit = (channel.PerMinute ?? 1_000_000) * 1.0;
        var burst = Math.Max(channel.Cost, limit / Burst);
        return new { channel = channel.Name, most, cost = channel.Cost, burst, rate = (limit - burst) / 60, trials = MostFailures };
    }
}
