using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Channels;

/// <summary>How a channel that is set up is doing. PausedUntil: left alone until then, for Reason.</summary>
public sealed record ChannelHealth(string Name, string Title, DateTime? LastSentAt, DateTime? LastFailedAt, string LastError, DateTime? PausedUntil, DateTime? ThrottledSince, int Failures)
{
    private sealed record Row(string Channel, DateTime? LastSentAt, DateTime? LastFailedAt, string LastError, DateTime? PausedUntil, DateTime? ThrottledSince, int Failures);

    /// <summary>In the order in which they are tried.</summary>
    public static async Task<IReadOnlyList<ChannelHealth>> Read(NpgsqlConnection connection, IReadOnlyList<Channel> known, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select channel, last_sent_at, last_failed_at, last_error, case when paused_until > now() and not trial then paused_until end as paused_until, throttled_since, failures
            from channels
            """, cancellationToken: ct))).ToDictionary(row => row.Channel, StringComparer.Ordinal);
        return [.. known.Where(channel => channel is not NoMailChannel).Select(channel => rows.TryGetValue(channel.Name, out var row)
            ? new ChannelHealth(channel.Name, channel.Title, row.LastSentAt, row.LastFailedAt, row.LastError, row.PausedUntil, row.ThrottledSince, row.Failures)
            : new ChannelHealth(channel.Name, channel.Title, null, null, "", null, null, 0))];
    }

    /// <summary>Whether it works as far as is known.</summary>
    public bool Fine => PausedUntil is null && ThrottledSince is null && Failures == 0;
}
