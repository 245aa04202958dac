using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Feedback;

/// <summary>How many of what providers told came to what.</summary>
public static class CountFeedback
{
    /// <summary>Outcome: stored, duplicate or unmatched.</summary>
    public sealed record Count(string Source, string Kind, string Outcome, long Total, DateTime LastAt);

    /// <summary>Call it last in a transaction: everybody who counts the same waits for its end.</summary>
    public static async Task Add(NpgsqlConnection connection, NpgsqlTransaction transaction, string source, IEnumerable<(string Kind, string Outcome)> each, DateTime now, CancellationToken ct)
    {
        foreach (var group in each.GroupBy(one => one).OrderBy(group => group.Key.Kind, StringComparer.Ordinal).ThenBy(group => group.Key.Outcome, StringComparer.Ordinal))
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into feedback_counts as c (source, kind, outcome, total, last_at) values (@source, @Kind, @Outcome, @times, @now)
                on conflict (source, kind, outcome) do update set total = c.total + excluded.total, last_at = excluded.last_at
                """, new { source, group.Key.Kind, group.Key.Outcome, times = (long)group.Count(), now }, transaction, cancellationToken: ct));
        }
    }

    public static async Task<IReadOnlyList<Count>> Read(NpgsqlConnection connection, CancellationToken ct) =>
        (await connection.QueryAsync<Count>(new CommandDefinition("select source, kind, outcome, total, last_at from feedback_counts order by source, kind, outcome limit 60", cancellationToken: ct))).AsList();
}
