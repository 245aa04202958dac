using System.Security.Claims;
using CustomerSuccess.Access.Keys;
using Microsoft.AspNetCore.Authorization;

namespace CustomerSuccess.Access.Guard;

/// <summary>Asks for a permission; <see cref="MayHandler"/> decides.</summary>
public sealed record May(string Permission) : IAuthorizationRequirement;

/// <summary>Who may what. Roles include the ones below them; scope read reads, ingest sends, admin does everything.</summary>
public sealed class MayHandler : AuthorizationHandler<May>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, May requirement)
    {
        if (Allowed(context.User, requirement.Permission, (context.Resource as HttpContext))) context.Succeed(requirement);
        return Task.CompletedTask;
    }

    private static bool Allowed(ClaimsPrincipal who, string permission, HttpContext? request)
    {
        if (who.HasClaim(claim => claim.Type == Actors.KeyClaim))
        {
            if (permission != Permissions.Ingest && who.FindFirstValue(Actors.CustomerClaim) is { } customer && !OfCustomer.Own(request, customer)) return false;
            return permission switch
            {
                Permissions.Ingest => Has(who, Scopes.Ingest) || Has(who, Scopes.Admin),
                Permissions.Viewer => Has(who, Scopes.Read) || Has(who, Scopes.Admin),
                _ => Has(who, Scopes.Admin),
            };
        }

        return permission switch
        {
            Permissions.Viewer => who.IsInRole(Roles.Viewer) || who.IsInRole(Roles.Manager) || who.IsInRole(Roles.Admin),
            Permissions.Manager => who.IsInRole(Roles.Manager) || who.IsInRole(Roles.Admin),
            Permissions.Admin => who.IsInRole(Roles.Admin),
            _ => false,
        };
    }

    private static bool Has(ClaimsPrincipal who, string scope) => who.HasClaim(Actors.ScopeClaim, scope);
}
