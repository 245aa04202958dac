using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Everyone who may sign in, or might again.</summary>
public static class ListUsers
{
    public sealed record Row(
        string Id, string Email, string Name, string Role, bool HasPassword, DateTime? LockedUntil, DateTime? DisabledAt, DateTime CreatedAt, DateTime? LastSignInAt)
    {
        /// <summary>In a word, for lists.</summary>
        public string State => DisabledAt is not null ? "disabled" : LockedUntil is not null ? "resting" : HasPassword ? "active" : "invited";
    }

    public static async Task<IReadOnlyList<Row>> Run(NpgsqlDataSource db, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select id, email, name, role, password_hash is not null as has_password,
              case when lockout_end > @now then lockout_end end as locked_until, disabled_at, created_at, last_sign_in_at
            from users order by disabled_at is not null, lower(email) limit 500
            """, new { now }, cancellationToken: ct))).AsList();
    }
}
