using Microsoft.AspNetCore.Identity;

namespace CustomerSuccess.Access.Users;

/// <summary>A member of staff who signs in.</summary>
public sealed class User : IdentityUser
{
    /// <summary>The address is the name one signs in with.</summary>
    public override string? UserName { get => Email; set { } }

    public string Name { get; set; } = "";

    /// <summary>One of <see cref="Roles.All"/>.</summary>
    public string Role { get; set; } = Roles.Viewer;

    public DateTime? DisabledAt { get; set; }
}
