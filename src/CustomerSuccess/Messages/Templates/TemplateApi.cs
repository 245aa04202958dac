using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Messages.Templates.Language;
using CustomerSuccess.Messages.Templates.Versions;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Messages.Templates;

/// <summary>What the product says in its mails.</summary>
public static class TemplateApi
{
    /// <summary>Began_with: the version you read; with it, a version somebody saved meanwhile is a conflict. Text may be empty: it is derived from the HTML.</summary>
    public sealed record Words(
        [property: Required, StringLength(TemplateText.LongestLine)] string Subject, [property: StringLength(TemplateText.LongestLine)] string? Preheader,
        [property: Required, StringLength(TemplateText.LongestHtml)] string Html, [property: StringLength(TemplateText.LongestText)] string? Text, int? BeganWith)
    {
        public TemplateText Of => new TemplateText(Subject, Preheader ?? "", Html, Text ?? "").Tidy();
    }

    /// <summary>Customer: an id, or null for a made-up one. Without a subject and HTML the template as it is now is shown.</summary>
    public sealed record Look([property: StringLength(300)] string? Customer, [property: StringLength(TemplateText.LongestLine)] string? Subject, [property: StringLength(TemplateText.LongestLine)] string? Preheader,
        [property: StringLength(TemplateText.LongestHtml)] string? Html, [property: StringLength(TemplateText.LongestText)] string? Text);

    /// <summary>Version 0: the product's own words, never changed here. Builtin: the product's own words, now.</summary>
    public sealed record Shown(string Kind, string Title, bool ToCustomer, string When, int Version, bool Builtin, string Subject, string Preheader, string Html, string Text, string Note, DateTime? ChangedAt, string ChangedBy);

    public sealed record Variable(string Name, string Type, string About);

    public sealed record Detail(Shown Template, IReadOnlyList<Variable> Variables);

    public sealed record Preview(string Subject, string Preheader, string Html, string Text, string About);

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/templates").WithTags("Messages");
        api.MapGet("", List).RequireAuthorization(Permissions.Manager);
        api.MapGet("{kind}", Get).RequireAuthorization(Permissions.Manager);
        api.MapPut("{kind}", Put).RequireAuthorization(Permissions.Admin);
        api.MapDelete("{kind}", Delete).RequireAuthorization(Permissions.Admin);
        api.MapGet("{kind}/versions", Versions).RequireAuthorization(Permissions.Manager);
        api.MapPost("{kind}/versions/{version:int}/restoration", Restore).RequireAuthorization(Permissions.Admin);
        api.MapPost("{kind}/preview", Show).RequireAuthorization(Permissions.Manager);
    }

    /// <summary>Every template as it is sent now.</summary>
    public static async Task<Ok<IReadOnlyList<Shown>>> List(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok<IReadOnlyList<Shown>>([.. (await TemplateVersion.All(connection, ct)).Select(Of)]);
    }

    /// <summary>One template as it is sent now, and every variable it may name.</summary>
    public static async Task<Results<Ok<Detail>, NotFound>> Get(string kind, NpgsqlDataSource db, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(new Detail(Of(await TemplateVersion.Current(connection, null, found, ct)),
            [.. found.Shape.All().Select(each => new Variable(each.Path, each.Shape.Kind.ToString().ToLowerInvariant(), each.Shape.About))]));
    }

    /// <summary>Save new words as a new version. What could not be sent is refused, with the line and the names that exist.</summary>
    public static async Task<Results<Ok<Shown>, NotFound, ValidationProblem, Conflict<Microsoft.AspNetCore.Mvc.ProblemDetails>>> Put(
        string kind, Words words, ClaimsPrincipal who, SaveTemplate save, NpgsqlDataSource db, CancellationToken ct) =>
        TemplateKind.Find(kind) is { } found ? await Saved(found, await save.Run(found, words.Of, words.BeganWith, "", new(who.Actor(), who.AuditActor()), ct), db, ct) : TypedResults.NotFound();

    /// <summary>Go back to the product's own words: a new version, older ones stay.</summary>
    public static async Task<Results<Ok<Shown>, NotFound, ValidationProblem, Conflict<Microsoft.AspNetCore.Mvc.ProblemDetails>>> Delete(string kind, ClaimsPrincipal who, SaveTemplate save, NpgsqlDataSource db, CancellationToken ct) =>
        TemplateKind.Find(kind) is { } found ? await Saved(found, await save.Run(found, null, null, "back to the default", new(who.Actor(), who.AuditActor()), ct), db, ct) : TypedResults.NotFound();

    /// <summary>All versions, newest first.</summary>
    public static async Task<Results<Ok<IReadOnlyList<Shown>>, NotFound>> Versions(string kind, NpgsqlDataSource db, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok<IReadOnlyList<Shown>>([.. (await TemplateVersion.Of(connection, found, ct)).Select(Of)]);
    }

    /// <summary>An older version becomes the newest.</summary>
    public static async Task<Results<Ok<Shown>, NotFound, ValidationProblem, Conflict<Microsoft.AspNetCore.Mvc.ProblemDetails>>> Restore(
        string kind, int version, ClaimsPrincipal who, SaveTemplate save, NpgsqlDataSource db, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        return await TemplateVersion.Find(connection, found, version, ct) is { Version: > 0 } old
            ? await Saved(found, await save.Run(found, old.Text, null, $"restored from version {version}", new(who.Actor(), who.AuditActor()), ct), db, ct) : TypedResults.NotFound();
    }

    /// <summary>The mail as it would be sent to a customer now; nothing is sent.</summary>
    public static async Task<Results<Ok<Preview>, NotFound, ValidationProblem>> Show(string kind, Look look, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (TemplateKind.Find(kind) is not { } found) return TypedResults.NotFound();
        await using var connection = await db.OpenConnectionAsync(ct);
        var brand = await BrandSettings.Read(connection, ct);
        var words = look.Html is null ? (await TemplateVersion.Current(connection, null, found, ct)).Text : new TemplateText(look.Subject ?? "", look.Preheader ?? "", look.Html, look.Text ?? "").Tidy();
        if (SaveTemplate.Faults(found, words) is { Count: > 0 } faults) return Invalid(faults);
        var letter = await LookAt.Letter(connection, found, look.Customer ?? "", brand, clock.Today(), ct);
        if (letter is null) return TypedResults.NotFound();
        try
        {
            var made = MakeMail.Run(words, letter.Facts, brand, letter.Frame);
            return TypedResults.Ok(new Preview(made.Subject, made.Preheader, made.Html, made.Text, letter.About));
        }
        catch (TemplateFailed error)
        {
            return Invalid([new TemplateFault("html", 0, error.Message)]);
        }
    }

    public static async Task<Results<Ok<Shown>, NotFound, ValidationProblem, Conflict<Microsoft.AspNetCore.Mvc.ProblemDetails>>> Saved(TemplateKind kind, SaveTemplate.Outcome outcome, NpgsqlDataSource db, CancellationToken ct)
    {
        if (outcome.Faults.Count > 0) return Invalid(outcome.Faults);
        if (outcome.Newer is { } newer) return TypedResults.Conflict(new Microsoft.AspNetCore.Mvc.ProblemDetails { Title = "There is a newer version", Detail = $"Version {newer} was saved meanwhile. Read it, and send began_with {newer} to replace it.", Status = 409 });
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(Of(await TemplateVersion.Current(connection, null, kind, ct)));
    }

    private static ValidationProblem Invalid(IReadOnlyList<TemplateFault> faults) => TypedResults.ValidationProblem(
        faults.GroupBy(fault => fault.Part).ToDictionary(part => part.Key, part => part.Select(fault => fault.Line > 0 ? $"line {fault.Line}: {fault.Message}" : fault.Message).ToArray(), StringComparer.Ordinal));

    private static Shown Of(TemplateVersion version)
    {
        var kind = TemplateKind.Find(version.Kind)!;
        return new(kind.Name, kind.Title, kind.ToCustomer, kind.When, version.Version, version.Builtin, version.Text.Subject, version.Text.Preheader, version.Text.Html, version.Text.Text, version.Note, version.CreatedAt, version.CreatedBy);
    }
}
