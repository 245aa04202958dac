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
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition("select value::text from settings where name = 'causes'", null, transaction, cancellationToken: ct)) is { } json
            ? JsonSerializer.Deserialize<CauseSettings>(json, JsonSerializerOptions.Web)! : Usual;

    public Task Save(NpgsqlConnection connection, NpgsqlTransaction transaction, string actor, DateTime now, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(
        """
        insert into settings (name, value, changed_at, changed_by) values ('causes', @value::jsonb, @now, @actor)
        on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """,
        new { value = JsonSerializer.Serialize(this, JsonSerializerOptions.Web), now, actor }, transaction, cancellationToken: ct));

    /// <summary>Who gets what is about all customers: the addresses above, else the admins.</summary>
    public async Task<IReadOnlyList<string>> Everyone(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        Team.Count > 0 ? Team : (await connection.QueryAsync<string>(new CommandDefinition(
            "select lower(email) from users where role = 'admin' and disabled_at is null order by 1", null, transaction, cancellationToken: ct))).AsList();
}
