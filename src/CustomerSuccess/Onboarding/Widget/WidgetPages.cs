using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Access.Users;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Widget.Pages;
using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>Settings, Widget: its secret, the sites that may show it, what to put into a page, and how it looks for a customer.</summary>
public static class WidgetPages
{
    private const string Home = "/settings/widget";

    private static readonly TimeSpan PreviewLife = TimeSpan.FromMinutes(30);

    public sealed record NewSecret
    {
        [StringLength(1000)] public string? Password { get; init; }
    }

    public sealed record Sites
    {
        [StringLength(10_000)] public string? Origins { get; init; }

        [StringLength(40)] public string? Blockers { get; init; }
    }

    /// <summary>How the preview is looked at, as it stands in the address. Unknown values are ignored.</summary>
    public sealed record Look
    {
        [FromQuery(Name = "customer")] public string? Customer { get; init; }

        [FromQuery(Name = "theme")] public string? Theme { get; init; }

        [FromQuery(Name = "lang")] public string? Lang { get; init; }

        public string Scheme => Theme is "dark" ? "dark" : "light";

        public string Language => WidgetTexts.For(Lang).Language;
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Admin);
        pages.MapPost("", Save).RequireAuthorization(Permissions.Admin);
        pages.MapPost("secret", Make).RequireAuthorization(Permissions.Admin).RequireRateLimiting(Limits.Credentials);
        pages.MapPost("secret/end", End).RequireAuthorization(Permissions.Admin);
    }

    private static Task<RazorComponentResult<WidgetPage>> Show([AsParameters] Look look, HttpContext http, MintToken mint, NpgsqlDataSource db, CancellationToken ct) =>
        Page(http, look, mint, db, new(), ct);

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<WidgetPage>>> Save([FromForm] Sites form, HttpContext http, ChangeWidget change, MintToken mint, NpgsqlDataSource db, CancellationToken ct)
    {
        var origins = (form.Origins ?? "").Split(['\n', '\r', ',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (await change.Show(origins, form.Blockers ?? "", By(http), ct) is [var fault, ..]) return await Page(http, new(), mint, db, new() { Given = form, Fault = fault }, ct);
        Flash.Say(http, origins.Length == 0 ? "Saved. No other site may show the widget." : "Saved. It holds within five seconds.");
        return TypedResults.LocalRedirect(Home);
    }

    private static async Task<RazorComponentResult<WidgetPage>> Make([FromForm] NewSecret form, HttpContext http, ChangeWidget change, ConfirmPassword confirm, MintToken mint, NpgsqlDataSource db, CancellationToken ct)
    {
        if (!await confirm.Right(http.User.FindFirstValue(ClaimTypes.Email) ?? "", form.Password ?? "", ct)) return await Page(http, new(), mint, db, new() { WrongPassword = true }, ct);
        return await Page(http, new(), mint, db, new() { Made = await change.NewSecret(By(http), ct) }, ct);
    }

    private static async Task<RedirectHttpResult> End(HttpContext http, ChangeWidget change, CancellationToken ct)
    {
        Flash.Say(http, await change.EndOld(By(http), ct) ? "The old secret is ended: tokens signed with it are refused within five seconds." : "There was no old secret any more.");
        return TypedResults.LocalRedirect(Home);
    }

    private static async Task<RazorComponentResult<WidgetPage>> Page(HttpContext http, Look look, MintToken mint, NpgsqlDataSource db, WidgetPage.View view, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var customers = (await connection.QueryAsync<WidgetPage.Account>(new CommandDefinition(
            "select customer_id, organization from customers where archived_at is null and not is_test order by signup_date desc, customer_id limit 30", cancellationToken: ct))).AsList();
        var customer = string.IsNullOrWhiteSpace(look.Customer) ? customers is [var newest, ..] ? newest.CustomerId : "" : look.Customer.Trim();
        var found = customer.Length is > 0 and <= 300 && await mint.Exists(customer, ct);
        http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.Policy + "; frame-src 'self'";
        return new(new
        {
            Model = view with
            {
                Set = await WidgetSettings.Read(connection, null, ct),
                Customers = customers,
                Customer = customer,
                Token = found ? (await mint.Run(customer, "", PreviewLife, preview: true, ct))?.Token : null,
                Found = found,
                Look = look,
                Here = $"{http.Request.Scheme}://{http.Request.Host}",
                Now = http.RequestServices.GetRequiredService<TimeProvider>().Now(),
            },
        })
        { StatusCode = view.Fault is null && !view.WrongPassword ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
    }

    private static ChangeWidget.Author By(HttpContext http) => new(http.User.Actor(), http.User.AuditActor());
}
