using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Events;

/// <summary>What became of a message id: every event and every receipt under it.</summary>
public static class ExplainMessage
{
    /// <summary>One verdict with its reason. Times: how often a duplicate was sent again.</summary>
    public sealed record Entry(
        string Id, string Source, string Verdict, string? Reason, string Subject, string? Type, DateTime? OccurredAt, DateTime At, long Times);

    private const string Query = """
        select id, source, case when not history and (occurred_at at time zone 'utc')::date < (received_at at time zone 'utc')::date then 'late' else 'accepted' end as verdict,
          case when claimed_at is not null then 'the sender''s clock said ' || claimed_at || ', which is clearly wrong'
            when not history and (occurred_at at time zone 'utc')::date < (received_at at time zone 'utc')::date then 'restates ' || (occurred_at at time zone 'utc')::date end as reason,
          subject, type, occurred_at, received_at as at, 1::bigint as times
        from events where id = @id
        union all
        select id, source, verdict, reason || case settled when 'replayed' then '; sent again from here ' || to_char(settled_at at time zone 'utc', 'YYYY-MM-DD HH24:MI')
          || ' UTC and stored' when 'discarded' then '; put aside by a person' else '' end, subject, null, null, last_at, times
        from receipts where id = @id
        order by at, verdict
        """;

    /// <summary>Ask what became of a message. 404 when nothing is known under the id.</summary>
    public static async Task<Results<Ok<IReadOnlyList<Entry>>, NotFound>> Handle(string id, NpgsqlDataSource db, CancellationToken ct) =>
        await Run(db, id, ct) is { Count: > 0 } entries ? TypedResults.Ok(entries) : TypedResults.NotFound();

    public static async Task<IReadOnlyList<Entry>> Run(NpgsqlDataSource db, string id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<Entry>(new CommandDefinition(Query, new { id }, cancellationToken: ct))];
    }
}
