using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Users;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using CustomerSuccess.Webhooks.Deliveries;
using CustomerSuccess.Webhooks.Pages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Webhooks.Setup;

/// <summary>Settings, Webhooks: addresses to paste, secrets, and what was delivered, live.</summary>
public static class WebhookPages
{
    public sealed record Change
    {
        [StringLength(1000)] public string? Secret { get; init; }

        [StringLength(1000)] public string? Label { get; init; }

        [StringLength(1000)] public string? App { get; init; }

        [StringLength(1000)] public string? Password { get; init; }

        /// <summary>The button that makes a secret here.</summary>
        public bool? Make { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/settings/webhooks").ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Admin);
        pages.MapPost("{provider}", Save).RequireAuthorization(Permissions.Admin);
        pages.MapPost("{provider}/secrets/{id}/removal", Remove).RequireAuthorization(Permissions.Admin);
        app.MapGet("/live/webhooks", Live).RequireAuthorization(Permissions.Admin).ExcludeFromDescription();
    }

    private static async Task<RazorComponentResult<WebhooksPage>> Show(HttpRequest request, NpgsqlDataSource db, Arrangements arrangements, CancellationToken ct) =>
        Page(await Model(request, db, arrangements, ct));

    private static Task Live(HttpContext http, NpgsqlDataSource db, Arrangements arrangements) =>
        LiveStream.Send<DeliveriesBody>(
            http, async ct => new Dictionary<string, object?> { ["Seen"] = await ListDeliveries.Run(db, ct), ["Configured"] = await Configured(arrangements) }, channel: Signals.Webhooks);

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<WebhooksPage>, NotFound>> Save(
        string provider, [FromForm] Change form, HttpContext http, ChangeArrangement change, ConfirmPassword confirm, NpgsqlDataSource db, Arrangements arrangements, CancellationToken ct)
    {
        if (Provider.Find(provider) is not { } known) return TypedResults.NotFound();
        var request = new ChangeArrangement.Request(form.Secret, form.Make == true, form.Label ?? "", form.App ?? "");
        // Whoever knows a secret can tell us anything about customers, so a borrowed browser must not set one.
        var asks = form.Make == true || !string.IsNullOrWhiteSpace(form.Secret);
        var outcome = asks && !await confirm.Right(http.User.FindFirstValue(ClaimTypes.Email) ?? "", form.Password ?? "", ct)
            ? new ChangeArrangement.Outcome(Problems: new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = ConfirmPassword.Wrong })
            : await change.Run(known, request, http.User, ct);
        if (outcome is { Problems: null, Made: null })
        {
            Flash.Say(http, $"Saved. {known.Title} can deliver{(asks ? " with the new secret" : "")}.");
            return TypedResults.LocalRedirect("/settings/webhooks");
        }

        return Page(await Model(http.Request, db, arrangements, ct) with { Of = known, Form = form, Problems = outcome.Problems, Made = outcome.Made });
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Remove(string provider, string id, HttpContext http, ChangeArrangement change, CancellationToken ct)
    {
        if (Provider.Find(provider) is not { } known || !await change.Remove(known, id, http.User, ct)) return TypedResults.NotFound();
        Flash.Say(http, "The secret is removed. What is signed with it is refused from now on.");
        return TypedResults.LocalRedirect("/settings/webhooks");
    }

    private static async Task<WebhooksPage.Content> Model(HttpRequest request, NpgsqlDataSource db, Arrangements arrangements, CancellationToken ct)
    {
        var entered = new Dictionary<Provider, Entered>();
        await using (var connection = await db.OpenConnectionAsync(ct))
        {
            foreach (var provider in Provider.All) entered[provider] = await Arrangements.Read(connection, null, provider, alone: false, ct);
        }

        return new($"{request.Scheme}://{request.Host}{request.PathBase}", entered, arrangements.Environment, (await arrangements.Of(Provider.GitHub)).Rules, await ListDeliveries.Run(db, ct), await Configured(arrangements));
    }

    private static async Task<IReadOnlySet<string>> Configured(Arrangements arrangements)
    {
        var configured = new HashSet<string>(StringComparer.Ordinal);
        foreach (var provider in Provider.All)
        {
            if ((await arrangements.Of(provider)).Secrets.Count > 0) configured.Add(provider.Name);
        }

        return configured;
    }

    private static RazorComponentResult<WebhooksPage> Page(WebhooksPage.Content content) =>
        new(new { Model = content }) { StatusCode = content.Problems is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
}
