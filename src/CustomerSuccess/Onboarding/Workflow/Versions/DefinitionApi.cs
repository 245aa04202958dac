using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Versions;

/// <summary>The versions of the workflow's definition.</summary>
public static class DefinitionApi
{
    /// <summary>Definition: as in GET of a version. Note: why, for those who read the list of versions.</summary>
    public sealed record Draft([property: Required] JsonElement Definition, [property: StringLength(500)] string? Note);

    /// <summary>Version null: the draft. Customers: so many are on it.</summary>
    public sealed record Listed(int? Version, string Title, int Stages, int Tasks, string Note, DateTime? PublishedAt, string? PublishedBy, DateTime? ChangedAt, string ChangedBy, long Customers);

    /// <summary>Current: those who come now begin with it.</summary>
    public sealed record List(int Current, IReadOnlyList<Listed> Versions);

    /// <summary>Faults: what is wrong with it, by place; empty where it can be published. Changes: against the newest version.</summary>
    public sealed record Checked(bool Valid, IReadOnlyList<Fault> Faults, IReadOnlyList<DefinitionChange> Changes);

    public sealed record Published(int Version);

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1/workflow-definitions").WithTags("Onboarding");
        api.MapGet("", All).RequireAuthorization(Permissions.Viewer);
        api.MapGet("{version}", Get).RequireAuthorization(Permissions.Viewer);
        api.MapGet("{version}/changes", Changes).RequireAuthorization(Permissions.Viewer);
        api.MapPost("validation", Validate).RequireAuthorization(Permissions.Manager);
        api.MapPut("draft", Keep).RequireAuthorization(Permissions.Manager);
        api.MapDelete("draft", Discard).RequireAuthorization(Permissions.Manager);
        api.MapPost("draft/publication", Publish).RequireAuthorization(Permissions.Admin);
        api.MapPost("moves", MoveCustomers.Handle).RequireAuthorization(Permissions.Admin);
    }

    /// <summary>All versions of the onboarding workflow, the draft first, with how many customers are on each.</summary>
    public static async Task<Ok<List>> All(NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(await ReadAll(connection, ct));
    }

    public static async Task<List> ReadAll(NpgsqlConnection connection, CancellationToken ct)
    {
        var published = await StoredDefinition.Published(connection, null, ct);
        var draft = await StoredDefinition.Draft(connection, null, ct);
        var customers = (await connection.QueryAsync<(int, long)>(new CommandDefinition("select version, count(*) from workflow group by version", cancellationToken: ct))).ToDictionary();
        return new(published[0].Version!.Value, [.. (draft is null ? [] : new[] { draft }).Concat(published).Select(one =>
        {
            var read = one.Version is null ? ReadDefinition.From(one.Definition).Definition : ReadDefinition.Unchecked(one.Definition);
            return new Listed(one.Version, read?.Title ?? "", read?.Stages.Count ?? 0, read?.Tasks.Count ?? 0, one.Note, one.PublishedAt, one.PublishedBy, one.ChangedAt, one.ChangedBy, one.Version is { } version ? customers.GetValueOrDefault(version) : 0);
        })]);
    }

    /// <summary>One version (1 is the product's own) or the draft, as it was written.</summary>
    public static async Task<Results<ContentHttpResult, NotFound>> Get(string version, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await StoredDefinition.Find(connection, version, ct) is { } found ? TypedResults.Content(found.Definition, "application/json; charset=utf-8") : TypedResults.NotFound();
    }

    /// <summary>What a version, or the draft, changes against another (against: a number; without it the newest that was published).</summary>
    public static async Task<Results<Ok<Checked>, NotFound>> Changes(string version, string? against, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (await StoredDefinition.Find(connection, version, ct) is not { } found) return TypedResults.NotFound();
        var other = against is null ? (await StoredDefinition.Published(connection, null, ct))[0] : await StoredDefinition.Find(connection, against, ct);
        return other?.Version is null ? TypedResults.NotFound() : TypedResults.Ok(Check(found.Definition, ReadDefinition.Unchecked(other.Definition)));
    }

    /// <summary>What is wrong with a definition, and what it would change; nothing is kept.</summary>
    public static async Task<Ok<Checked>> Validate(JsonElement definition, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(Check(definition.GetRawText(), (await KnownDefinitions.Read(connection, null, ct)).Current));
    }

    /// <summary>Keep a draft in place of the one there was, also one that cannot be published yet; the answer says what is wrong with it.</summary>
    public static async Task<Results<Ok<Checked>, ValidationProblem>> Keep(Draft draft, ClaimsPrincipal who, ChangeDefinitions change, NpgsqlDataSource db, CancellationToken ct)
    {
        var text = Tidy(draft.Definition.GetRawText());
        if (text.Length > ReadDefinition.Longest) return EventAnswers.Invalid([new Fault("definition", "is longer than 200,000 characters")]);
        await change.Keep(text, draft.Note ?? "", ChangeDefinitions.Author.Of(who), ct);
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(Check(text, (await KnownDefinitions.Read(connection, null, ct)).Current));
    }

    /// <summary>Discard the draft.</summary>
    public static async Task<Results<NoContent, NotFound>> Discard(ClaimsPrincipal who, ChangeDefinitions change, CancellationToken ct) =>
        await change.Discard(ChangeDefinitions.Author.Of(who), ct) ? TypedResults.NoContent() : TypedResults.NotFound();

    /// <summary>Publish the draft as the newest version. Customers stay on theirs until they are moved; new ones begin with it. What is wrong with it is 400, no draft or one that changes nothing 409.</summary>
    public static async Task<Results<Ok<Published>, ValidationProblem, Conflict<ProblemDetails>>> Publish(ClaimsPrincipal who, ChangeDefinitions change, CancellationToken ct)
    {
        var outcome = await change.Publish(ChangeDefinitions.Author.Of(who), ct);
        return outcome.Version is { } version ? TypedResults.Ok(new Published(version)) : outcome.Why is { } why ? Conflicts.With(why) : EventAnswers.Invalid(outcome.Faults);
    }

    /// <summary>Against the definition that holds now. Pure.</summary>
    public static Checked Check(string text, WorkflowDefinition current)
    {
        var (definition, faults) = ReadDefinition.From(text);
        return new(definition is not null, faults, definition is null ? [] : CompareDefinitions.Of(current, definition));
    }

    // One that can be read is kept as it is compared.
    private static string Tidy(string text) => ReadDefinition.From(text).Definition is { } read ? ReadDefinition.Write(read) : text;
}
