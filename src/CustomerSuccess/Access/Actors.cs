using System.Security.Claims;

namespace CustomerSuccess.Access;

/// <summary>Who does something, as events and audit rows name them.</summary>
public static class Actors
{
    /// <summary>The claim that carries an API key's public id.</summary>
    public const string KeyClaim = "cs:key";

    /// <summary>The claims that carry an API key's scopes.</summary>
    public const string ScopeClaim = "cs:scope";

    /// <summary>The claim that binds a key to one customer.</summary>
    public const string CustomerClaim = "cs:customer";

    /// <summary>Begins the name of a key that is bound to one customer: it speaks for that one alone, so nothing is linked on its word.</summary>
    public const string CustomerKey = "customer-key:";

    /// <summary>user:EMAIL, key:ID or customer-key:ID, for events and pages.</summary>
    public static string Actor(this ClaimsPrincipal principal) =>
        principal.FindFirstValue(KeyClaim) is { } key ? (principal.HasClaim(claim => claim.Type == CustomerClaim) ? CustomerKey : "key:") + key : "user:" + (principal.FindFirstValue(ClaimTypes.Email) ?? principal.Identity?.Name ?? "unknown");

    /// <summary>user:ID or key:ID, for the audit log, which holds no addresses.</summary>
    public static string AuditActor(this ClaimsPrincipal principal) =>
        principal.FindFirstValue(KeyClaim) is { } key ? "key:" + key
        : principal.FindFirstValue(ClaimTypes.NameIdentifier) is { } user ? "user:" + user : "anonymous";
}
