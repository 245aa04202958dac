using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using CustomerSuccess.Web.CustomerList;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Web.Dashboard;

/// <summary>The main page and its live stream. The queries: figures.sql (shared by all viewers), customers.sql for the first rows.</summary>
public static class ShowDashboard
{
    public const int FirstRows = 10;

    public static async Task<RazorComponentResult<DashboardPage>> Handle(LatestFigures figures, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        new(new { Model = await Model(await figures.Now(), figures, db, clock, ct) });

    public static Task Live(HttpContext http, LatestFigures figures, NpgsqlDataSource db, TimeProvider clock) =>
        LiveStream.Send<DashboardBody>(http, async ct => new Dictionary<string, object?> { ["Model"] = await Model(await figures.Latest(), figures, db, clock, ct) });

    private static async Task<DashboardModel> Model(DashboardFigures now, LatestFigures figures, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var page = await ListCustomers.Run(new CustomerFilter { Sort = "-active" }, db, clock.Today(), ct, now.Total);
        return new DashboardModel(now, await figures.History(ct), page.Rows.Take(FirstRows).ToList());
    }
}

/// <summary>What the main page shows.</summary>
public sealed record DashboardModel(DashboardFigures Figures, DashboardHistory History, IReadOnlyList<CustomerRow> First);
