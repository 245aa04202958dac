using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones;

/// <summary>What a customer reached since somebody looked last and is to be celebrated in the product.</summary>
public static class ReachedSince
{
    /// <summary>For the customer's widget, which is on the same floor.</summary>
    public static Celebrations Seam { get; } = new(Run);

    private sealed record Row(string Milestone, string Title, int Points, string Badge, DateTime ReachedAt, DateTime FoundAt);

    public static async Task<IReadOnlyList<Celebration>> Run(NpgsqlConnection connection, string customer, DateTime since, CancellationToken ct)
    {
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            select milestone, title, points, badge, reached_at, found_at from milestones
            where customer_id = @customer and found_at > @since and 'product' = any(celebrated)
            order by found_at, milestone limit 20
            """, new { customer, since }, cancellationToken: ct))).AsList();
        if (rows.Count == 0) return [];
        var book = await KnownBooks.Current(connection, null, ct);
        return rows.ConvertAll(row => new Celebration(row.Milestone, row.Title, book.Find(row.Milestone)?.Words ?? "", row.Points, row.Badge, row.ReachedAt, row.FoundAt));
    }
}
