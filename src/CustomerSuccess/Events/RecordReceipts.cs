using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>Remembers what was told about messages that are not in the log, so that their sender can ask.</summary>
public static class RecordReceipts
{
    private const string Upsert = """
        insert into receipts as r (id, source, subject, verdict, reason, payload, first_at, last_at, times)
        select id, source, subject, verdict, min(reason), max(payload), min(at), max(at), count(*)
        from unnest(@ids, @sources, @subjects, @verdicts, @reasons, @payloads, @times) as i(id, source, subject, verdict, reason, payload, at)
        group by id, source, subject, verdict order by id, source, subject, verdict
        on conflict (id, source, subject, verdict) do update set
          last_at = excluded.last_at, times = r.times + excluded.times, reason = greatest(r.reason, excluded.reason)
        """;

    /// <summary>Count messages sent again; one that says something else than the first is marked and told so.</summary>
    public static async Task Duplicates(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<(int Place, Envelope Event)> again, Receipt[] receipts, CancellationToken ct)
    {
        var other = (await connection.QueryAsync<int>(new CommandDefinition(
            """
            select i.place from unnest(@places, @subjects, @sources, @ids, @types, @properties) as i(place, subject, source, id, type, properties)
            join events e on e.subject = i.subject and e.source = i.source and e.id = i.id
            where e.type <> i.type or e.properties <> i.properties::jsonb
            """,
            new
            {
                places = again.Select(one => one.Place).ToArray(),
                subjects = again.Select(one => one.Event.Subject).ToArray(),
                sources = again.Select(one => one.Event.Source).ToArray(),
                ids = again.Select(one => one.Event.Id).ToArray(),
                types = again.Select(one => one.Event.Type).ToArray(),
                properties = again.Select(one => one.Event.Properties).ToArray(),
            },
            transaction, cancellationToken: ct))).ToHashSet();
        foreach (var place in other)
            receipts[place] = receipts[place] with { Reason = "sent again with another payload; the first was kept" };
        await Store(connection, transaction, [.. again.Select(one => new Entry(one.Event.Id, one.Event.Source, one.Event.Subject,
            Verdict.Duplicate, receipts[one.Place].Reason!, null, one.Event.ReceivedAt))], ct);
    }

    /// <summary>One message's verdict to remember; the payload is kept for quarantined ones, to be looked at and sent again.</summary>
    public sealed record Entry(string Id, string Source, string Subject, Verdict Verdict, string Reason, string? Payload, DateTime At);

    public static Task Store(NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<Entry> entries, CancellationToken ct) =>
        entries.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(new CommandDefinition(
            Upsert,
            new
            {
                ids = entries.Select(entry => entry.Id).ToArray(),
                sources = entries.Select(entry => entry.Source).ToArray(),
                subjects = entries.Select(entry => entry.Subject).ToArray(),
                verdicts = entries.Select(entry => entry.Verdict.ToString().ToLowerInvariant()).ToArray(),
                reasons = entries.Select(entry => entry.Reason).ToArray(),
                payloads = entries.Select(entry => entry.Payload).ToArray(),
                times = entries.Select(entry => entry.At).ToArray(),
            },
            transaction, cancellationToken: ct));
}
