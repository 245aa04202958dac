using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>Puts refused messages aside: they are no longer listed, and can be brought back.</summary>
public sealed class DiscardMessages(NpgsqlDataSource db, AuditLog audit, TimeProvider clock)
{
    /// <summary>How many, and the moment by which they can be brought back.</summary>
    public async Task<(int Count, DateTime At)> Run(ReplayMessages.Which which, string actor, CancellationToken ct)
    {
        var now = clock.Now();
        await using var connection = await db.OpenConnectionAsync(ct);
        var count = await connection.ExecuteAsync(new CommandDefinition(
            $"""
            update receipts set settled = 'discarded', settled_at = @now
            where verdict = @Verdict and verdict <> 'duplicate' and source = @Source and settled is null
              and case when @Id::text is null then {ListRefused.Shape} = @Reason else id = @Id and subject = @Subject end
            """,
            new { which.Verdict, which.Source, which.Id, which.Subject, which.Reason, now }, cancellationToken: ct));
        if (count > 0) await audit.Write(db, actor, "messages.discarded", "", new { count }, ct);
        return (count, now);
    }

    /// <summary>Bring back what was put aside at this moment.</summary>
    public async Task<int> Undo(DateTime at, string actor, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var count = await connection.ExecuteAsync(new CommandDefinition(
            "update receipts set settled = null, settled_at = null where verdict <> 'duplicate' and settled = 'discarded' and settled_at = @at", new { at }, cancellationToken: ct));
        if (count > 0) await audit.Write(db, actor, "messages.restored", "", new { count }, ct);
        return count;
    }
}
