using System.Text.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Access.Audit;

/// <summary>Adds rows to the audit log. There is no other way to write it, and none to change it.</summary>
public sealed class AuditLog(AuditSeal seal, TimeProvider clock)
{
    /// <summary>
    /// Records what an actor did, in the transaction that does it. Call it last: the chain's lock is held until commit.
    /// Ids only, no addresses, names or secrets: audit rows outlive the erasure of a person.
    /// </summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="transaction">The transaction of the deed.</param>
    /// <param name="actor">user:ID, key:ID, cli, system or anonymous.</param>
    /// <param name="action">noun.verb, as in key.created.</param>
    /// <param name="target">What it was done to: user:ID, key:ID, customer:ID, or empty.</param>
    /// <param name="details">An anonymous object, or null.</param>
    /// <param name="ct">Stops the wait for the lock.</param>
    public async Task Write(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string actor, string action, string target, object? details, CancellationToken ct)
    {
        if (actor.Contains('@') || target.Contains('@')) throw new ArgumentException("The audit log holds ids, no addresses: use AuditActor().", nameof(actor));
        var (seq, previous) = await connection.QuerySingleAsync<(long, byte[])>(new CommandDefinition(
            "select seq, hash from audit_head for update", null, transaction, cancellationToken: ct));
        var row = new AuditRow(
            seq + 1, clock.Now(), actor, action, target, details is null ? "{}" : JsonSerializer.Serialize(details, JsonSerializerOptions.Web), previous);
        var hash = seal.Of(row);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into audit (seq, at, actor, action, target, details, previous_hash, hash)
            values (@Seq, @At, @Actor, @Action, @Target, @Details::json, @PreviousHash, @hash);
            update audit_head set seq = @Seq, hash = @hash;
            """,
            new { row.Seq, row.At, row.Actor, row.Action, row.Target, row.Details, row.PreviousHash, hash }, transaction, cancellationToken: ct));
    }

    /// <summary>The same in a transaction of its own, for deeds that change nothing (a sign-in, an export).</summary>
    public async Task Write(NpgsqlDataSource db, string actor, string action, string target, object? details, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await Write(connection, transaction, actor, action, target, details, ct);
        await transaction.CommitAsync(ct);
    }
}

/// <summary>One row without its own hash.</summary>
public sealed record AuditRow(long Seq, DateTime At, string Actor, string Action, string Target, string Details, byte[] PreviousHash);
