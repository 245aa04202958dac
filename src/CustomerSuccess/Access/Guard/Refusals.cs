using System.Security.Claims;
using CustomerSuccess.Access.Keys;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace CustomerSuccess.Access.Guard;

/// <summary>
/// How a route says no: people are sent to the sign-in page, programs get problem details. Also the place where a key's
/// rate is counted, because here the key is known and the work has not begun.
/// </summary>
public sealed class Refusals(KnownKeys keys) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        // No route: there is nothing to guard, and 404 is the true answer.
        if (context.GetEndpoint() is null) return next(context);
        if (context.Items.ContainsKey(KeyAuthentication.DatabaseAway))
            return Problem(context, StatusCodes.Status503ServiceUnavailable, "The key cannot be checked just now", "The database does not answer. Send the request again in a moment.", retryAfter: 1);
        if (context.User.FindFirstValue(Actors.KeyClaim) is { } key && !keys.Admit(key))
            return Problem(context, StatusCodes.Status429TooManyRequests, "Too many requests with this key", "Send fewer requests a second, or events in batches.", retryAfter: 1);
        // Routing's own 405 and 415 are no routes of ours: there is nothing behind them, and 403 would send people to look at their scopes.
        if (authorizeResult.Succeeded || authorizeResult.Forbidden && context.GetEndpoint() is not RouteEndpoint) return next(context);
        return authorizeResult.Challenged ? Challenge(context) : Forbid(context);
    }

    /// <summary>A person looking at pages, rather than a program.</summary>
    public static bool WantsPage(HttpRequest request) =>
        !KeyAuthentication.Presented(request)
        && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !request.Path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase)
        && (request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) || request.Headers.ContainsKey("HX-Request"));

    internal static Task Problem(HttpContext context, int status, string title, string detail, int? retryAfter = null)
    {
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString();
        return TypedResults.Problem(detail, statusCode: status, title: title).ExecuteAsync(context);
    }

    /// <summary>Only the status: the shell writes the page for it.</summary>
    internal static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task Challenge(HttpContext context)
    {
        if (WantsPage(context.Request))
        {
            var back = HttpMethods.IsGet(context.Request.Method) ? context.Request.PathBase + context.Request.Path + context.Request.QueryString : "/";
            var signIn = "/sign-in" + (back == "/" ? "" : "?returnUrl=" + Uri.EscapeDataString(back));
            if (context.Request.Headers.ContainsKey("HX-Request"))
            {
                // A fragment must not swallow the sign-in page; the whole page goes there, and back to where the person was.
                context.Response.Headers["HX-Redirect"] = "/sign-in";
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            }
            else
            {
                context.Response.Redirect(signIn);
            }

            return;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        await Problem(
            context, StatusCodes.Status401Unauthorized, "Sign in or send a working API key",
            KeyAuthentication.Presented(context.Request) ? "The API key is unknown, revoked or mistyped." : "Send the key in the header x-api-key, or as Authorization: Bearer.");
    }

    private static Task Forbid(HttpContext context)
    {
        // A key of one customer that asks for another must not learn whether there is such a customer.
        if (context.User.FindFirstValue(Actors.CustomerClaim) is not null && OfCustomer.Named(context) is { } named && !OfCustomer.Own(context, context.User.FindFirstValue(Actors.CustomerClaim)!))
            return Problem(context, StatusCodes.Status404NotFound, "Not found", $"There is no customer '{named}'.");
        return WantsPage(context.Request)
            ? Status(context, StatusCodes.Status403Forbidden)
            : Problem(context, StatusCodes.Status403Forbidden, "Not allowed", "The role or the key's scopes do not include this.");
    }
}
