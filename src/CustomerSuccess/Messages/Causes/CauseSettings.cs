using System.Text.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Causes;

/// <summary>What causes messages here, and who of the team hears of it. caused.sql reads the same row.</summary>
/// <param name="Off">Causes that are switched off, by name.</param>
/// <param name="Team">Addresses that get every notice and digest; none: the customer's owner, else the admins.</param>
/// <param name="Owner">Whether who looks after a customer gets its notices.</param>
public sealed record CauseSettings(IReadOnlyList<string> Off, IReadOnlyList<string> Team, bool Owner)
{
    public const string Name = "causes";

    public static CauseSettings Usual { get; } = new([], [], true);

    public static async Task<CauseSettings> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        Parse(await SavedSetting.Read(connection, transaction, Name, ct));

    public static CauseSettings Parse(SavedSetting? saved) => saved is null ? Usual : JsonSerializer.Deserialize<CauseSettings>(saved.Value, JsonSerializerOptions.Web)!;

    public Task Save(NpgsqlConnection connection, NpgsqlTransaction transaction, string actor, DateTime now, CancellationToken ct) =>
        SavedSetting.Write(connection, transaction, Name, JsonSerializer.Serialize(this, JsonSerializerOptions.Web), actor, now, ct);

    /// <summary>Who gets what is about all customers: the addresses above, else the admins.</summary>
    public async Task<IReadOnlyList<string>> Everyone(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        Team.Count > 0 ? Team : (await connection.QueryAsync<string>(new CommandDefinition(
            "select lower(email) from users where role = 'admin' and disabled_at is null order by 1", null, transaction, cancellationToken: ct))).AsList();
}
