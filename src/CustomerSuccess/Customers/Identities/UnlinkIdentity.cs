using System.Security.Claims;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Takes a link back: the customer is as if it had never been.</summary>
public static class UnlinkIdentity
{
    public sealed record Form
    {
        public string? Identity { get; init; }

        public string? Back { get; init; }
    }

    /// <summary>Undo a link. Whoever led through it leads nowhere again; nothing links it again but a person.</summary>
    public static async Task<Results<NoContent, NotFound>> Handle(
        string identity, ClaimsPrincipal who, LinkDesk desk, CancellationToken ct) =>
        await Run(Plain(identity), who, desk, ct) ? TypedResults.NoContent() : TypedResults.NotFound();

    /// <summary>The pages' form, and the undo of a link just made.</summary>
    public static async Task<IResult> Submit([FromForm] Form? form, [FromQuery] string? identity, [FromQuery] string? back, HttpContext http, LinkDesk desk, CancellationToken ct)
    {
        var which = form?.Identity ?? identity ?? "";
        var undone = await Run(which, http.User, desk, ct);
        Flash.Say(http, undone ? $"{Identity.Id(which)} is linked to nobody any more." : "There is no such link any more.");
        return TypedResults.Redirect(LinkIdentity.LocalPath(form?.Back ?? back));
    }

    public static Task<bool> Run(string identity, ClaimsPrincipal who, LinkDesk desk, CancellationToken ct) =>
        desk.Links.Do(async (connection, transaction) =>
        {
            var standing = (await ReadLinkFacts.Standings(connection, transaction, [identity], ct)).GetValueOrDefault(identity);
            var by = new LinkedBy(who.Actor(), who.HasClaim(claim => claim.Type == Actors.KeyClaim) ? "api" : "ui", desk.Clock.Now());
            if (!await MakeLinks.Undo(connection, transaction, desk.Events, identity, by, ct)) return false;
            await LinkIdentity.Note(connection, transaction, desk.Audit, who, "identity.unlinked", identity, standing?.Customer, ct);
            return true;
        }, ct, undone => undone);

    // A slash inside an id stays written as %2F in a path.
    private static string Plain(string identity) => identity.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? identity.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) : identity;
}
