using System.Net;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Onboarding.Widget;

/// <summary>The script for pages of other sites, and the page for those who would rather frame it.</summary>
public static class ServeWidget
{
    /// <summary>Its address never changes, so browsers keep it for an hour and ask again behind the reader's back for a day.</summary>
    public static FileContentHttpResult Script(HttpRequest request, HttpResponse response)
    {
        response.Headers.CacheControl = "public, max-age=3600, stale-while-revalidate=86400";
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return Assets.Send("widget.js", request, response);
    }

    /// <summary>
    /// The checklist on a page of its own, for a frame of the allowed origins. The token stands in the address, so it should be good for minutes
    /// only. One that is not right is an empty page: whoever reads it can do nothing about that.
    /// </summary>
    public static async Task<ContentHttpResult> Frame(string? token, string? lang, string? theme, HttpContext http, OpenWidget open, KnownWidget known, CancellationToken ct)
    {
        var ancestors = string.Join(' ', (await known.Settings(ct)).Origins.Prepend("'self'"));
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors " + ancestors;
        SecurityHeaders.MayBeFramed(http);
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.CacheControl = "no-store";
        headers["X-Robots-Tag"] = "noindex, nofollow";
        var right = await open.Of(token ?? "", ct) is not null;
        var language = WidgetTexts.For(lang ?? Accepted(http.Request)).Language;
        var script = right ? $"""<script src="../widget.js" data-token="{WebUtility.HtmlEncode(token)}" data-lang="{language}" data-theme="{(theme is "light" or "dark" ? theme : "auto")}" data-frame async></script>""" : "";
        return TypedResults.Text($"""
            <!DOCTYPE html>
            <html lang="{language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="{(theme is "light" or "dark" ? theme : "light dark")}">
            <title>{(language == "de" ? "Einrichtung" : "Onboarding")}</title>
            </head>
            <body>{script}</body>
            </html>
            """, "text/html; charset=utf-8", statusCode: right ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized);
    }

    private static string Accepted(HttpRequest request) => request.Headers.AcceptLanguage.ToString().Split(',', ';')[0].Trim();
}
