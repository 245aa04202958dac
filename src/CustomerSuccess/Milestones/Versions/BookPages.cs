using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Milestones.Pages;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Milestones.Versions;

/// <summary>Settings, Milestones: managers write the draft, admins publish it.</summary>
public static class BookPages
{
    public const string Home = "/settings/milestones";

    public sealed record MilestoneForm
    {
        [StringLength(2 * StrictJson.Longest)] public string? Definition { get; init; }

        [StringLength(500)] public string? Note { get; init; }
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(Home).ExcludeFromDescription();
        pages.MapGet("", Show).RequireAuthorization(Permissions.Manager);
        pages.MapPost("draft", Keep).RequireAuthorization(Permissions.Manager);
        pages.MapPost("draft/discard", Discard).RequireAuthorization(Permissions.Manager);
        pages.MapPost("draft/publication", Publish).RequireAuthorization(Permissions.Admin);
    }

    private static async Task<RazorComponentResult<BooksPage>> Show(HttpContext http, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var draft = await KnownBooks.Draft(connection, null, ct);
        var current = await KnownBooks.Current(connection, null, ct);
        return new(new
        {
            List = await BookApi.ReadAll(connection, ct),
            Current = current,
            Draft = draft,
            Text = draft?.Definition ?? StrictJson.Write(current),
            Checked = draft is null ? null : BookApi.Check(draft.Definition, current),
            MayPublish = http.User.IsInRole(Roles.Admin),
        });
    }

    private static async Task<IResult> Keep([FromForm] MilestoneForm form, HttpContext http, ChangeBook change, CancellationToken ct)
    {
        var faults = await change.Keep((form.Definition ?? "").ReplaceLineEndings("\n"), form.Note ?? "", ChangeBook.Author.Of(http.User), ct);
        Flash.Say(http, faults.Count == 0 ? "The draft is kept and can be published." : $"The draft is kept. {Platform.Kit.Words.Count(faults.Count, "thing")} must be put right before it can be published.");
        return TypedResults.LocalRedirect(Home + "#draft");
    }

    private static async Task<IResult> Discard(HttpContext http, ChangeBook change, CancellationToken ct)
    {
        Flash.Say(http, await change.Discard(ChangeBook.Author.Of(http.User), ct) ? "The draft is gone." : "There was no draft.");
        return TypedResults.LocalRedirect(Home);
    }

    private static async Task<IResult> Publish(HttpContext http, ChangeBook change, CancellationToken ct)
    {
        var outcome = await change.Publish(ChangeBook.Author.Of(http.User), ct);
        Flash.Say(http, outcome.Version is { } version ? $"Version {version} holds from now on. Who has reached what is new is being found, and not celebrated."
            : $"Nothing was published. {outcome.Why ?? $"{outcome.Faults[0].Field} {outcome.Faults[0].Message}."}");
        return TypedResults.LocalRedirect(outcome.Version is null ? Home + "#draft" : Home);
    }
}
