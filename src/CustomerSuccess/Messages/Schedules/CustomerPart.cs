using System.Text.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>The next thousand customers, by one statement: who gets a message, who had it already, and who gets none for which reason.</summary>
public static class CustomerPart
{
    public const int Size = 1000;

    private sealed record Seen(long Looked, string? Last, long Wanted, long Queued, string Passed);

    public static async Task<Part> Run(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, object parameters, CancellationToken ct)
    {
        // JIT would compile it for longer than it runs.
        await connection.ExecuteAsync(new CommandDefinition("set local jit = off", null, transaction, cancellationToken: ct));
        var seen = await connection.QuerySingleAsync<Seen>(new CommandDefinition(Sql.Read(sql), parameters, transaction, cancellationToken: ct));
        return new Part(seen.Looked < Size ? null : seen.Last, seen.Queued, seen.Wanted - seen.Queued, JsonSerializer.Deserialize<Dictionary<string, long>>(seen.Passed));
    }
}
