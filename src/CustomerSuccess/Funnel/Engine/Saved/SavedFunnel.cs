using System.Text.Json;
using CustomerSuccess.Funnel.Engine.Ask;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Saved;

/// <summary>A funnel somebody keeps under a name.</summary>
/// <param name="Id">Made here.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Question">The question, without the defaults.</param>
/// <param name="CreatedAt">When it was saved first.</param>
/// <param name="CreatedBy">user:EMAIL or key:ID.</param>
/// <param name="ChangedAt">When it was saved last.</param>
public sealed record SavedFunnel(string Id, string Name, FunnelQuestion Question, DateTime CreatedAt, string CreatedBy, DateTime ChangedAt)
{
    private const string Query = "select id, name, question::text as question, created_at, created_by, changed_at from funnels";

    // As it is sent and answered: the names of the API.
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private sealed record Row(string Id, string Name, string Question, DateTime CreatedAt, string CreatedBy, DateTime ChangedAt)
    {
        public SavedFunnel Shown() => new(Id, Name, JsonSerializer.Deserialize<FunnelQuestion>(Question, Json)!, CreatedAt, CreatedBy, ChangedAt);
    }

    public static string Written(FunnelQuestion question) => JsonSerializer.Serialize(question, Json);

    public static async Task<SavedFunnel?> Read(NpgsqlConnection connection, string id, CancellationToken ct) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Query + " where id = @id", new { id }, cancellationToken: ct)))?.Shown();

    public static async Task<IReadOnlyList<SavedFunnel>> All(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(Query + " order by lower(name), id", cancellationToken: ct))).Select(row => row.Shown())];
    }
}
