using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>
/// Messages that were being sent when their worker was last heard of. Whether they left nobody knows: those of a channel that can
/// be asked twice are asked again there, the others are listed as unknown.
/// </summary>
public static class SweepMessages
{
    private const string Find = "select customer_id, message_id, attempt, channel from messages where state = 'sending' and leased_until < now() order by leased_until limit 200";

    private const string Give = """
        with swept as (
          update messages set state = @state, reason = @reason, steps = steps + 1, leased_until = null, leased_by = null,
            not_before = now(), uncertain = case when @state = 'queued' then channel else uncertain end
          where customer_id = @CustomerId and message_id = @MessageId and attempt = @Attempt and state = 'sending' and leased_until < now()
          returning customer_id, message_id, steps, channel
        )
        insert into message_steps (customer_id, message_id, n, at, state, channel, reason)
        select customer_id, message_id, steps, clock_timestamp(), @step, channel, @reason from swept
        returning n
        """;

    private sealed record Found(string CustomerId, string MessageId, int Attempt, string Channel);

    /// <summary>How many there were.</summary>
    /// <param name="db">The database.</param>
    /// <param name="again">Whether a channel of this name can be asked twice.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<int> Run(NpgsqlDataSource db, Func<string, bool> again, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var swept = 0;
        foreach (var found in (await connection.QueryAsync<Found>(new CommandDefinition(Find, cancellationToken: ct))).AsList())
        {
            var (state, step, reason) = again(found.Channel)
                ? (States.Queued, States.Deferred, "its worker was lost while it was being sent; asked again, which has no second effect there")
                : (States.Unknown, States.Unknown, "its worker was lost while it was being sent");
            if (await connection.ExecuteScalarAsync<int?>(new CommandDefinition(
                Give, new { found.CustomerId, found.MessageId, found.Attempt, state, step, reason }, cancellationToken: ct)) is not null)
            {
                swept++;
            }
        }

        return swept;
    }
}
