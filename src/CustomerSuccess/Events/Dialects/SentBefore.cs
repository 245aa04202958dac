using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Dialects;

/// <summary>
/// Segment's browser client fills the user in when it sends, not when the event was made: what it sends again after a lost
/// answer may name a user who was not known the first time, and so be stored under another subject than before. Asked by the
/// key under which it would be then, which is one lookup.
/// </summary>
public sealed class SentBefore(NpgsqlDataSource db)
{
    // A frozen database must not hold requests: after this the caller answers 503.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The ids among these that are stored already as their visitor's; written down as duplicates.</summary>
    public async Task<IReadOnlySet<string>> Of(IReadOnlyList<Envelope> events, TimeProvider clock)
    {
        var named = events.Where(e => e.VisitorId is not null && (e.PersonId is not null || e.GroupId is not null)).ToList();
        if (named.Count == 0) return new HashSet<string>(StringComparer.Ordinal);
        return await Ask(named).WaitAsync(Patience, clock);
    }

    private async Task<IReadOnlySet<string>> Ask(List<Envelope> named)
    {
        using var limit = new CancellationTokenSource(Patience);
        await using var connection = await db.OpenConnectionAsync(limit.Token);
        var before = (await connection.QueryAsync<string>(new CommandDefinition(
            """
            select e.id from unnest(@ids, @sources, @subjects) as i(id, source, subject)
            join events e on e.id = i.id and e.source = i.source and e.subject = i.subject
            """,
            new
            {
                ids = named.Select(e => e.Id).ToArray(),
                sources = named.Select(e => e.Source).ToArray(),
                subjects = named.Select(e => Subjects.Visitor(e.VisitorId!)).ToArray(),
            },
            cancellationToken: limit.Token))).ToHashSet(StringComparer.Ordinal);
        if (before.Count > 0)
        {
            await RecordReceipts.Store(connection, null, [.. named.Where(e => before.Contains(e.Id)).Select(e => new RecordReceipts.Entry(
                e.Id, e.Source, Subjects.Visitor(e.VisitorId!), Verdict.Duplicate, "already stored, before its user was known", null, e.ReceivedAt))], limit.Token);
        }

        return before;
    }
}
