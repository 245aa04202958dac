using CustomerSuccess.Access;
using CustomerSuccess.Onboarding.Workflow.Board.Pages;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Figures;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Board;

/// <summary>What the list shows: a page of customers, and what it can be narrowed to. May: change something.</summary>
public sealed record BoardListModel(BoardFilter Filter, BoardList Page, IReadOnlyList<StageCount> Counts, KnownDefinitions Definitions, IReadOnlyList<string> Owners, bool May);

/// <summary>The workflow manager's pages: the board with its live stream, and the list behind it.</summary>
public static class ShowBoard
{
    public const string Home = "/onboarding", Customers = "/onboarding/customers";

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription();
        pages.MapGet(Home, Board).RequireAuthorization(Permissions.Viewer);
        pages.MapGet("/live/onboarding", Live).RequireAuthorization(Permissions.Viewer);
        pages.MapGet(Customers, List).RequireAuthorization(Permissions.Viewer);
    }

    private static async Task<RazorComponentResult<BoardPage>> Board(LatestBoard latest) => new(new { Board = await latest.Now() });

    private static Task Live(HttpContext http, LatestBoard latest) =>
        LiveStream.Send<BoardBody>(http, async _ => new Dictionary<string, object?> { ["Board"] = await latest.Next() }, channel: Signals.Workflow);

    private static async Task<RazorComponentResult<BoardListPage>> List([AsParameters] BoardFilter filter, HttpContext http, NpgsqlDataSource db, LatestBoard latest, FollowedCustomers followed, TimeProvider clock, CancellationToken ct)
    {
        var board = await latest.Now();
        await using var connection = await db.OpenConnectionAsync(ct);
        return new(new
        {
            Model = new BoardListModel(filter, await ReadBoard.List(connection, (await followed.Now(ct)).All, filter.AskedBy(http.User), clock.Now(), ct), [.. board.Columns.Select(column => column.Count)],
                await KnownDefinitions.Read(connection, null, ct), board.Owners, http.User.IsInRole(Roles.Manager) || http.User.IsInRole(Roles.Admin)),
        });
    }
}
