using System.Security.Cryptography;
using System.Text;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Tokens that work once and for a day; only their SHA-256 is stored.</summary>
public static class OneTimeLink
{
    public const string FirstAdmin = "first_admin";
    public const string SetPassword = "set_password";
    public static readonly TimeSpan Valid = TimeSpan.FromHours(24);

    /// <summary>A new token; for a user it replaces those not used yet.</summary>
    public static async Task<string> Make(NpgsqlConnection connection, NpgsqlTransaction transaction, string purpose, string? userId, DateTime now, CancellationToken ct)
    {
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        await connection.ExecuteAsync(new CommandDefinition(
            """
            delete from one_time_links where expires_at < @now - interval '30 days' or (user_id = @userId and used_at is null);
            insert into one_time_links (token_hash, purpose, user_id, created_at, expires_at) values (@hash, @purpose, @userId, @now, @expires)
            """,
            new { hash = Hash(token), purpose, userId, now, expires = now + Valid }, transaction, cancellationToken: ct));
        return token;
    }

    /// <summary>Whose it is, when it still works. Looking does not use it: mail scanners and browsers open links ahead of people.</summary>
    public static Task<Found?> Find(NpgsqlConnection connection, string purpose, string token, DateTime now, CancellationToken ct) =>
        connection.QuerySingleOrDefaultAsync<Found>(new CommandDefinition(
            """
            select u.id as user_id, u.email, u.name from one_time_links l left join users u on u.id = l.user_id
            where l.token_hash = @hash and l.purpose = @purpose and l.used_at is null and l.expires_at > @now and u.disabled_at is null
            """,
            new { hash = Hash(token), purpose, now }, cancellationToken: ct))!;

    /// <summary>Uses it up; false when it does not work (any more).</summary>
    public static async Task<bool> Use(NpgsqlConnection connection, NpgsqlTransaction transaction, string purpose, string token, DateTime now, CancellationToken ct) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "update one_time_links set used_at = @now where token_hash = @hash and purpose = @purpose and used_at is null and expires_at > @now",
            new { hash = Hash(token), purpose, now }, transaction, cancellationToken: ct)) == 1;

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public sealed record Found(string? UserId, string? Email, string? Name);
}
