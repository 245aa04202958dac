using CustomerSuccess.Access.Audit;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>
/// Sends refused messages again through the same door they came in by, with the payload that was kept. Sent twice, an event
/// is still stored once; its receipt then says that it was replayed.
/// </summary>
public sealed class ReplayMessages(NpgsqlDataSource db, Ingest ingest, AuditLog audit, TimeProvider clock)
{
    /// <summary>At most so many at once; the button can be pressed again.</summary>
    public const int Most = 1_000;

    /// <summary>What became of them: stored now or before, refused once more, and of how many nothing was kept.</summary>
    public sealed record Outcome(int Stored, int Refused, int Unreadable)
    {
        public int Total => Stored + Refused + Unreadable;
    }

    /// <summary>One message by its receipt's key, or without an id all that wait with the same verdict, source and reason, as ListRefused groups them.</summary>
    public sealed record Which(string? Id, string Source, string? Subject, string Verdict, string? Reason);

    private sealed record Kept(string Id, string Source, string Subject, string Verdict, string Payload);

    /// <summary>Throws <see cref="IngestUnavailable"/> when the database does not answer; nothing is lost then.</summary>
    public async Task<Outcome> Run(Which which, string actor, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var kept = (await connection.QueryAsync<Kept>(new CommandDefinition(
            $"""
            select id, source, subject, verdict, payload from receipts
            where verdict = @Verdict and verdict <> 'duplicate' and source = @Source and settled is null and payload is not null
              and case when @Id::text is null then {ListRefused.Shape} = @Reason else id = @Id and subject = @Subject end
            order by last_at desc limit {Most}
            """, which, cancellationToken: ct))).AsList();
        var now = clock.Now();
        var read = kept.Select(one => (Kept: one, Event: KeptMessage.Read(one.Payload, now))).ToList();
        var ready = read.Where(one => one.Event is not null).ToList();
        var receipts = new List<Receipt>(ready.Count);
        foreach (var part in ready.Select(one => one.Event!).Chunk(200)) receipts.AddRange(await ingest.Accept(part, ct));
        // A duplicate is in the log, too: somebody sent it again before us.
        var stored = ready.Where((_, n) => receipts[n].Stored || receipts[n].Verdict == Verdict.Duplicate).Select(one => one.Kept).ToList();
        await Settle(connection, stored, now, ct);
        var outcome = new Outcome(stored.Count, ready.Count - stored.Count, kept.Count - ready.Count);
        if (outcome.Total > 0) await audit.Write(db, actor, "messages.replayed", "", new { stored = outcome.Stored, refused = outcome.Refused }, ct);
        return outcome;
    }

    private static Task Settle(NpgsqlConnection connection, List<Kept> stored, DateTime now, CancellationToken ct) =>
        stored.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(new CommandDefinition(
            """
            update receipts r set settled = 'replayed', settled_at = @now, payload = null
            from unnest(@ids, @sources, @subjects, @verdicts) as s(id, source, subject, verdict)
            where r.id = s.id and r.source = s.source and r.subject = s.subject and r.verdict = s.verdict
            """,
            new
            {
                now,
                ids = stored.Select(one => one.Id).ToArray(),
                sources = stored.Select(one => one.Source).ToArray(),
                subjects = stored.Select(one => one.Subject).ToArray(),
                verdicts = stored.Select(one => one.Verdict).ToArray(),
            },
            cancellationToken: ct));
}
