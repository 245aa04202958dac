using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Whether anyone has been here before.</summary>
public static class FirstUser
{
    public static Task<bool> Any(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition("select exists (select from users)", null, transaction, cancellationToken: ct));

    /// <summary>Holds off other first users until commit, and says whether there is none yet.</summary>
    public static async Task<bool> Alone(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        await connection.ExecuteAsync(new CommandDefinition("lock table users in share row exclusive mode", null, transaction, cancellationToken: ct));
        return !await Any(connection, transaction, ct);
    }
}
