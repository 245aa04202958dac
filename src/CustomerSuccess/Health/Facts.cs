using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Health;

/// <summary>Reads what a score is made from, for any set of customers, as of now or of the end of any day.</summary>
public static class Facts
{
    private static readonly string AsOfText = $"with {Known.Tables("customer_id = any(@customers)")}\n{Sql.Read("Health/facts_now.sql")}";

    public static async Task<IReadOnlyList<HealthFacts>> Now(NpgsqlConnection db, NpgsqlTransaction? transaction, string[] customers, CancellationToken ct) =>
        [.. await db.QueryAsync<HealthFacts>(new CommandDefinition(Sql.Read("Health/facts_now.sql"), new { customers }, transaction, cancellationToken: ct))];

    /// <summary>Only what had happened, and had been received, by the end of the day: nothing looks ahead.</summary>
    public static async Task<IReadOnlyList<HealthFacts>> AsOf(
        NpgsqlConnection db, NpgsqlTransaction? transaction, string[] customers, DateOnly day, CancellationToken ct) =>
        [.. await db.QueryAsync<HealthFacts>(new CommandDefinition(AsOfText, new { customers, until = day.End() }, transaction, cancellationToken: ct))];
}
