using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Language;
using CustomerSuccess.Messages.Templates.Pages;
using CustomerSuccess.Messages.Templates.Testing;
using CustomerSuccess.Messages.Templates.Versions;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Messages.Templates;

/// <summary>Settings, Templates: managers look, try and send themselves a test; admins write.</summary>
public static class TemplatePages
{
    public const string Home = "/settings/templates";

    public sealed record Words
    {
        [StringLength(1000)] public string? Subject { get; init; }

        [StringLength(1000)] public string? Preheader { get; init; }

        [StringLength(2 * TemplateText.LongestHtml)] public string? Html { get; init; }

        [StringLength(2 * TemplateText.LongestText)] public string? Text { get; init; }

        [DataMember(Name = "began_with")] public int BeganWith { get; init; }

        /// <summary>How to look at it.</summary>
        [StringLength(300)] public string? Customer { get; init; }

        [StringLength(3)] public string? Width { get; init; }

        [StringLength(5)] public string? Scheme { get; init; }

        public TemplateText Of => new TemplateText(Subject ?? "", Preheader ?? "", Html ?? "", Text ?? "").Tidy();

        public Look Look => TemplatePages.Look.Of(new(Customer, Width, Scheme));
    }

    /// <summary>Whose letter, on which screen, in which light.</summary>
    public sealed record Look(string Customer, string Width, string Scheme)
    {
        public static Look Of(Asked asked) => new((asked.Customer ?? "").Trim(), asked.Width == "700" ? "700" : "360", asked.Scheme == "dark" ? "dark" : "light");

        public string Query => $"customer={Uri.EscapeDataString(Customer)}&width={Width}&scheme={Scheme}";
    }

    /// <summary>The same as an address asks for it.</summary>
    public sealed record Asked(string? Customer, string? Width, string? Scheme);

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapGet("", List).RequireAuthorization(Permissions.Manager);
        pages.MapGet("{kind}", Show).RequireAuthorization(Permissions.Manager);
        pages.MapPost("{kind}", Save).RequireAuthorization(Permissions.Admin);
        pages.MapPost("{kind}/draft", Draft).RequireAuthorization(Permissions.Admin);
        pages.MapPost("{kind}/draft/discard", Discard).RequireAuthorization(Permissions.Admin);
        pages.MapGet("{kind}/look", Preview).RequireAuthorization(Permissions.Manager);
        pages.MapGet("{kind}/mail", Mail).RequireAuthorization(Permissions.Manager);
        pages.MapPost("{kind}/test", Test).RequireAuthorization(Permissions.Manager);
        pages.MapPost("{kind}/default", Default).RequireAuthorization(Permissions.Admin);
        pages.MapGet("{kind}/versions/{version:int}", ShowVersion).RequireAuthorization(Permissions.Manager);
        pages.MapPost("{kind}/versions/{version:int}/restoration", Restore).RequireAuthorization(Permissions.Admin);
    }

    private static async Task<RazorComponentResult<TemplatesPage>> List(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return new(new { Templates = await TemplateVersion.All(connection, ct) });
    }

    private static async Task<Results<RazorComponentResult<TemplatePage>, NotFound>> Show(
        string kind, [AsParameters] Asked asked, HttpContext http, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct) =>
        TemplateKind.Find(kind) is { } found ? await Page(found, Look.Of(asked), http, db, clock, [], ct) : TypedResults.NotFound();

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<TemplatePage>, NotFound>> Save(
        string kind, [FromForm] Words form, HttpContext http, SaveTemplate save, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        var outcome = await save.Run(found, form.Of, form.BeganWith, "", Author(http.User), ct);
        if (outcome is { Faults.Count: 0, Newer: null })
        {
            Flash.Say(http, $"{found.Title}: version {outcome.Version} is what is sent from now on.");
            return TypedResults.LocalRedirect($"{Home}/{kind}?{form.Look.Query}");
        }

        await using (var connection = await db.OpenConnectionAsync(ct))
        {
            // Nothing typed is lost; saved once more, it replaces the newer one knowingly.
            await TemplateDraft.Keep(connection, found, http.User.Actor(), form.Of, outcome.Newer ?? form.BeganWith, clock.Now(), ct);
        }

        IReadOnlyList<TemplateFault> faults = outcome.Newer is { } newer ? [new("subject", 0, $"Version {newer} was saved while you wrote. Compare with it below; saving again replaces it.")] : outcome.Faults;
        var page = await Page(found, form.Look, http, db, clock, faults, ct);
        page.StatusCode = outcome.Newer is null ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict;
        return page;
    }

    private static async Task<Results<RazorComponentResult<TemplateLook>, RedirectHttpResult, NotFound>> Draft(
        string kind, [FromForm] Words form, HttpContext http, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        await TemplateDraft.Keep(connection, found, http.User.Actor(), form.Of, form.BeganWith, clock.Now(), ct);
        return http.Request.Headers.ContainsKey("HX-Request") ? new RazorComponentResult<TemplateLook>(new { Model = await LookModel(connection, found, form.Look, form.Of, clock, ct) })
            : TypedResults.LocalRedirect($"{Home}/{kind}?{form.Look.Query}");
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Discard(string kind, HttpContext http, NpgsqlDataSource db, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        await TemplateDraft.Discard(connection, null, found, http.User.Actor(), ct);
        Flash.Say(http, "The draft is gone; here is what is sent now.");
        return TypedResults.LocalRedirect($"{Home}/{kind}");
    }

    private static async Task<Results<RazorComponentResult<TemplateLook>, NotFound>> Preview(
        string kind, [AsParameters] Asked asked, HttpContext http, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        var words = (await TemplateDraft.Find(connection, found, http.User.Actor(), ct))?.Words ?? (await TemplateVersion.Current(connection, null, found, ct)).Text;
        return new RazorComponentResult<TemplateLook>(new { Model = await LookModel(connection, found, Look.Of(asked), words, clock, ct) });
    }

    // The document inside the frame: no script, nothing but its own styles and pictures, and shown by our own pages only.
    private static async Task<Results<ContentHttpResult, NotFound>> Mail(
        string kind, [AsParameters] Asked look, int? version, HttpContext http, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        var words = version is { } number ? (await TemplateVersion.Find(connection, found, number, ct))?.Text
            : (await TemplateDraft.Find(connection, found, http.User.Actor(), ct))?.Words ?? (await TemplateVersion.Current(connection, null, found, ct)).Text;
        if (words is null) return TypedResults.NotFound();
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";
        http.Response.Headers.XFrameOptions = "SAMEORIGIN";
        var model = await LookModel(connection, found, Look.Of(look), words, clock, ct);
        return TypedResults.Content(model.Made?.Html ?? "<!DOCTYPE html><title>Nothing to show</title>", "text/html; charset=utf-8");
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Test(string kind, [FromForm] Words form, HttpContext http, NpgsqlDataSource db, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        var email = http.User.FindFirstValue(ClaimTypes.Email) ?? "";
        await using var connection = await db.OpenConnectionAsync(ct);
        var customer = form.Look.Customer.Length == 0 ? "" : await LookAt.Find(connection, form.Look.Customer, ct);
        var words = (await TemplateDraft.Find(connection, found, http.User.Actor(), ct))?.Words;
        if (customer is null) Flash.Say(http, "There is no such customer: choose one in the preview first.");
        else if (email.Length == 0) Flash.Say(http, "A test goes to your own address, and you have none.");
        else if (words is not null && SaveTemplate.Faults(found, words) is [var fault, ..]) Flash.Say(http, $"Not sent: {fault.Message}");
        else
        {
            await new TestMail(customer, words).Queue(connection, found, email, http.User.FindFirstValue(ClaimTypes.Name) ?? "", ct);
            Flash.Say(http, $"A test is on its way to {email}.");
        }

        return TypedResults.LocalRedirect($"{Home}/{kind}?{form.Look.Query}");
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Default(string kind, HttpContext http, SaveTemplate save, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        var outcome = await save.Run(found, null, null, "back to the default", Author(http.User), ct);
        Flash.Say(http, outcome.Version == 0 ? "It is the default already." : $"{found.Title} speaks as the product does by itself again. What was there is in the versions.");
        return TypedResults.LocalRedirect($"{Home}/{kind}");
    }

    private static async Task<Results<RazorComponentResult<VersionPage>, NotFound>> ShowVersion(string kind, int version, int? against, HttpContext http, NpgsqlDataSource db, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        var current = await TemplateVersion.Current(connection, null, found, ct);
        if (await TemplateVersion.Find(connection, found, version, ct) is not { } shown || await TemplateVersion.Find(connection, found, against ?? Math.Max(0, version - 1), ct) is not { } before) return TypedResults.NotFound();
        return new RazorComponentResult<VersionPage>(new { Kind = found, Shown = shown, Before = before, Current = current.Version, MayWrite = http.User.IsInRole(Roles.Admin) });
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> Restore(string kind, int version, HttpContext http, SaveTemplate save, NpgsqlDataSource db, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        if (await TemplateVersion.Find(connection, found, version, ct) is not { Version: > 0 } old) return TypedResults.NotFound();
        var outcome = await save.Run(found, old.Text, null, $"restored from version {version}", Author(http.User), ct);
        Flash.Say(http, outcome.Faults is [var fault, ..] ? $"Version {version} cannot be sent any more: {fault.Message}" : $"Version {version} is back, as version {outcome.Version}.");
        return TypedResults.LocalRedirect($"{Home}/{kind}");
    }

    private static async Task<RazorComponentResult<TemplatePage>> Page(TemplateKind kind, Look look, HttpContext http, NpgsqlDataSource db, TimeProvider clock, IReadOnlyList<TemplateFault> faults, CancellationToken ct)
    {
        http.Response.Headers.ContentSecurityPolicy = SecurityHeaders.Policy + "; frame-src 'self'";
        await using var connection = await db.OpenConnectionAsync(ct);
        var writes = http.User.IsInRole(Roles.Admin);
        var current = await TemplateVersion.Current(connection, null, kind, ct);
        var draft = writes ? await TemplateDraft.Find(connection, kind, http.User.Actor(), ct) : null;
        return new(new
        {
            Kind = kind,
            Current = current,
            Draft = draft is not null && draft.Words != current.Text ? draft : null,
            Versions = await TemplateVersion.Of(connection, kind, ct),
            Accounts = await LookAt.Some(connection, ct),
            Faults = faults,
            MayWrite = writes,
            Look = await LookModel(connection, kind, look, draft?.Words ?? current.Text, clock, ct),
        });
    }

    private static async Task<TemplateLook.View> LookModel(NpgsqlConnection connection, TemplateKind kind, Look look, TemplateText words, TimeProvider clock, CancellationToken ct)
    {
        var brand = await BrandSettings.Read(connection, ct);
        var faults = SaveTemplate.Faults(kind, words);
        var letter = await LookAt.Letter(connection, kind, look.Customer, brand, clock.Today(), ct);
        if (letter is null || faults.Count > 0) return new(kind, look, faults, null, letter?.About);
        try
        {
            return new(kind, look, [], MakeMail.Run(words, letter.Facts, brand, letter.Frame, look.Scheme), letter.About);
        }
        catch (TemplateFailed error)
        {
            return new(kind, look, [new("html", 0, error.Message)], null, letter.About);
        }
    }

    private static SaveTemplate.Author Author(ClaimsPrincipal who) => new(who.Actor(), who.AuditActor());
}
