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
using Npgsql;

namespace CustomerSuccess.Customers.Identities;

/// <summary>Ids of this installation that name nobody: a placeholder of its own program, a shared account.</summary>
public static class BlockId
{
    public sealed record Request([property: Required, StringLength(256, MinimumLength = 1)] string? Id);

    public sealed record Form
    {
        public string? Id { get; init; }
    }

    /// <summary>Never link this id from now on, whatever its kind and case. Links that stand stay; undo them one by one.</summary>
    public static async Task<Results<NoContent, ValidationProblem>> Handle(Request request, ClaimsPrincipal who, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, CancellationToken ct) =>
        await Run(request.Id, add: true, who, db, audit, clock, ct) ? TypedResults.NoContent() : EventAnswers.Invalid([new Fault("id", "must not be empty")]);

    /// <summary>Allow it again, for good: it is not stopped by itself any more, however much it gathers. Built-in ids stay blocked.</summary>
    public static async Task<Results<NoContent, NotFound>> Undo(string id, ClaimsPrincipal who, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, CancellationToken ct) =>
        await Run(id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), add: false, who, db, audit, clock, ct) ? TypedResults.NoContent() : TypedResults.NotFound();

    public static async Task<IResult> Submit([FromForm] Form? form, HttpContext http, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, CancellationToken ct)
    {
        Flash.Say(http, await Run(form?.Id, add: true, http.User, db, audit, clock, ct) ? $"'{form!.Id!.Trim()}' is linked to nobody from now on." : "Nothing was blocked: name an id.");
        return TypedResults.Redirect("/identities?status=blocked");
    }

    public static async Task<IResult> SubmitUndo([FromForm] Form? form, HttpContext http, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, CancellationToken ct)
    {
        // It may be blocked as this one identity, or by its bare id with all others of that name.
        var allowed = await Run(form?.Id, add: false, http.User, db, audit, clock, ct)
            || Identity.IsLinkable(form?.Id) && await Run(Identity.Id(form!.Id!), add: false, http.User, db, audit, clock, ct);
        Flash.Say(http, allowed ? "It may be linked again." : "It was not blocked here.");
        return TypedResults.Redirect("/identities?status=blocked");
    }

    private const string Block =
        """
        insert into blocked_ids as b (id, reason, added_by, added_at) values (@plain, 'blocked by hand', @by, @at)
        on conflict (id) do update set reason = excluded.reason, added_by = excluded.added_by, added_at = excluded.added_at, allowed_by = null, allowed_at = null
        where b.allowed_at is not null
        """;

    // The row stays: without it, what gathers too much would be blocked again at once.
    private const string Allow = "update blocked_ids set allowed_by = @by, allowed_at = @at where id = @plain and allowed_at is null";

    private static async Task<bool> Run(string? id, bool add, ClaimsPrincipal who, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, CancellationToken ct)
    {
        var plain = id?.Trim() ?? "";
        if (plain.Length is 0 or > 256) return false;
        // A whole identity (~p:kiosk) stays as it is; a bare id means every kind and case.
        if (!Identity.IsLinkable(plain)) plain = plain.ToLowerInvariant();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var changed = await connection.ExecuteAsync(new CommandDefinition(add ? Block : Allow, new { plain, by = who.Actor(), at = clock.Now() }, transaction, cancellationToken: ct));
        // Whoever waited under it is looked at again.
        if (!add && changed > 0)
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into unresolved (identities) select @names::text[] || array(select a from pairs where b = any(@names) and left(a, 3) = '~v:' order by a limit 10000)",
                new { names = Identity.IsLinkable(plain) ? [plain] : new[] { "~p:" + plain, "~g:" + plain } }, transaction, cancellationToken: ct));
        if (changed > 0) await LinkIdentity.Note(connection, transaction, audit, who, add ? "identity.blocked" : "identity.allowed", Identity.IsLinkable(plain) ? plain : "~p:" + plain, null, ct);
        await transaction.CommitAsync(ct);
        return add || changed > 0;
    }
}
