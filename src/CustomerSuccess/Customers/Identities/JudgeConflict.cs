using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Says what becomes of a contradiction: the link stays, it moves, or the hint is worth nothing.</summary>
public static class JudgeConflict
{
    /// <param name="Identity">Of the conflict.</param>
    /// <param name="Target">What speaks against the link that stands.</param>
    /// <param name="Decision">kept: the link is right. moved: link to the target instead. ignored: leave it as it is and do not ask again.</param>
    public sealed record Request([property: Required, StringLength(256)] string? Identity, [property: Required, StringLength(256)] string? Target, [property: Required, RegularExpression("kept|moved|ignored")] string? Decision);

    public sealed record Form
    {
        public string? Identity { get; init; }

        public string? Target { get; init; }

        public string? Decision { get; init; }
    }

    /// <summary>Judge a conflict.</summary>
    public static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Handle(
        Request request, ClaimsPrincipal who, LinkDesk desk, CancellationToken ct) =>
        await Run(request, who, desk, ct) switch
        {
            null => TypedResults.NotFound(),
            "" => TypedResults.NoContent(),
            var wrong => TypedResults.Problem(wrong, statusCode: StatusCodes.Status409Conflict, title: "Not moved"),
        };

    /// <summary>The page's form.</summary>
    public static async Task<IResult> Submit([FromForm] Form? form, HttpContext http, LinkDesk desk, CancellationToken ct)
    {
        var request = new Request(form?.Identity, form?.Target, form?.Decision);
        var said = await Run(request, http.User, desk, ct) switch
        {
            null => "That conflict is settled already.",
            "" when request.Decision == "moved" => $"{Identity.Id(request.Identity!)} belongs to {Identity.Id(request.Target!)} now.",
            "" => "Noted; it is not asked again.",
            var wrong => wrong,
        };
        Flash.Say(http, said);
        return TypedResults.Redirect("/identities?status=conflict");
    }

    private static async Task<string?> Run(Request request, ClaimsPrincipal who, LinkDesk desk, CancellationToken ct)
    {
        if (request is not { Identity: { } identity, Target: { } target, Decision: "kept" or "moved" or "ignored" }) return null;
        // Moved first: where that cannot be done, the conflict stays open.
        if (request.Decision == "moved"
            && await LinkIdentity.Run(new LinkIdentity.Request(identity, target, Move: true), who, desk, ct) is { Linked: null } refused)
            return $"Not moved: {refused.Fault?.Message ?? "it changed meanwhile"}.";
        return await desk.Links.Do(async (connection, transaction) =>
        {
            var closed = await connection.ExecuteAsync(new CommandDefinition(
                "update identity_conflicts set decision = @Decision, decided_by = @by, decided_at = @at where identity = @identity and target = @target and decision is null",
                new { request.Decision, by = who.Actor(), at = desk.Clock.Now(), identity, target }, transaction, cancellationToken: ct));
            if (closed > 0) await LinkIdentity.Note(connection, transaction, desk.Audit, who, "identity." + request.Decision, identity, null, ct);
            return closed > 0 ? "" : null;
        }, ct);
    }
}
