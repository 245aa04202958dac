using Dapper;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Which of these identities the installation blocks, and which a person allowed: what an admin said lasts, whatever is found later.</summary>
public static class ReadBlocked
{
    /// <summary>Rows of blocked_ids, as <see cref="BlockedIds.Names"/> writes an identity.</summary>
    public sealed record Rows(IReadOnlySet<string> Blocked, IReadOnlySet<string> Allowed);

    public static async Task<Rows> Of(NpgsqlConnection connection, NpgsqlTransaction? transaction, IEnumerable<string> identities, CancellationToken ct)
    {
        // Never the whole table: what gathers too much by itself may be as many as senders make up.
        var asked = identities.Where(Identity.IsLinkable).SelectMany(BlockedIds.Names).Distinct(StringComparer.Ordinal).ToArray();
        var rows = (await connection.QueryAsync<(string Id, bool Allowed)>(new CommandDefinition(
            "select id, allowed_at is not null from blocked_ids where id = any(@asked)", new { asked }, transaction, cancellationToken: ct))).ToLookup(row => row.Allowed, row => row.Id);
        return new(rows[false].ToHashSet(StringComparer.Ordinal), rows[true].ToHashSet(StringComparer.Ordinal));
    }
}
