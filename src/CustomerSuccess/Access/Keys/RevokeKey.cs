using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Keys;

/// <summary>Ends a key: at once in this process, within 30 seconds in the others.</summary>
public sealed class RevokeKey(NpgsqlDataSource db, AuditLog audit, KnownKeys known, TimeProvider clock)
{
    /// <summary>False where no working key has this id.</summary>
    public async Task<bool> Run(string id, string actor, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var revoked = await connection.ExecuteAsync(new CommandDefinition(
            "update api_keys set revoked_at = @now where id = @id and revoked_at is null", new { id, now = clock.Now() }, transaction, cancellationToken: ct));
        if (revoked == 0) return false;
        await audit.Write(connection, transaction, actor, "key.revoked", "key:" + id, null, ct);
        await transaction.CommitAsync(ct);
        known.Forget(id);
        return true;
    }
}
