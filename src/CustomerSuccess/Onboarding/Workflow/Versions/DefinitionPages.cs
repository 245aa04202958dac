using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Versions.Pages;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Versions;

/// <summary>Settings, Workflow: managers write the draft; admins publish it and move customers, after a look at what that changes.</summary>
public static class DefinitionPages
{
    public const string Home = "/settings/workflow";

    public sealed record Form
    {
        [StringLength(2 * ReadDefinition.Longest)] public string? Definition { get; init; }

        [StringLength(500)] public string? Note { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Manager);
        pages.MapPost("draft", Keep).RequireAuthorization(Permissions.Manager);
        pages.MapPost("draft/discard", Discard).RequireAuthorization(Permissions.Manager);
        pages.MapPost("draft/publication", Publish).RequireAuthorization(Permissions.Admin);
        pages.MapGet("{version:int}", ShowVersion).RequireAuthorization(Permissions.Manager);
        pages.MapPost("{version:int}/move", Move).RequireAuthorization(Permissions.Admin);
    }

    private static async Task<RazorComponentResult<DefinitionsPage>> Show(HttpContext http, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var draft = await StoredDefinition.Draft(connection, null, ct);
        var current = (await KnownDefinitions.Read(connection, null, ct)).Current;
        return new(new
        {
            List = await DefinitionApi.ReadAll(connection, ct),
            Draft = draft,
            Text = draft?.Definition ?? ReadDefinition.Write(current),
            Checked = draft is null ? null : DefinitionApi.Check(draft.Definition, current),
            MayPublish = http.User.IsInRole(Roles.Admin),
        });
    }

    private static async Task<IResult> Keep([FromForm] Form form, HttpContext http, ChangeDefinitions change, CancellationToken ct)
    {
        var faults = await change.Keep((form.Definition ?? "").ReplaceLineEndings("\n"), form.Note ?? "", ChangeDefinitions.Author.Of(http.User), ct);
        Flash.Say(http, faults.Count == 0 ? "The draft is kept and can be published." : $"The draft is kept. {Platform.Kit.Words.Count(faults.Count, "thing")} must be put right before it can be published.");
        return TypedResults.LocalRedirect(Home + "#draft");
    }

    private static async Task<IResult> Discard(HttpContext http, ChangeDefinitions change, CancellationToken ct)
    {
        Flash.Say(http, await change.Discard(ChangeDefinitions.Author.Of(http.User), ct) ? "The draft is gone." : "There was no draft.");
        return TypedResults.LocalRedirect(Home);
    }

    private static async Task<IResult> Publish(HttpContext http, ChangeDefinitions change, CancellationToken ct)
    {
        var outcome = await change.Publish(ChangeDefinitions.Author.Of(http.User), ct);
        Flash.Say(http, outcome.Version is { } version ? $"Version {version} is published: customers who come now begin with it. Others stay on theirs until they are moved."
            : $"Nothing was published. {outcome.Why ?? $"{outcome.Faults[0].Field} {outcome.Faults[0].Message}."}");
        return TypedResults.LocalRedirect(outcome.Version is null ? Home + "#draft" : Home);
    }

    private static async Task<Results<RazorComponentResult<DefinitionPage>, NotFound>> ShowVersion(int version, int? to, HttpContext http, NpgsqlDataSource db, Deeds deeds, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var known = await KnownDefinitions.Read(connection, null, ct);
        if (!known.Versions.TryGetValue(version, out var definition)) return TypedResults.NotFound();
        MoveCustomers.Answer? preview = null;
        if (to is { } target && http.User.IsInRole(Roles.Admin))
        {
            await using var deed = await deeds.Begin(http.User, ct);
            preview = (await MoveCustomers.Run(deed, new(version, target, MoveCustomers.Most, Preview: true), ct)).Answer;
        }

        return new RazorComponentResult<DefinitionPage>(new
        {
            Definition = definition,
            Listed = (await DefinitionApi.ReadAll(connection, ct)).Versions.First(one => one.Version == version),
            Changes = known.Versions.TryGetValue(version - 1, out var before) ? CompareDefinitions.Of(before, definition) : [],
            Others = known.Versions.Keys.Where(other => other != version).OrderDescending().ToList(),
            To = to,
            Preview = preview,
            MayMove = http.User.IsInRole(Roles.Admin),
        });
    }

    private static async Task<IResult> Move(int version, [FromForm] int to, HttpContext http, Deeds deeds, CancellationToken ct)
    {
        await using var deed = await deeds.Begin(http.User, ct);
        var (answer, faults) = await MoveCustomers.Run(deed, new(version, to, MoveCustomers.Most), ct);
        if (answer is not null) await deed.Commit();
        Flash.Say(http, answer is null ? $"Nobody was moved: {faults[0].Field} {faults[0].Message}."
            : $"{Platform.Kit.Words.Count(answer.Count, "customer")} moved to version {to}{(answer.Left > 0 ? $"; {Platform.Kit.Words.Number(answer.Left)} are left, move again for the next" : "")}.");
        return TypedResults.LocalRedirect($"{Home}/{version}");
    }
}
