using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Access.Pages;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>A user's own page: who they are here, and another password.</summary>
public static class ChangePassword
{
    public sealed record Request
    {
        [StringLength(1000)] public string? Current { get; init; }

        [StringLength(1000)] public string? Password { get; init; }
    }

    public static async Task<IResult> Show(ClaimsPrincipal who, UserManager<User> users) =>
        await users.GetUserAsync(who) is { } user ? Page(user) : TypedResults.LocalRedirect("/sign-in");

    public static async Task<IResult> Handle(
        [FromForm] Request request, HttpContext context, UserManager<User> users, SignInManager<User> sessions, ConfirmPassword confirm, NpgsqlDataSource db, AuditLog audit, CancellationToken ct)
    {
        if (await users.GetUserAsync(context.User) is not { } user) return TypedResults.LocalRedirect("/sign-in");
        if (!await confirm.Right(user.Email!, request.Current ?? "", ct)) return Page(user, current: ConfirmPassword.Wrong);
        if (PasswordRules.Problem(request.Password ?? "", user.Email!, user.Name) is { } problem) return Page(user, problem: problem);
        await using (var connection = await db.OpenConnectionAsync(ct))
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            await ChoosePassword.Write(connection, transaction, user.Id, request.Password!, ct);
            await audit.Write(connection, transaction, "user:" + user.Id, "user.password_changed", "user:" + user.Id, null, ct);
            await transaction.CommitAsync(ct);
        }

        // Every session ends, this one goes on with a new cookie.
        await sessions.SignInAsync(await users.Users.AsNoTracking().SingleAsync(one => one.Id == user.Id, ct), isPersistent: false);
        Flash.Say(context, "Your password is changed.");
        return TypedResults.LocalRedirect("/settings/account");
    }

    private static RazorComponentResult<AccountPage> Page(User user, string? current = null, string? problem = null) =>
        new(new { Model = new AccountPage.Content(user.Email!, user.Name, user.Role, current, problem) })
        {
            StatusCode = current is null && problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };
}
