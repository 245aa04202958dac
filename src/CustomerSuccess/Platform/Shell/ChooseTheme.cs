using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerSuccess.Platform.Shell;

/// <summary>The theme switch without a script; with one, comfort.js writes the same cookie.</summary>
public static class ChooseTheme
{
    public sealed record Request(string Theme);

    public static RedirectHttpResult Handle([FromForm] Request request, HttpContext context)
    {
        context.Response.Cookies.Append("theme", request.Theme is "light" or "dark" ? request.Theme : "system", new CookieOptions
        {
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            MaxAge = TimeSpan.FromDays(365),
            Path = "/",
        });
        var from = Uri.TryCreate(context.Request.Headers.Referer, UriKind.Absolute, out var referer) && referer.Authority == context.Request.Host.Value
            ? referer.PathAndQuery : "/";
        return TypedResults.LocalRedirect(from.StartsWith('/') && !from.StartsWith("//", StringComparison.Ordinal) ? from : "/");
    }
}
