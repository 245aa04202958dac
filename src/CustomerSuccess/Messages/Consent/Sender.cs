using System.Text.Json;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Consent;

/// <summary>Who writes and where this installation is reached, as Settings, Brand says.</summary>
public sealed record Sender(string Company = "Our team", string Here = "http://127.0.0.1:5080")
{
    public static async Task<Sender> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition("select value::text from settings where name = 'brand'", null, transaction, cancellationToken: ct)) is { } json
            ? JsonSerializer.Deserialize<Sender>(json, JsonSerializerOptions.Web)! : new();
}
