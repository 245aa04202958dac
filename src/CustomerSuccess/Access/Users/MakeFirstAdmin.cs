using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>The first admin of an installation, by the token that its first start printed. There is no default account.</summary>
public static class MakeFirstAdmin
{
    public const string Closed = "This link has been used, is older than a day, or there is an admin already. Start the product again for a new link, or sign in.";

    public sealed record Request
    {
        [StringLength(100)] public string? Token { get; init; }

        [StringLength(254)] public string? Email { get; init; }

        [StringLength(100)] public string? Name { get; init; }

        [StringLength(1000)] public string? Password { get; init; }
    }

    public static async Task<RazorComponentResult<FirstAdminPage>> Show(string? token, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var open = await OneTimeLink.Find(connection, OneTimeLink.FirstAdmin, token ?? "", clock.Now(), ct) is not null && !await FirstUser.Any(connection, null, ct);
        return Page(new(token ?? "", "", "", open, open ? null : Closed));
    }

    public static async Task<IResult> Handle([FromForm] Request request, NpgsqlDataSource db, AddUser add, TimeProvider clock, CancellationToken ct)
    {
        var (token, email, name) = (request.Token ?? "", request.Email ?? "", request.Name ?? "");
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var open = await OneTimeLink.Use(connection, transaction, OneTimeLink.FirstAdmin, token, clock.Now(), ct) && await FirstUser.Alone(connection, transaction, ct);
        if (!open) return Page(new(token, "", "", false, Closed));
        var added = await add.Run(connection, transaction, new(email, name, Roles.Admin, request.Password ?? ""), "anonymous", ct);
        if (added.Problem is not null) return Page(new(token, email, name, true, added.Problem));
        await transaction.CommitAsync(ct);
        return TypedResults.LocalRedirect("/sign-in?chosen=true");
    }

    private static RazorComponentResult<FirstAdminPage> Page(FirstAdminPage.Content content) =>
        new(new { Model = content }) { StatusCode = content.Problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
}
