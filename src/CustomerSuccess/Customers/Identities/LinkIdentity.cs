using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Shell;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Links a visitor, person or group to a customer or another identity, because somebody knows.</summary>
public static class LinkIdentity
{
    /// <param name="Identity">~v:, ~p: or ~g: and the id of the other tool.</param>
    /// <param name="Target">A customer's id, or an identity: a visitor leads to a person or group, a person to a group or another name of it.</param>
    /// <param name="Move">Whether a link that stands is taken back first.</param>
    public sealed record Request([property: Required, StringLength(256)] string? Identity, [property: Required, StringLength(256)] string? Target, bool Move = false);

    public sealed record Form
    {
        public string? Identity { get; init; }

        public string? Target { get; init; }

        public bool Move { get; init; }

        public string? Back { get; init; }
    }

    public sealed record Answer(string Identity, string Target, string? CustomerId);

    /// <summary>What came of it: a link, what it clashes with, or what is wrong.</summary>
    public sealed record Outcome(Answer? Linked = null, string? Taken = null, Fault? Fault = null);

    /// <summary>Link an identity: all it did counts for the customer, also what it did before. 409 where it is linked already; `move` takes that back.</summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem, ProblemHttpResult>> Handle(
        Request request, ClaimsPrincipal who, LinkDesk desk, CancellationToken ct) =>
        await Run(request, who, desk, ct) switch
        {
            { Linked: { } linked } => TypedResults.Ok(linked),
            { Taken: { } taken } => TypedResults.Problem($"It is linked to {taken} already; undo that first, or send move.", statusCode: StatusCodes.Status409Conflict, title: "Linked already",
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["target"] = taken }),
            var wrong => EventAnswers.Invalid([wrong.Fault!]),
        };

    /// <summary>The pages' form.</summary>
    public static async Task<IResult> Submit([FromForm] Form? form, HttpContext http, LinkDesk desk, CancellationToken ct)
    {
        form ??= new Form();
        var outcome = await Run(new Request(form.Identity, form.Target, form.Move), http.User, desk, ct);
        if (outcome.Linked is { } made)
            Flash.Say(http, $"{Identity.Id(made.Identity)} is linked to {made.CustomerId ?? Identity.Id(made.Target)}.", $"/identities/undo?identity={Uri.EscapeDataString(made.Identity)}&back={Uri.EscapeDataString(LocalPath(form.Back))}");
        else Flash.Say(http, outcome.Taken is { } taken ? $"Nothing was linked: it belongs to {Identity.Id(taken)} already." : $"Nothing was linked: {outcome.Fault!.Field} {outcome.Fault.Message}.");
        return TypedResults.Redirect(LocalPath(form.Back));
    }

    public static Task<Outcome> Run(Request request, ClaimsPrincipal who, LinkDesk desk, CancellationToken ct)
    {
        var (identity, target) = (request.Identity?.Trim() ?? "", request.Target?.Trim() ?? "");
        if (!Identity.IsLinkable(identity)) return Task.FromResult(new Outcome(Fault: new Fault("identity", "must be ~v:, ~p: or ~g: and an id")));
        if (target.Length == 0 || !Identity.MayLead(identity, target)) return Task.FromResult(new Outcome(Fault: new Fault("target", "must be a customer, or something a " + Identity.Word(Identity.Kind(identity)) + " can belong to")));
        var by = new LinkedBy(who.Actor(), who.HasClaim(claim => claim.Type == Actors.KeyClaim) ? "api" : "ui", desk.Clock.Now());
        return desk.Links.Do(async (connection, transaction) =>
        {
            if (Identity.Kind(target) == IdentityKind.Customer && !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "select exists (select 1 from customers where customer_id = @target)", new { target }, transaction, cancellationToken: ct)))
                return new Outcome(Fault: new Fault("target", $"'{target}' is no customer"));
            var standing = await ReadLinkFacts.Standings(connection, transaction, [identity, target], ct);
            if (Chains.Reaches(target, identity, standing.GetValueOrDefault)) return new Outcome(Fault: new Fault("target", "leads to the identity itself"));
            if (standing.GetValueOrDefault(identity)?.To is { } linked)
            {
                if (linked == target) return new Outcome(new Answer(identity, target, standing[identity].Customer));
                if (!request.Move) return new Outcome(Taken: linked);
                await MakeLinks.Undo(connection, transaction, desk.Events, identity, by, ct);
            }

            var moved = await MakeLinks.Run(connection, transaction, desk.Events, [new Link(identity, target, LinkRules.Staff, Evidence.None)], by, ct);
            await Note(connection, transaction, desk.Audit, who, "identity.linked", identity, moved.GetValueOrDefault(identity), ct);
            return new Outcome(new Answer(identity, target, moved.GetValueOrDefault(identity)));
        }, ct, outcome => outcome.Linked is not null);
    }

    /// <summary>Audit rows hold no addresses, and an id may be one: what it was is found by its hash.</summary>
    public static Task Note(NpgsqlConnection connection, NpgsqlTransaction transaction, AuditLog audit, ClaimsPrincipal who, string action, string identity, string? customer, CancellationToken ct) =>
        audit.Write(connection, transaction, who.AuditActor(), action, customer is null || customer.Contains('@') ? "" : "customer:" + customer,
            new { kind = Identity.Word(Identity.Kind(identity)), sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..16] }, ct);

    /// <summary>Where a form leads back to; never away from here.</summary>
    public static string LocalPath(string? back) => back is ['/', not ('/' or '\\'), ..] && !back.Any(char.IsControl) ? back : "/identities";
}
