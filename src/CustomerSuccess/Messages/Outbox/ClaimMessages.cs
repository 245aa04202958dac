using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Outbox;

/// <summary>Leases messages that are due, the most important first. By the database's clock: those of the processes may differ.</summary>
public sealed class ClaimMessages(NpgsqlDataSource db, MessageSettings settings)
{
    private const string Due = """
        select customer_id, message_id from messages
        where state = 'queued' and line = @line and not_before <= now() and (leased_until is null or leased_until < now())
          and (@closed::text is null or @closed = any(refused)
            or @throttled::timestamptz is not null and coalesce(deadline, greatest(not_before, @throttled::timestamptz) + @patience) <= now())
        order by priority desc, not_before, message_id limit @most
        """;

    /// <summary>Names this process in leased_by.</summary>
    public string Worker { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.CreateVersion7():N}";

    /// <summary>Whether any message of this line is due: asked every second, so that an idle product asks little.</summary>
    public async Task<bool> Any(string line, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from messages where state = 'queued' and line = @line and not_before <= now() and (leased_until is null or leased_until < now()))",
            new { line }, cancellationToken: ct));
    }

    /// <param name="line">kit or mail.</param>
    /// <param name="most">How many can be sent now.</param>
    /// <param name="closed">A channel that takes none now: only those it has refused, and those whose patience with its 429 is at its end. Null: all.</param>
    /// <param name="throttled">Since when it has answered 429, if it does.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<Message>> Run(string line, int most, string? closed, DateTime? throttled, CancellationToken ct)
    {
        if (most <= 0) return [];
        await using var connection = await db.OpenConnectionAsync(ct);
        var due = await connection.QueryAsync<(string Customer, string Id)>(new CommandDefinition(
            Due, new { line, closed, throttled, patience = settings.Patience, most }, cancellationToken: ct));
        var claimed = new List<Message>();
        foreach (var (customer, id) in due)
        {
            var message = await connection.QuerySingleOrDefaultAsync<Message>(new CommandDefinition(
                Sql.Read("Messages/Outbox/claim.sql"), new { customer, id, lease = settings.Lease, worker = Worker }, cancellationToken: ct));
            if (message is not null) claimed.Add(message);
        }

        return claimed;
    }
}
