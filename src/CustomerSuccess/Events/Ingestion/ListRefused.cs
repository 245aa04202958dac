using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Events.Ingestion;

/// <summary>Rejected and quarantined messages that wait for somebody to do something about them, newest first.</summary>
public static class ListRefused
{
    public const int PageSize = 25;

    /// <summary>Figures below look at so many of the newest; a flood of refusals must not make the page slow.</summary>
    public const int MostLookedAt = 20_000;

    /// <summary>What is the same in the reasons of like refusals: names in quotes and numbers left out.</summary>
    public const string Shape = "regexp_replace(regexp_replace(reason, '''[^'']*''', '…', 'g'), '[0-9]+', 'N', 'g')";

    /// <summary>One refused message; payload where it was kept, and then it can be sent again.</summary>
    public sealed record Row(string Id, string Source, string Subject, string Verdict, string Reason, string? Payload, DateTime FirstAt, DateTime LastAt, long Times);

    /// <summary>Refusals for one reason; kept are those whose payload was kept.</summary>
    public sealed record Group(string Verdict, string Source, string Reason, long Messages, long Kept, DateTime LastAt);

    /// <summary>What to look at; null: all.</summary>
    public sealed record Filter(string? Source = null, string? Verdict = null, string? Reason = null);

    private const string Where = """
        verdict <> 'duplicate' and settled is null and (@Source::text is null or source = @Source) and (@Verdict::text is null or verdict = @Verdict)
        """;

    public static async Task<(IReadOnlyList<Group> Groups, IReadOnlyList<Row> Rows)> Run(NpgsqlDataSource db, Filter filter, DateTime? before, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var groups = await connection.QueryAsync<Group>(new CommandDefinition(
            $"""
            select verdict, source, {Shape} as reason, count(*) as messages, count(payload) as kept, max(last_at) as last_at
            from (select * from receipts where verdict <> 'duplicate' and settled is null order by last_at desc limit {MostLookedAt}) newest
            group by 1, 2, 3 order by 4 desc, 6 desc limit 20
            """, cancellationToken: ct));
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            select id, source, subject, verdict, reason, payload, first_at, last_at, times
            from (select * from receipts where {Where} and (@before::timestamptz is null or last_at < @before) order by last_at desc, id limit {MostLookedAt}) newest
            where @Reason::text is null or {Shape} = @Reason order by last_at desc, id limit {PageSize + 1}
            """,
            new { filter.Source, filter.Verdict, filter.Reason, before }, cancellationToken: ct));
        return (groups.AsList(), rows.AsList());
    }
}
