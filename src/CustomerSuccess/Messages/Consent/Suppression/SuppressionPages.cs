using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Consent.Pages;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Consent.Suppression;

/// <summary>Settings, Suppression list.</summary>
public static class SuppressionPages
{
    public sealed record Entry
    {
        [StringLength(1000)] public string? Email { get; init; }

        [StringLength(1000)] public string? Reason { get; init; }

        [StringLength(2000)] public string? Note { get; init; }
    }

    public sealed record Removal
    {
        [StringLength(2000)] public string? Reason { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/settings/suppressions").ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Manager);
        pages.MapPost("", Add).RequireAuthorization(Permissions.Manager);
        pages.MapPost("{id}/removal", Remove).RequireAuthorization(Permissions.Manager);
    }

    private static async Task<RazorComponentResult<SuppressionsPage>> Show([FromQuery] string? search, [FromQuery] string? after, NpgsqlDataSource db, AddressKeys keys, CancellationToken ct) =>
        new(new { Model = await Read(db, keys, search, after, ct) });

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SuppressionsPage>>> Add(
        [FromForm] Entry form, HttpContext http, EditSuppressions edit, NpgsqlDataSource db, AddressKeys keys, CancellationToken ct)
    {
        var request = new EditSuppressions.Request((form.Email ?? "").Trim(), form.Reason, form.Note);
        if (EditSuppressions.Check(request) is { Count: > 0 } faults)
        {
            var model = await Read(db, keys, "", null, ct);
            return new RazorComponentResult<SuppressionsPage>(new { Model = model with { Form = form, Faults = faults } }) { StatusCode = StatusCodes.Status400BadRequest };
        }

        Flash.Say(http, await edit.Put(request, By.Of(http.User), ct) ? $"{request.Email} gets nothing from now on." : $"{request.Email} was on the list already.");
        return TypedResults.LocalRedirect("/settings/suppressions");
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Remove(string id, [FromForm] Removal form, HttpContext http, EditSuppressions edit, CancellationToken ct)
    {
        if (EditSuppressions.Reason(form.Reason) is { } fault) Flash.Say(http, $"Nothing was changed: the reason {fault.Message}.");
        else if (!await edit.Take(id, form.Reason!.Trim(), By.Of(http.User), ct)) return TypedResults.NotFound();
        else Flash.Say(http, "Off the list: the address gets mail again.");
        return TypedResults.LocalRedirect("/settings/suppressions");
    }

    private static async Task<SuppressionsPage.Content> Read(NpgsqlDataSource db, AddressKeys keys, string? search, string? after, CancellationToken ct)
    {
        var part = search is { Length: <= 254 } ? search : "";
        await using var connection = await db.OpenConnectionAsync(ct);
        return new(part, await ListSuppressions.Run(connection, keys, part, after, ct), []);
    }
}
