using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Saved;

/// <summary>The funnels that people keep.</summary>
public static class ListFunnels
{
    /// <summary>All saved funnels by name.</summary>
    public static async Task<Ok<IReadOnlyList<SavedFunnel>>> Handle(NpgsqlDataSource db, CancellationToken ct) => TypedResults.Ok(await SavedFunnel.All(db, ct));

    /// <summary>One saved funnel.</summary>
    public static async Task<Results<Ok<SavedFunnel>, NotFound>> One(string id, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await SavedFunnel.Read(connection, id, ct) is { } saved ? TypedResults.Ok(saved) : TypedResults.NotFound();
    }
}
