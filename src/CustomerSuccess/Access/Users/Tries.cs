using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Counts wrong passwords per account: after five it rests for a quarter of an hour.</summary>
public static class Tries
{
    public const int Allowed = 5;

    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(15);

    /// <summary>Open: neither resting nor disabled.</summary>
    public sealed record Account(string Id, string? PasswordHash, bool Open);

    /// <summary>
    /// Counts the try before the password is looked at, in one statement, so that a hundred tries at once are a hundred
    /// tries. Null where there is no such user. Holds no connection afterwards: hashing takes long and the pool is small.
    /// </summary>
    public static async Task<Account?> Reserve(NpgsqlDataSource db, string email, DateTime now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.QuerySingleOrDefaultAsync<Account?>(new CommandDefinition(
            """
            with was as (
              select id, lockout_end is null or lockout_end <= @now as open,
                case when lockout_end <= @now then 0 else access_failed_count end as failed
              from users where normalized_email = upper(@email) for update)
            update users u set
              access_failed_count = case when was.open then was.failed + 1 else u.access_failed_count end,
              lockout_end = case when not was.open then u.lockout_end when was.failed + 1 >= @Allowed then @now + @Rest end
            from was where u.id = was.id
            returning u.id, u.password_hash, was.open and u.disabled_at is null as open
            """,
            new { email, now, Allowed, Rest }, cancellationToken: ct));
    }

    /// <summary>The password was right: start counting from nothing.</summary>
    public static async Task Forget(NpgsqlDataSource db, string id, DateTime? signedInAt, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update users set access_failed_count = 0, lockout_end = null, last_sign_in_at = coalesce(@signedInAt, last_sign_in_at) where id = @id",
            new { id, signedInAt }, cancellationToken: ct));
    }
}
