using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>Which events of a run were acknowledged, by number: a million of them in a few megabytes.</summary>
internal sealed class Tally(string run)
{
    private readonly Lock gate = new();
    private readonly HashSet<int> numbers = [];

    public int Count => numbers.Count;

    public void Add(IEnumerable<int> acknowledged)
    {
        lock (gate) numbers.UnionWith(acknowledged);
    }

    /// <summary>Acknowledged but not in the log, and in the log more than once.</summary>
    public async Task<(int Lost, int Twice)> Check(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var stored = new HashSet<int>();
        var twice = 0;
        // '.' is what follows '-': the ids of this run by the key's order.
        await foreach (var id in connection.QueryUnbufferedAsync<string>("select id from events where id >= @run || '-' and id < @run || '.'", new { run }))
        {
            if (int.TryParse(id.AsSpan(run.Length + 1), out var n) && !stored.Add(n)) twice++;
        }

        return (numbers.Count(n => !stored.Contains(n)), twice);
    }
}
