namespace CustomerSuccess.Platform.Shell;

/// <summary>One sentence about what was just done, carried over the redirect after a form and shown once.</summary>
public static class Flash
{
    private const string Cookie = "flash";

    public static void Say(HttpContext context, string sentence) => context.Response.Cookies.Append(Cookie, sentence, new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        MaxAge = TimeSpan.FromMinutes(1),
        Path = "/",
    });

    /// <summary>The sentence waiting for this reader, if any; it is gone after this.</summary>
    public static string? Take(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { Length: > 0 } sentence) return null;
        if (!context.Response.HasStarted) context.Response.Cookies.Delete(Cookie);
        return sentence;
    }
}
