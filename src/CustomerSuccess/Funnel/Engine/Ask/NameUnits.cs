using CustomerSuccess.Funnel.Engine.Memory;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>
/// Finds the names behind hashes: of customers by their table, of linked people by what they are linked to, of everyone else in
/// the part of the log where their first event was read.
/// </summary>
internal static class NameUnits
{
    /// <summary>By key: the id and how to call it. Who was erased meanwhile is missing.</summary>
    public static async Task<IReadOnlyDictionary<ulong, (string Id, string Name)>> Run(NpgsqlDataSource db, IReadOnlyList<ListDropped.Found> page, CancellationToken ct)
    {
        var names = new Dictionary<ulong, (string, string)>();
        await using var connection = await db.OpenConnectionAsync(ct);
        async Task Find(string sql, IEnumerable<ListDropped.Found> whose, params NpgsqlParameter[] place)
        {
            var keys = whose.Select(each => (long)each.Unit.Key).ToArray();
            if (keys.Length == 0) return;
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = keys });
            command.Parameters.AddRange(place);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) names[(ulong)reader.GetInt64(0)] = (reader.GetString(1), reader.GetString(2));
        }

        IEnumerable<ListDropped.Found> Left() => page.Where(each => !names.ContainsKey(each.Unit.Key));
        await Find("select hashtextextended(customer_id, 0), customer_id, organization from customers where hashtextextended(customer_id, 0) = any($1)", page.Where(each => each.Unit.Customer));
        await Find("select distinct hashtextextended(target, 0), target, target from identities where hashtextextended(target, 0) = any($1)", Left());
        const string InLog = "select distinct hashtextextended(subject, 0), subject, subject from events where hashtextextended(subject, 0) = any($1) and ";
        var blocks = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select pg_relation_size('events')", cancellationToken: ct));
        foreach (var part in Left().Where(each => blocks > 0 && each.Part != Shelf.Lately).GroupBy(each => each.Part).ToList())
            await Find(InLog + "ctid >= $2 and ctid < $3", part, Tid(part.Key), Tid(part.Key + 1));
        foreach (var lately in Left().Where(each => each.Part == Shelf.Lately).GroupBy(each => each.Cut).ToList())
            await Find(InLog + "received_at >= $2", lately, new NpgsqlParameter<DateTime> { TypedValue = lately.Key });
        // On a cluster, or where the table was rewritten since.
        await Find(InLog + "true", Left());
        return names;
    }

    private static NpgsqlParameter Tid(int part) => new() { Value = new NpgsqlTid((uint)(part * ReadLog.BlocksAPart), 0), NpgsqlDbType = NpgsqlDbType.Tid };
}
