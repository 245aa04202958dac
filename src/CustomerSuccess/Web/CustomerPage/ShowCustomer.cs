using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Web.CustomerPage;

/// <summary>The page of one customer, its fragment for htmx, and its live stream.</summary>
public static class ShowCustomer
{
    public static async Task<IResult> Handle(
        string id, [AsParameters] CustomerLook look, HttpContext http, NpgsqlDataSource db, IAntiforgery forms, TimeProvider clock, CancellationToken ct)
    {
        if (await CustomerView.Read(db, id, look, clock.Today(), ct) is not { } view) return TypedResults.NotFound();
        var model = new CustomerModel(view, look, forms.GetAndStoreTokens(http).RequestToken!);
        http.Response.Headers.Vary = "HX-Request-Type";
        return http.Request.Headers["HX-Request-Type"] == "partial"
            ? new RazorComponentResult<CustomerRegion>(new { Model = model })
            : new RazorComponentResult<CustomerShell>(new { Model = model });
    }

    /// <summary>Follows one customer. Someone who was removed meanwhile ends the stream with a 404.</summary>
    public static async Task<IResult> Live(
        string id, [AsParameters] CustomerLook look, HttpContext http, NpgsqlDataSource db, IAntiforgery forms, TimeProvider clock, CancellationToken ct)
    {
        if (await CustomerView.Read(db, id, look, clock.Today(), ct) is not { } first) return TypedResults.NotFound();
        // The page keeps its cookie; forms that appear while it is open need a token that fits it.
        var token = forms.GetTokens(http).RequestToken!;
        var waiting = first;
        await LiveStream.Send<CustomerBody>(http, async stop =>
        {
            var view = waiting ?? await CustomerView.Read(db, id, look, clock.Today(), stop) ?? first;
            waiting = null;
            return new Dictionary<string, object?>(StringComparer.Ordinal) { ["Model"] = new CustomerModel(view, look, token) };
        }, hint => hint.Length == 0 || hint.Split(',').Contains(id, StringComparer.Ordinal));
        return TypedResults.Empty;
    }
}

/// <summary>What the page is made from. Token: for the forms in it.</summary>
public sealed record CustomerModel(CustomerView View, CustomerLook Look, string Token)
{
    public string Path => "/customers/" + Uri.EscapeDataString(View.Customer.Id);
}
