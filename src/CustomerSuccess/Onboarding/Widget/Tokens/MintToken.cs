using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Onboarding.Widget.Tokens;

/// <summary>Makes a token here, for servers that do not sign one themselves and for trying it out.</summary>
public sealed class MintToken(NpgsqlDataSource db, KnownWidget known, TimeProvider clock)
{
    /// <param name="CustomerId">Whose checklist it shows.</param>
    /// <param name="Person">Who looks at it, as your product calls them: stands in the timeline beside what they do. At most 200 characters.</param>
    /// <param name="Hours">How long it is good for, 1 to 24; 1 unless given.</param>
    public sealed record Request([property: Required, StringLength(300)] string CustomerId, [property: StringLength(200)] string? Person = null, [property: Range(1, WidgetTokens.MostHours)] int? Hours = null);

    /// <summary>The token for data-token, and until when it is good.</summary>
    public sealed record Made(string Token, DateTime ExpiresAt);

    public const string NoSecret = "The widget has no secret yet. Make one under Settings, Widget, or with ./cs widget secret.";

    /// <summary>Make a token with which a page shows a customer's checklist. Most servers sign their own, without a call (docs/guide/widget.md).</summary>
    public static async Task<Results<Ok<Made>, NotFound, ValidationProblem, Conflict<ProblemDetails>>> Handle(Request request, MintToken mint, CancellationToken ct)
    {
        if (request.Person?.Any(char.IsControl) == true) return EventAnswers.Invalid([new Fault("person", "must be a line without control characters")]);
        if (!await mint.Exists(request.CustomerId, ct)) return TypedResults.NotFound();
        return await mint.Run(request.CustomerId, request.Person ?? "", TimeSpan.FromHours(request.Hours ?? 1), preview: false, ct) is { } made ? TypedResults.Ok(made) : Conflicts.With(NoSecret);
    }

    /// <summary>Null where there is no secret yet.</summary>
    public async Task<Made?> Run(string customer, string person, TimeSpan life, bool preview, CancellationToken ct)
    {
        if (await known.Secret(ct) is not { } secret) return null;
        var expires = clock.Now() + life;
        return new(WidgetTokens.Make(new(customer, person, expires, preview), secret), expires);
    }

    /// <summary>Archived ones see no checklist.</summary>
    public async Task<bool> Exists(string customer, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from customers where customer_id = @customer and archived_at is null)", new { customer }, cancellationToken: ct));
    }
}
