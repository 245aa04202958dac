using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Behind;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Versions;

/// <summary>Writes, publishes and discards the draft. There is one; what is published never changes.</summary>
public sealed class ChangeDefinitions(NpgsqlDataSource db, AuditLog audit, TimeProvider clock)
{
    /// <summary>Version is the new one. Why: nothing was published, for this reason; faults: for these.</summary>
    public sealed record Outcome(int? Version, IReadOnlyList<Fault> Faults, string? Why = null);

    /// <summary>Who: for the version (user:EMAIL) and for the audit log (user:ID).</summary>
    public sealed record Author(string Name, string Audited)
    {
        public static Author Of(ClaimsPrincipal who) => new(who.Actor(), who.AuditActor());
    }

    /// <summary>Keep what was written, right or not, so that nothing typed is lost. What is wrong with it.</summary>
    public async Task<IReadOnlyList<Fault>> Keep(string definition, string note, Author author, CancellationToken ct)
    {
        if (definition.Length > ReadDefinition.Longest || definition.Contains('\0', StringComparison.Ordinal)) return [new Fault("definition", "is longer than 200,000 characters, or holds a NUL character")];
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await StoredDefinition.Keep(connection, transaction, definition, note, author.Name, clock.Now(), ct);
        await transaction.CommitAsync(ct);
        return ReadDefinition.From(definition).Faults;
    }

    public async Task<bool> Discard(Author author, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await StoredDefinition.Discard(connection, transaction, ct) == 0) return false;
        await audit.Write(connection, transaction, author.Audited, "workflow.draft_discarded", "workflow", new { }, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>
    /// The draft becomes the newest version: those who come from now on begin with it, everybody else stays where they are. Nobody
    /// writes events meanwhile, so that none of a type it waits for slips by.
    /// </summary>
    public async Task<Outcome> Publish(Author author, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await EventLog.LockAlone(connection, transaction, ct);
        if (await StoredDefinition.Draft(connection, transaction, ct) is not { } draft) return new(null, [], "There is no draft to publish.");
        var (definition, faults) = ReadDefinition.From(draft.Definition);
        if (definition is null) return new(null, faults);
        var known = await KnownDefinitions.Read(connection, transaction, ct);
        if (CompareDefinitions.Of(known.Current, definition).Count == 0) return new(null, [], $"The draft says the same as version {known.Current.Version}.");
        var version = known.Versions.Keys.Max() + 1;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into workflow_awaited (type) select unnest(@types) on conflict do nothing;
            insert into workflow_definitions (definition_id, version, definition, note, created_at, created_by, changed_at, changed_by, published_at, published_by)
            values (@id, @version, @text, @Note, @now, @Name, @ChangedAt, @ChangedBy, @now, @Name);
            delete from workflow_definitions where version is null
            """,
            new
            {
                types = Awaited.Types(definition).ToArray(),
                id = $"v{version}",
                version,
                text = ReadDefinition.Write(definition),
                draft.Note,
                draft.ChangedAt,
                draft.ChangedBy,
                author.Name,
                now = clock.Now(),
            }, transaction, cancellationToken: ct));
        await audit.Write(connection, transaction, author.Audited, "workflow.published", $"workflow:{version}", new { version, draft.Note }, ct);
        await transaction.CommitAsync(ct);
        return new(version, []);
    }
}
