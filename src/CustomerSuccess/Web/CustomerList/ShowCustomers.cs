using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using CustomerSuccess.Web.Dashboard;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Web.CustomerList;

/// <summary>The customer list: the page, its fragment for htmx, and its live stream. All three show the same thing for the same address.</summary>
public static class ShowCustomers
{
    public static async Task<IResult> Handle([AsParameters] CustomerFilter filter, HttpContext http, NpgsqlDataSource db, LatestFigures figures, TimeProvider clock, CancellationToken ct)
    {
        var model = await Model(filter.AskedBy(http.User), db, figures, clock, ct);
        http.Response.Headers.Vary = "HX-Request-Type";
        if (http.Request.Headers["HX-Request-Type"] != "partial") return new RazorComponentResult<CustomerListPage>(new { Model = model });
        // A form sends its empty fields too; the address bar shows the short one.
        http.Response.Headers["HX-Push-Url"] = filter.Here();
        return new RazorComponentResult<CustomerListRegion>(new { Model = model });
    }

    public static Task Live([AsParameters] CustomerFilter filter, HttpContext http, NpgsqlDataSource db, LatestFigures figures, TimeProvider clock) =>
        LiveStream.Send<CustomerListBody>(http, async ct => new Dictionary<string, object?> { ["Model"] = await Model(filter.AskedBy(http.User), db, figures, clock, ct) });

    private static async Task<CustomerListModel> Model(CustomerFilter filter, NpgsqlDataSource db, LatestFigures figures, TimeProvider clock, CancellationToken ct)
    {
        var now = await figures.Now();
        var page = await ListCustomers.Run(filter, db, clock.Today(), ct, now.Count(filter.Narrowing));
        return new CustomerListModel(filter, page, now, await figures.History(ct));
    }
}
