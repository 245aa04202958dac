using CustomerSuccess.Platform;
using Dapper;
using Npgsql;
using NpgsqlTypes;

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

    /// <summary>What a message is told that is in the log already.</summary>
    public const string Known = "already stored";

    private const string Different = "sent again with another payload; the first was kept";

    /// <summary>
    /// Count messages sent again; one that says something else than the first is marked and told so. Without a transaction it is
    /// one of its own, which nobody waits for on the disk: what was sent again is stored, and that it was is a count.
    /// </summary>
    public static async Task Duplicates(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyList<(int Place, Envelope Event)> again, Receipt[] receipts, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (transaction is null) batch.BatchCommands.Add(new("select set_config('synchronous_commit', 'off', true)"));
        var command = new NpgsqlBatchCommand(Sql.Read("Events/duplicates.sql"));
        Add(NpgsqlDbType.Integer, one => one.Place);
        Add(NpgsqlDbType.Text, one => one.Event.Subject);
        Add(NpgsqlDbType.Text, one => one.Event.Source);
        Add(NpgsqlDbType.Text, one => one.Event.Id);
        Add(NpgsqlDbType.Text, one => one.Event.Type);
        Add(NpgsqlDbType.Jsonb, one => one.Event.Properties);
        Add(NpgsqlDbType.TimestampTz, one => one.Event.ReceivedAt);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Different });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Known });
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (transaction is null) await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var place = reader.GetInt32(0);
            receipts[place] = receipts[place] with { Reason = Different };
        }

        void Add<T>(NpgsqlDbType type, Func<(int Place, Envelope Event), T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. again.Select(value)] });
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
