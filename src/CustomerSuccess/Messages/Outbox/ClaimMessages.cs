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
          and refused @> @before and (@last or not @channel = any(refused))
          and (not @closed or @passes and uncertain is null
            or @throttled::timestamptz is not null and coalesce(deadline, greatest(not_before, @throttled::timestamptz) + @patience) <= now())
        order by priority desc, not_before, message_id limit @most
        """;

    private static readonly string Claim = Sql.Read("Messages/Outbox/claim.sql").Replace("/*address*/", AccountAddress.Now, StringComparison.Ordinal);

    /// <summary>Names this process in leased_by.</summary>
    public string Worker { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.CreateVersion7():N}";

    // By the order of its index: which comes next is its first row, however many wait for later.
    private const string Next = """
        select coalesce((select not_before <= now() from messages
        where state = 'queued' and line = @line and (leased_until is null or leased_until < now()) order by not_before limit 1), false)
        """;

    // Not a step of their histories: nothing happens to them.
    private const string Say = """
        update messages set reason = @reason
        where state = 'queued' and line = @line and not_before <= now() and (leased_until is null or leased_until < now()) and reason <> @reason
        """;

    /// <summary>Whether any message of this line is due: asked every second, so that an idle product asks little.</summary>
    public async Task<bool> Any(string line, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(Next, new { line }, cancellationToken: ct));
    }

    /// <summary>Say of all that are due why they wait. Whether any had to be told.</summary>
    public async Task<bool> Wait(string line, string reason, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(Say, new { line, reason }, cancellationToken: ct)) > 0;
    }

    /// <param name="line">kit or mail.</param>
    /// <param name="most">How many can be sent now.</param>
    /// <param name="turn">Those that go to this channel next. Where it takes none now: those whose patience with its 429 is at its end, and all where it passes them on.</param>
    /// <param name="passes">Whether it does.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<Message>> Run(string line, int most, Turn turn, bool passes, CancellationToken ct)
    {
        if (most <= 0) return [];
        await using var connection = await db.OpenConnectionAsync(ct);
        var due = await connection.QueryAsync<(string Customer, string Id)>(new CommandDefinition(
            Due,
            new { line, before = turn.Before.ToArray(), last = turn.Last, channel = turn.Channel.Name, closed = turn.Closed, passes, throttled = turn.Grant.ThrottledSince, patience = settings.Patience, most },
            cancellationToken: ct));
        var claimed = new List<Message>();
        foreach (var (customer, id) in due)
        {
            var message = await connection.QuerySingleOrDefaultAsync<Message>(new CommandDefinition(
                Claim, new { customer, id, lease = settings.Lease, worker = Worker }, cancellationToken: ct));
            if (message is not null) claimed.Add(message);
        }

        return claimed;
    }
}
