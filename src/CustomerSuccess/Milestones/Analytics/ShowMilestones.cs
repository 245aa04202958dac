using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Milestones.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Milestones.Analytics;

/// <summary>The page of milestones. A landmark that makes no sense counts as left out.</summary>
public static class ShowMilestones
{
    public static async Task<RazorComponentResult<MilestonesPage>> Handle(string? landmark, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var book = await KnownBooks.Current(connection, null, ct);
        return new(new { Book = book, Figures = MilestoneAnalytics.Of(book, await TakeFigures.Latest(connection, TakeFigures.Landmark(landmark) ?? TakeFigures.Usual, clock.Now(), ct)) });
    }
}
