using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Messages.Templates.Pages;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Templates.Brand;

/// <summary>Settings, Brand: who writes to customers, and how it looks.</summary>
public static class EditBrand
{
    public sealed record Form
    {
        [StringLength(300)] public string? Company { get; init; }

        [StringLength(20)] public string? Colour { get; init; }

        [StringLength(500)] public string? Logo { get; init; }

        [StringLength(500)] public string? App { get; init; }

        [StringLength(500)] public string? Docs { get; init; }

        [StringLength(500)] public string? Address { get; init; }

        [StringLength(40)] public string? Seen { get; init; }

        [StringLength(500)] public string? Here { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/settings/brand", Show).RequireAuthorization(Permissions.Admin).ExcludeFromDescription();
        app.MapPost("/settings/brand", Submit).RequireAuthorization(Permissions.Admin).ExcludeFromDescription();
    }

    private static async Task<RazorComponentResult<BrandPage>> Show(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return new(new { Brand = await BrandSettings.Read(connection, ct), ChangedAt = await ChangedAt(connection, ct), Faults = Array.Empty<Fault>() });
    }

    private static async Task<DateTime?> ChangedAt(NpgsqlConnection connection, CancellationToken ct) => (await SavedSetting.Read(connection, null, BrandSettings.Name, ct))?.ChangedAt;

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<BrandPage>>> Submit(
        [FromForm] Form form, HttpContext http, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, CancellationToken ct)
    {
        static string Given(string? text) => (text ?? "").Trim();
        var brand = new BrandSettings
        {
            Company = Given(form.Company),
            Colour = Given(form.Colour).ToLowerInvariant(),
            Logo = Given(form.Logo),
            App = Given(form.App),
            Docs = Given(form.Docs),
            Address = Given(form.Address),
            Here = Given(form.Here).TrimEnd('/'),
            // A field per step: their names come from the steps, not from this form's type.
            Steps = [.. Steps.All.Select(step => new StepWords(step, Given(http.Request.Form["step_" + step]), Given(http.Request.Form["link_" + step])))],
        };
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var saved = await SavedSetting.Hold(connection, transaction, BrandSettings.Name, ct);
        var faults = brand.Faults().ToList();
        if (SavedSetting.Newer(form.Seen, saved?.ChangedAt)) faults.Add(new Fault(SavedSetting.Seen, SavedSetting.Changed));
        if (faults.Count > 0) return new RazorComponentResult<BrandPage>(new { Brand = brand, saved?.ChangedAt, Faults = faults }) { StatusCode = StatusCodes.Status400BadRequest };
        await brand.Save(connection, transaction, http.User.Actor(), clock.Now(), ct);
        await audit.Write(connection, transaction, http.User.AuditActor(), "brand.changed", "", null, ct);
        await transaction.CommitAsync(ct);
        Flash.Say(http, "Saved. The next message that is sent looks so.");
        return TypedResults.LocalRedirect("/settings/brand");
    }
}
