namespace CustomerSuccess.Access.Guard;

/// <summary>
/// Marks a route that pages of some other sites call: of those that <paramref name="Allows"/> names, and our own. Unlike
/// <see cref="FromAnywhere"/> what it answers is somebody's, so no other page may read it.
/// </summary>
/// <param name="Allows">Whether pages of this origin may.</param>
public sealed record FromOrigins(Func<HttpContext, string, ValueTask<bool>> Allows);

/// <summary>
/// What browsers ask of such a route (CORS), answered for exactly the origins it names. Cookies are taken off: what a call may do is
/// decided by the token it carries, which no browser adds by itself, so that nothing can be forged in a visitor's name.
/// </summary>
public sealed class NamedOrigins(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<FromOrigins>() is not { } route)
        {
            await next(context);
            return;
        }

        var (request, headers) = (context.Request, context.Response.Headers);
        request.Headers.Remove("Cookie");
        request.Headers.Remove("HX-Request");
        request.Headers.Accept = "application/json, application/problem+json, text/event-stream";
        var origin = request.Headers.Origin.ToString();
        var own = origin.Length == 0 || string.Equals(origin, request.Scheme + "://" + request.Host, StringComparison.OrdinalIgnoreCase);
        var allowed = own || await route.Allows(context, origin);
        // At the last moment, so that refusals and faults can be read by the page, too.
        context.Response.OnStarting(static state => Answer(((HttpContext, string))state), (context, allowed && !own ? origin : ""));
        if (!allowed)
        {
            await Refusals.Problem(context, StatusCodes.Status403Forbidden, "Not for pages of this origin", "The site's address has to be among the allowed origins.");
        }
        else if (HttpMethods.IsOptions(request.Method))
        {
            headers.AccessControlAllowMethods = "GET, POST";
            headers.AccessControlAllowHeaders = "authorization, content-type";
            // Short: an origin that is taken off the list is refused at once, but a browser should not have to be told often.
            headers.AccessControlMaxAge = "600";
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            await next(context);
        }
    }

    private static Task Answer((HttpContext Context, string Origin) told)
    {
        var headers = told.Context.Response.Headers;
        headers.Append("Vary", "Origin");
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (told.Origin.Length == 0) return Task.CompletedTask;
        headers.AccessControlAllowOrigin = told.Origin;
        headers.AccessControlExposeHeaders = "retry-after";
        return Task.CompletedTask;
    }
}
