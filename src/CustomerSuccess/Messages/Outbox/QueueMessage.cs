using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>Puts messages into the outbox, in the transaction of whatever causes them: both are there or neither is.</summary>
public static class QueueMessage
{
    private const string Insert = """
        insert into messages (customer_id, message_id, dedupe_key, kind, topic, audience, to_email, to_name, milestone, facts, priority, not_before, deadline)
        values (@CustomerId, @id, @DedupeKey, @Kind, @Topic, @Audience, @ToEmail, @ToName, @Milestone, @Facts::jsonb, @Priority, coalesce(@NotBefore, now()), @Deadline)
        on conflict do nothing
        returning message_id
        """;

    /// <summary>The id, or null where a message with this dedupe key was written before.</summary>
    public static Task<string?> Add(NpgsqlConnection connection, NpgsqlTransaction? transaction, NewMessage message, CancellationToken ct) =>
        connection.ExecuteScalarAsync<string?>(new CommandDefinition(Insert, new
        {
            message.CustomerId,
            id = Guid.CreateVersion7().ToString("N"),
            message.DedupeKey,
            message.Kind,
            message.Topic,
            message.Audience,
            message.ToEmail,
            message.ToName,
            message.Milestone,
            message.Facts,
            message.Priority,
            message.NotBefore,
            message.Deadline,
        }, transaction, cancellationToken: ct));
}
