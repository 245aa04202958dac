using Microsoft.Extensions.Primitives;

namespace CustomerSuccess.Access.Guard;

/// <summary>
/// Marks a route that pages of other sites call. It looks at no cookie, and so every page may: what a call may do is decided
/// by the key it carries. Cookies are taken off (<see cref="CrossOrigin"/>).
/// </summary>
public sealed record FromAnywhere;

/// <summary>
/// What browsers ask of such a route (CORS): preflights are answered here, before anything that may fail, for a client whose
/// preflight fails never sends its events. Every other answer, refusals too, can be read by the page that asked, unless
/// the route found out that the page's origin may not.
/// </summary>
public sealed class CrossOrigin(RequestDelegate next)
{
    private const string Usual = "authorization, content-type, content-encoding, x-retry-count, x-write-key, x-api-key, x-umami-cache, anonymousid, sentat, x-ip-policy, x-enable-debug";

    private static readonly object Refused = new();

    /// <summary>The origin of this request may not use the key it presented: its page is told nothing.</summary>
    public static void Refuse(HttpContext context) => context.Items[Refused] = true;

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<FromAnywhere>() is null) return next(context);
        // The answer can be read by the page that asked: nothing in it may be about the person whose browser it is, so they are
        // not known here, and never answered with a page, which would carry their name and form token.
        context.Request.Headers.Remove("Cookie");
        context.Request.Headers.Remove("HX-Request");
        context.Request.Headers.Accept = "application/json, application/problem+json";
        context.Response.OnStarting(static state => Answer((HttpContext)state), context);
        if (!HttpMethods.IsOptions(context.Request.Method)) return next(context);

        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, HEAD, OPTIONS";
        // The usual ones, and what this client asks for besides: a name is all it can ask.
        var asked = context.Request.Headers.AccessControlRequestHeaders;
        headers.AccessControlAllowHeaders = StringValues.IsNullOrEmpty(asked) || !Plain(asked.ToString()) ? Usual : Usual + ", " + asked;
        headers.AccessControlMaxAge = "7200";
        headers.CacheControl = "public, max-age=7200";
        if (context.Request.Headers.ContainsKey("Access-Control-Request-Private-Network")) headers["Access-Control-Allow-Private-Network"] = "true";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static Task Answer(HttpContext context)
    {
        var (headers, origin) = (context.Response.Headers, context.Request.Headers.Origin);
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.Append("Vary", "Origin");
        if (context.Response.StatusCode is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable && headers.RetryAfter.Count == 0) headers.RetryAfter = "1";
        if (StringValues.IsNullOrEmpty(origin) || context.Items.ContainsKey(Refused)) return Task.CompletedTask;
        headers.AccessControlAllowOrigin = origin;
        // Beacons carry cookies whether they are wanted or not.
        headers.AccessControlAllowCredentials = "true";
        headers.AccessControlExposeHeaders = "retry-after, x-request-id";
        return Task.CompletedTask;
    }

    private static bool Plain(string names) => names.Length < 1000 && names.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or ',' or ' ' or '.');
}
