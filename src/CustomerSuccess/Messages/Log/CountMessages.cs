using CustomerSuccess.Messages.Outbox;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Log;

/// <summary>What needs somebody, and what waits: how many messages are in each state, counted up to a thousand. All of them are not: that costs more than the page.</summary>
public static class CountMessages
{
    public const int Most = 1000;

    // One state after the other, each from the index of its state, and no further than the most that is shown.
    private static readonly string Query = string.Join(" union all ", States.All.Where(state => state != States.Sent)
        .Select(state => $"select '{state}' as state, (select count(*)::int from (select from messages where state = '{state}' limit {Most}) counted) as n"));

    public static async Task<IReadOnlyDictionary<string, int>> Run(NpgsqlConnection connection, CancellationToken ct) =>
        (await connection.QueryAsync<(string State, int Count)>(new CommandDefinition(Query, cancellationToken: ct))).ToDictionary(each => each.State, each => each.Count, StringComparer.Ordinal);
}
