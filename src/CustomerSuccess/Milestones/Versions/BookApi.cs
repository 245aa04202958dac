using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Milestones.Versions;

/// <summary>The versions of the milestones' definitions.</summary>
public static class BookApi
{
    /// <summary>Definition: as in GET of a version. Note: why, for those who read the list of versions.</summary>
    public sealed record MilestoneDraft([property: Required] JsonElement Definition, [property: StringLength(500)] string? Note);

    /// <summary>Version null: the draft.</summary>
    public sealed record ListedBook(int? Version, int Milestones, string Note, DateTime? PublishedAt, string? PublishedBy, DateTime? ChangedAt, string ChangedBy);

    /// <summary>Current: it holds for everybody.</summary>
    public sealed record ListOfBooks(int Current, IReadOnlyList<ListedBook> Versions);

    /// <summary>Faults: what is wrong with it, by place; empty where it can be published. Changes: against the version that holds.</summary>
    public sealed record CheckedBook(bool Valid, IReadOnlyList<Fault> Faults, IReadOnlyList<BookChange> Changes);

    public sealed record PublishedBook(int Version);

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/milestone-definitions").WithTags("Milestones");
        api.MapGet("", All).RequireAuthorization(Permissions.Viewer);
        api.MapGet("{version}", Get).RequireAuthorization(Permissions.Viewer);
        api.MapPost("validation", Validate).RequireAuthorization(Permissions.Manager);
        api.MapPut("draft", Keep).RequireAuthorization(Permissions.Manager);
        api.MapDelete("draft", Discard).RequireAuthorization(Permissions.Manager);
        api.MapPost("draft/publication", Publish).RequireAuthorization(Permissions.Admin);
    }

    /// <summary>All versions of the milestones, the draft first.</summary>
    public static async Task<Ok<ListOfBooks>> All(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(await ReadAll(connection, ct));
    }

    public static async Task<ListOfBooks> ReadAll(NpgsqlConnection connection, CancellationToken ct)
    {
        var published = await KnownBooks.Published(connection, ct);
        var draft = await KnownBooks.Draft(connection, null, ct);
        return new(published[0].Version!.Value, [.. (draft is null ? [] : new[] { draft }).Concat(published).Select(one => new ListedBook(one.Version,
            (one.Version is null ? KnownBooks.From(one.Definition).Book : StrictJson.Unchecked<MilestoneBook>(one.Definition))?.Milestones.Count ?? 0, one.Note, one.PublishedAt, one.PublishedBy, one.ChangedAt, one.ChangedBy))]);
    }

    /// <summary>One version (1 is the product's own) or the draft, as it was written.</summary>
    public static async Task<Results<ContentHttpResult, NotFound>> Get(string version, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await KnownBooks.Find(connection, version, ct) is { } found ? TypedResults.Content(found.Definition, "application/json; charset=utf-8") : TypedResults.NotFound();
    }

    /// <summary>What is wrong with definitions of milestones, and what they would change; nothing is kept.</summary>
    public static async Task<Ok<CheckedBook>> Validate(JsonElement definition, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(Check(definition.GetRawText(), await KnownBooks.Current(connection, null, ct)));
    }

    /// <summary>Keep a draft in place of the one there was, also one that cannot be published yet; the answer says what is wrong with it.</summary>
    public static async Task<Results<Ok<CheckedBook>, ValidationProblem>> Keep(MilestoneDraft draft, ClaimsPrincipal who, ChangeBook change, NpgsqlDataSource db, CancellationToken ct)
    {
        var text = draft.Definition.GetRawText();
        // One that can be read is kept as it is compared.
        if (KnownBooks.From(text).Book is { } read) text = StrictJson.Write(read);
        if (text.Length > StrictJson.Longest) return EventAnswers.Invalid([new Fault("definition", "is longer than 200,000 characters")]);
        await change.Keep(text, draft.Note ?? "", ChangeBook.Author.Of(who), ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(Check(text, await KnownBooks.Current(connection, null, ct)));
    }

    /// <summary>Discard the draft.</summary>
    public static async Task<Results<NoContent, NotFound>> Discard(ClaimsPrincipal who, ChangeBook change, CancellationToken ct) =>
        await change.Discard(ChangeBook.Author.Of(who), ct) ? TypedResults.NoContent() : TypedResults.NotFound();

    /// <summary>Publish the draft: it holds for everybody from now on. Who has reached what is new is found and not celebrated. What is wrong with it is 400, no draft or one that changes nothing 409.</summary>
    public static async Task<Results<Ok<PublishedBook>, ValidationProblem, Conflict<ProblemDetails>>> Publish(ClaimsPrincipal who, ChangeBook change, CancellationToken ct)
    {
        var outcome = await change.Publish(ChangeBook.Author.Of(who), ct);
        return outcome.Version is { } version ? TypedResults.Ok(new PublishedBook(version))
            : outcome.Why is { } why ? TypedResults.Conflict(new ProblemDetails { Title = "Not now", Detail = why, Status = StatusCodes.Status409Conflict }) : EventAnswers.Invalid(outcome.Faults);
    }

    /// <summary>Against the version that holds. Pure.</summary>
    public static CheckedBook Check(string text, MilestoneBook current)
    {
        var (book, faults) = KnownBooks.From(text);
        return new(book is not null, faults, book is null ? [] : CompareBooks.Of(current, book));
    }
}
