using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Events.Sources;

/// <summary>Ends a source, or blocks the domain of a discovered one: at once in this process, within 30 seconds in the others.</summary>
public sealed class RevokeSource(NpgsqlDataSource db, AuditLog audit, KnownSources known, TimeProvider clock)
{
    /// <summary>End a source: its write key and its domain are refused from now on. What it sent stays.</summary>
    public static async Task<Results<NoContent, NotFound>> Handle(string id, ClaimsPrincipal who, RevokeSource revoke, CancellationToken ct) =>
        await revoke.Run(id, who.AuditActor(), ct) ? TypedResults.NoContent() : TypedResults.NotFound();

    /// <summary>False where no working source has this id.</summary>
    public async Task<bool> Run(string id, string actor, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var revoked = await connection.QuerySingleOrDefaultAsync<Source>(new CommandDefinition(
            $"update sources set revoked_at = @now where source_id = @id and revoked_at is null returning {Source.Columns}",
            new { id, now = clock.Now() }, transaction, cancellationToken: ct));
        if (revoked is null) return false;
        await audit.Write(connection, transaction, actor, "source.revoked", "source:" + id, null, ct);
        await transaction.CommitAsync(ct);
        known.Forget(revoked);
        return true;
    }
}
