using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones.Versions;

/// <summary>Writes, publishes and discards the draft. There is one; what is published never changes.</summary>
public sealed class ChangeBook(NpgsqlDataSource db, AuditLog audit, TimeProvider clock)
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
        if (definition.Length > StrictJson.Longest || definition.Contains('\0', StringComparison.Ordinal)) return [new Fault("definition", "is longer than 200,000 characters, or holds a NUL character")];
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into milestone_definitions as d (definition_id, definition, note, changed_at, changed_by) values ('draft', @definition, @note, @now, @Name)
            on conflict (definition_id) do update set definition = excluded.definition, note = excluded.note, changed_at = excluded.changed_at, changed_by = excluded.changed_by
            """, new { definition, note, author.Name, now = clock.Now() }, cancellationToken: ct));
        return KnownBooks.From(definition).Faults;
    }

    public async Task<bool> Discard(Author author, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await connection.ExecuteAsync(new CommandDefinition("delete from milestone_definitions where version is null", null, transaction, cancellationToken: ct)) == 0) return false;
        await audit.Write(connection, transaction, author.Audited, "milestones.draft_discarded", "milestones", new { }, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>
    /// The draft holds from now on, for everybody. Whoever has reached what is new is found, without a celebration. Nobody writes events
    /// meanwhile, so that none of a type that is newly waited for slips by.
    /// </summary>
    public async Task<Outcome> Publish(Author author, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await EventLog.LockAlone(connection, transaction, ct);
        if (await KnownBooks.Draft(connection, transaction, ct) is not { } draft) return new(null, [], "There is no draft to publish.");
        var (book, faults) = KnownBooks.From(draft.Definition);
        if (book is null) return new(null, faults);
        var current = await KnownBooks.Current(connection, transaction, ct);
        if (CompareBooks.Of(current, book).Count == 0) return new(null, [], $"The draft says the same as version {current.Version}.");
        var (version, now) = (current.Version + 1, clock.Now());
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into milestone_awaited (type) select unnest(@types) on conflict do nothing;
            insert into milestone_definitions (definition_id, version, definition, since, note, changed_at, changed_by, published_at, published_by)
            values (@id, @version, @text, @since::jsonb, @Note, @ChangedAt, @ChangedBy, @now, @Name);
            delete from milestone_definitions where version is null;
            insert into milestones_waiting (what, customers, history)
            select '~all', array_agg(customer_id), false from (
              select customer_id, (row_number() over (order by customer_id) - 1) / 1000 as part from customers
            ) each group by part
            """,
            new
            {
                types = book.Milestones.Where(one => one.ReachedOn.OfLog).Select(one => one.ReachedOn.Event!).Distinct().ToArray(),
                id = $"v{version}",
                version,
                text = StrictJson.Write(book),
                since = JsonSerializer.Serialize(Since(current, book, now)),
                draft.Note,
                draft.ChangedAt,
                draft.ChangedBy,
                author.Name,
                now,
            }, transaction, commandTimeout: 600, cancellationToken: ct));
        await audit.Write(connection, transaction, author.Audited, "milestones.published", $"milestones:{version}", new { version, draft.Note }, ct);
        await transaction.CommitAsync(ct);
        return new(version, []);
    }

    /// <summary>A milestone that stays what it was keeps its time; what is new, waits for something else, is for others or was off begins now. Pure.</summary>
    public static Dictionary<string, DateTime> Since(MilestoneBook before, MilestoneBook after, DateTime now)
    {
        var since = new Dictionary<string, DateTime>(StringComparer.Ordinal);
        foreach (var one in after.Milestones)
        {
            if (before.Find(one.Id) is { } old && old.ReachedOn.ToString() == one.ReachedOn.ToString() && old.Off == one.Off && Same(old.Audience, one.Audience))
            {
                if (before.Since.TryGetValue(one.Id, out var then)) since[one.Id] = then;
            }
            else
            {
                since[one.Id] = now;
            }
        }

        return since;
    }

    private static bool Same(MilestoneAudience? one, MilestoneAudience? other) =>
        (one?.Plans ?? []).SequenceEqual(other?.Plans ?? []) && (one?.Cohorts ?? []).SequenceEqual(other?.Cohorts ?? []);
}
