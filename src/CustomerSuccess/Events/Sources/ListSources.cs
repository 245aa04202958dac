using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Events.Sources;

/// <summary>The sources there are, working ones first, newest first.</summary>
public static class ListSources
{
    /// <summary>List the sources of events with their write keys, and when each last sent; discovered ones say so in created_by.</summary>
    public static async Task<Ok<IReadOnlyList<Source>>> Handle(NpgsqlDataSource db, CancellationToken ct) => TypedResults.Ok(await Run(db, ct));

    public static async Task<IReadOnlyList<Source>> Run(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<Source>(new CommandDefinition(
            $"select {Source.Columns} from sources order by revoked_at is not null, created_at desc, source_id limit 500", cancellationToken: ct))).AsList();
    }
}
