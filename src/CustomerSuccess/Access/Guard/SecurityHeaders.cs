namespace CustomerSuccess.Access.Guard;

/// <summary>What every answer tells the browser not to do. A route that needs something else sets its own header first.</summary>
public sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>Nothing from elsewhere, nothing inline: what a person typed can never run, even where it escaped us.</summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private static readonly object Framed = new();

    /// <summary>This page may be framed by whom the frame-ancestors of its policy name.</summary>
    public static void MayBeFramed(HttpContext context) => context.Items[Framed] = true;

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state =>
        {
            var context = (HttpContext)state;
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = headers.ContentSecurityPolicy.Count > 0 ? headers.ContentSecurityPolicy : Policy;
            headers.XContentTypeOptions = "nosniff";
            // It knows no list of origins; where a route has one, its frame-ancestors says who may.
            if (context.Items.ContainsKey(Framed)) headers.Remove("X-Frame-Options");
            else if (headers.XFrameOptions.Count == 0) headers.XFrameOptions = "DENY";
            if (headers["Referrer-Policy"].Count == 0) headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (headers["Cross-Origin-Resource-Policy"].Count == 0) headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()";
            if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
            if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
            return Task.CompletedTask;
        }, context);
        return next(context);
    }
}
