using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>What another tool last told about somebody: the properties of the latest identify or group message among their last 500.</summary>
public static class Traits
{
    private const string Query =
        """
        select properties::text from (
          select type, properties from events where subject = @identity order by occurred_at desc, received_at desc, id desc limit 500
        ) latest
        where type in ('identify', 'group') limit 1
        """;

    /// <summary>As the fields of a new customer.</summary>
    public static async Task<JsonObject> Fields(NpgsqlDataSource db, string identity, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var traits = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(Query, new { identity }, cancellationToken: ct));
        var told = traits is null ? [] : JsonNode.Parse(traits) as JsonObject ?? [];
        var mail = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "select b from pairs where a = @identity and left(b, 3) = '~e:' order by door = 'open', first_at limit 1", new { identity }, cancellationToken: ct));
        var (id, group) = (Identity.Id(identity), Identity.Kind(identity) == IdentityKind.Group);
        var fields = new JsonObject
        {
            ["email"] = mail?[3..] ?? Text(told, "email"),
            ["organization"] = group ? Text(told, "name") ?? id[(id.IndexOf(':') + 1)..] : Text(told, "company") ?? Text(told, "organization") ?? Text(told, "name"),
            ["industry"] = Text(told, "industry"),
            ["plan"] = Text(told, "plan"),
        };
        if (group && id.StartsWith("github:", StringComparison.OrdinalIgnoreCase)) fields["github_username"] = id[7..];
        return fields;
    }

    /// <summary>One trait as a line of text, where it is one.</summary>
    public static string? Text(JsonObject told, string name) =>
        told[name] is JsonValue value && value.GetValueKind() is JsonValueKind.String && value.GetValue<string>().Trim() is { Length: > 0 and <= 200 } text && !text.Any(char.IsControl) ? text
        : told[name] is JsonObject inner ? Text(inner, "name") : null;
}
