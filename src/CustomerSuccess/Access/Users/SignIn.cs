using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CustomerSuccess.Access.Audit;
using CustomerSuccess.Access.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Signs a person in with address and password.</summary>
public static class SignIn
{
    /// <summary>No refusal is answered sooner.</summary>
    private static readonly TimeSpan Slowest = TimeSpan.FromMilliseconds(600);

    /// <summary>One answer for every refusal: who asks does not learn whether there is such a user, or whether it is locked or disabled.</summary>
    public const string Refused = "That address and password do not fit, or the account rests after five wrong tries. It opens again 15 minutes after the last.";

    public sealed record Request
    {
        [StringLength(254)] public string? Email { get; init; }

        [StringLength(1000)] public string? Password { get; init; }

        [StringLength(2000)] public string? ReturnUrl { get; init; }
    }

    public static async Task<IResult> Show(ClaimsPrincipal who, string? returnUrl, bool? chosen, NpgsqlDataSource db, CancellationToken ct)
    {
        if (who.Identity?.IsAuthenticated == true) return TypedResults.LocalRedirect(LocalAddress.Or(returnUrl, "/"));
        await using var connection = await db.OpenConnectionAsync(ct);
        return Page(new(null, returnUrl, null, chosen == true, Nobody: !await FirstUser.Any(connection, null, ct)));
    }

    public static async Task<IResult> Handle(
        [FromForm] Request request, HttpContext context, NpgsqlDataSource db, UserManager<User> users, SignInManager<User> sessions,
        AuditLog audit, FailedTries failures, TimeProvider clock, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var email = (request.Email ?? "").Trim();
        var account = await Tries.Reserve(db, email, clock.Now(), ct);
        if (!await Passwords.Right(account is { Open: true } ? account.PasswordHash : null, request.Password ?? "", ct))
        {
            if (failures.WorthWriting(account?.Id, email))
                await audit.Write(db, "anonymous", "sign_in.failed", account is null ? "" : "user:" + account.Id, new { locked = account is { Open: false } }, ct);
            // Counting a known user's try writes a row, an unknown one's does not; waiting to the same moment hides it.
            if (clock.GetElapsedTime(started) is var spent && spent < Slowest) await Task.Delay(Slowest - spent, clock, ct);
            var page = Page(new(email, request.ReturnUrl, Refused));
            page.StatusCode = StatusCodes.Status400BadRequest;
            return page;
        }

        await Tries.Forget(db, account!.Id, signedInAt: clock.Now(), ct);
        var user = await users.FindByIdAsync(account.Id) ?? throw new InvalidOperationException("The user was removed just now.");
        await sessions.SignInAsync(user, isPersistent: false);
        await audit.Write(db, "user:" + account.Id, "sign_in.succeeded", "user:" + account.Id, null, ct);
        return TypedResults.LocalRedirect(LocalAddress.Or(request.ReturnUrl, "/"));
    }

    private static RazorComponentResult<SignInPage> Page(SignInPage.Content content) => new(new { Model = content });
}
