using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CustomerSuccess.Access.Users;

/// <summary>What a session's cookie says about its user. Name and role are read again every 30 seconds with the stamp.</summary>
public sealed class Sessions(UserManager<User> users, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<User>(users, options)
{
    protected override Task<ClaimsIdentity> GenerateClaimsAsync(User user)
    {
        var identity = new ClaimsIdentity(Schemes.Cookie, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new(ClaimTypes.NameIdentifier, user.Id));
        identity.AddClaim(new(ClaimTypes.Name, user.Name.Length > 0 ? user.Name : user.Email!));
        identity.AddClaim(new(ClaimTypes.Email, user.Email!));
        if (user.Name.Length > 0) identity.AddClaim(new(ClaimTypes.GivenName, user.Name.Split(' ')[0]));
        identity.AddClaim(new(ClaimTypes.Role, user.Role));
        identity.AddClaim(new(Options.ClaimsIdentity.SecurityStampClaimType, user.SecurityStamp ?? ""));
        return Task.FromResult(identity);
    }
}
