using System.Security.Claims;
using CustomerSuccess.Access.Audit;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace CustomerSuccess.Access.Users;

/// <summary>Ends this session.</summary>
public static class SignOut
{
    public static async Task<RedirectHttpResult> Handle(ClaimsPrincipal who, SignInManager<User> sessions, AuditLog audit, NpgsqlDataSource db, CancellationToken ct)
    {
        await sessions.SignOutAsync();
        await audit.Write(db, who.AuditActor(), "sign_out", who.AuditActor(), null, ct);
        return TypedResults.LocalRedirect("/sign-in");
    }
}
