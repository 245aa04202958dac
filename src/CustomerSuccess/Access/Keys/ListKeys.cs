using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Keys;

/// <summary>The keys there are, working ones first, newest first.</summary>
public static class ListKeys
{
    public sealed record Row(
        string Id, string Name, string Scopes, string? CustomerId, DateTime CreatedAt, string CreatedBy,
        DateTime? LastUsedAt, DateTime? RevokedAt, int? RateLimit, string? RotatedFrom);

    public static async Task<IReadOnlyList<Row>> Run(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select id, name, array_to_string(scopes, ' ') as scopes, customer_id, created_at, created_by, last_used_at, revoked_at, rate_limit, rotated_from
            from api_keys order by revoked_at is not null, created_at desc, id limit 500
            """, cancellationToken: ct))).AsList();
    }
}
