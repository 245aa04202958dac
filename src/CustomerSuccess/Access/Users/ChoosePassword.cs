using System.ComponentModel.DataAnnotations;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Access.Pages;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>A user chooses a password by the link an admin made.</summary>
public static class ChoosePassword
{
    public const string Expired = "This link has been used or is older than a day. Ask an admin for a new one.";

    public sealed record Request
    {
        [StringLength(100)] public string? Token { get; init; }

        [StringLength(1000)] public string? Password { get; init; }
    }

    public static async Task<RazorComponentResult<PasswordPage>> Show(string? token, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var found = await OneTimeLink.Find(connection, OneTimeLink.SetPassword, token ?? "", clock.Now(), ct);
        return Page(new(token ?? "", found?.Email, found is null ? Expired : null));
    }

    public static async Task<IResult> Handle([FromForm] Request request, NpgsqlDataSource db, AuditLog audit, TimeProvider clock, CancellationToken ct)
    {
        var (token, password) = (request.Token ?? "", request.Password ?? "");
        await using var connection = await db.OpenConnectionAsync(ct);
        var found = await OneTimeLink.Find(connection, OneTimeLink.SetPassword, token, clock.Now(), ct);
        if (found is null) return Page(new(token, null, Expired));
        if (PasswordRules.Problem(password, found.Email!, found.Name!) is { } problem) return Page(new(token, found.Email, problem));
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await OneTimeLink.Use(connection, transaction, OneTimeLink.SetPassword, token, clock.Now(), ct)) return Page(new(token, null, Expired));
        await Write(connection, transaction, found.UserId!, password, ct);
        await audit.Write(connection, transaction, "user:" + found.UserId, "user.password_chosen", "user:" + found.UserId, null, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.LocalRedirect("/sign-in?chosen=true");
    }

    /// <summary>Stores a password that passed <see cref="PasswordRules"/>; all sessions of the user end.</summary>
    internal static Task Write(NpgsqlConnection connection, NpgsqlTransaction transaction, string userId, string password, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            "update users set password_hash = @hash, security_stamp = @stamp, concurrency_stamp = @stamp, access_failed_count = 0, lockout_end = null where id = @userId",
            new { userId, hash = Passwords.Hash(password), stamp = Passwords.Stamp() }, transaction, cancellationToken: ct));

    private static RazorComponentResult<PasswordPage> Page(PasswordPage.Content content) =>
        new(new { Model = content }) { StatusCode = content.Problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest };
}
