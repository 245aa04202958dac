using CustomerSuccess.Events;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Webhooks.Deliveries;

/// <summary>What was delivered last and what became of it, and how many of each kind.</summary>
public static class ListDeliveries
{
    private const int Most = 30;

    /// <summary>One delivery. Account as the provider has it; customer and organization where it is linked to one now.</summary>
    public sealed record Row(
        string Provider, string DeliveryId, string Kind, string? Account, string Outcome, string Detail, bool Fetched, DateTime ReceivedAt, long Times)
    {
        public string? CustomerId { get; init; }

        public string? Organization { get; init; }
    }

    /// <summary>How many of a kind came to what. Refused ones have a reason and no kind.</summary>
    public sealed record Count(string Provider, string Kind, string Outcome, string Reason, long Total, DateTime LastAt);

    /// <summary>When deliveries that never arrived were looked for last, what came of it, and how many were found in all.</summary>
    public sealed record Check(DateTime At, string Outcome, long Found);

    /// <summary>The last deliveries of all providers together, the counters, and for each provider when the last delivery came.</summary>
    public sealed record Seen(IReadOnlyList<Row> Last, IReadOnlyList<Count> Counts, IReadOnlyDictionary<string, DateTime> LastAt, Check? Check);

    public static async Task<Seen> Run(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select provider, delivery_id, kind, account, outcome, detail, fetched, received_at, times
            from webhook_deliveries order by received_at desc limit @Most;
            select provider, kind, outcome, reason, total, last_at from webhook_counts order by last_at desc, kind limit 200;
            select provider, max(last_at) from webhook_counts where outcome <> 'refused' group by provider;
            select at, outcome, found from webhook_checks where provider = 'github'
            """, new { Most }, cancellationToken: ct));
        var rows = (await read.ReadAsync<Row>()).AsList();
        var counts = (await read.ReadAsync<Count>()).AsList();
        var last = (await read.ReadAsync<(string Provider, DateTime At)>()).ToDictionary(each => each.Provider, each => each.At, StringComparer.Ordinal);
        var check = await read.ReadSingleOrDefaultAsync<Check>();
        await read.DisposeAsync();
        return new Seen(await Named(connection, rows, ct), counts, last, check);
    }

    // Asked by key, one after the other: a join of local tables with distributed ones is more than a cluster can do.
    private static async Task<IReadOnlyList<Row>> Named(NpgsqlConnection connection, List<Row> rows, CancellationToken ct)
    {
        var subjects = rows.Where(row => row.Account is not null).Select(row => Subjects.Group(row.Account!)).Distinct(StringComparer.Ordinal).ToArray();
        if (subjects.Length == 0) return rows;
        var linked = (await connection.QueryAsync<(string Identity, string CustomerId)>(new CommandDefinition(
            "select identity, customer_id from identities where identity = any(@subjects) and customer_id is not null", new { subjects }, cancellationToken: ct)))
            .ToDictionary(each => each.Identity, each => each.CustomerId, StringComparer.Ordinal);
        var names = (await connection.QueryAsync<(string CustomerId, string Organization)>(new CommandDefinition(
            "select customer_id, organization from customers where customer_id = any(@ids)", new { ids = linked.Values.Distinct(StringComparer.Ordinal).ToArray() }, cancellationToken: ct)))
            .ToDictionary(each => each.CustomerId, each => each.Organization, StringComparer.Ordinal);
        return rows.ConvertAll(row => row.Account is { } account && linked.TryGetValue(Subjects.Group(account), out var customer)
            ? row with { CustomerId = customer, Organization = names.GetValueOrDefault(customer) } : row);
    }
}
