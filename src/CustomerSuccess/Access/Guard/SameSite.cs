using CustomerSuccess.Access.Keys;
using Microsoft.AspNetCore.Antiforgery;

namespace CustomerSuccess.Access.Guard;

/// <summary>
/// Refuses writes another site makes a signed-in browser send. Two guards: what the browser says about where the request
/// comes from (every browser does, on a POST), and the antiforgery token for everything but JSON, which no form can send.
/// Requests judged by a key need neither, for no browser adds a key by itself; routes for keys only, and those for pages of
/// other sites, ignore cookies.
/// </summary>
public sealed class SameSite(RequestDelegate next, IAntiforgery antiforgery)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var form = context.GetEndpoint()?.Metadata.GetMetadata<IAntiforgeryMetadata>();
        if (Safe(request.Method) || context.GetEndpoint()?.Metadata.GetMetadata<FromAnywhere>() is not null || !SignedIn(context) && (KeyAuthentication.Presented(request) || form is not { RequiresValidation: true }))
        {
            await next(context);
        }
        else if (!FromHere(request))
        {
            await Refuse(context, StatusCodes.Status403Forbidden, "Sent from another site", "This can only be sent from our own pages.");
        }
        else if (form is not { RequiresValidation: false } && !request.HasJsonContentType() && !await TokenFits(context))
        {
            await Refuse(context, StatusCodes.Status400BadRequest, "The page was open too long", "Go back, load the page again and send the form once more. Nothing was changed.");
        }
        else
        {
            await next(context);
        }
    }

    // A form that cannot be read has no token, and is its sender's mistake; one that is too large stays a 413.
    private async Task<bool> TokenFits(HttpContext context)
    {
        try
        {
            return await antiforgery.IsRequestValidAsync(context);
        }
        catch (AntiforgeryValidationException error)
        {
            if (error.InnerException is BadHttpRequestException unread) throw unread;
            return false;
        }
    }

    private static bool Safe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private static bool SignedIn(HttpContext context) => context.User.Identity is { IsAuthenticated: true, AuthenticationType: Schemes.Cookie };

    private static bool FromHere(HttpRequest request)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site)) return site == "same-origin" || site == "none";
        if (!request.Headers.TryGetValue("Origin", out var origin)) return true;
        return string.Equals(origin, request.Scheme + "://" + request.Host, StringComparison.OrdinalIgnoreCase);
    }

    private static Task Refuse(HttpContext context, int status, string title, string detail) =>
        Refusals.WantsPage(context.Request) ? Refusals.Status(context, status) : Refusals.Problem(context, status, title, detail);
}
