namespace CustomerSuccess.Platform.Shell;

/// <summary>One sentence about what was just done, carried over the redirect after a form and shown once.</summary>
public static class Flash
{
    private const string Cookie = "flash";
    private static readonly string[] Undoable = ["/customers/", "/settings/", "/identities/"];

    // Before a sentence that says what did not work.
    private const char Failed = '!';

    /// <summary>What was asked for did not work.</summary>
    public static void Warn(HttpContext context, string sentence) => Say(context, Failed + sentence);

    /// <param name="context">The request that did it.</param>
    /// <param name="sentence">What was done.</param>
    /// <param name="undo">Where a form is sent to take it back; a path of our own.</param>
    public static void Say(HttpContext context, string sentence, string? undo = null) => context.Response.Cookies.Append(
        Cookie, (sentence.Length > 300 ? sentence[..299] + "…" : sentence).ReplaceLineEndings(" ") + (undo is null ? "" : "\n" + undo), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            MaxAge = TimeSpan.FromMinutes(1),
            Path = "/",
        });

    /// <summary>The sentence waiting for this reader, if any, and how to undo what it says; it is gone after this.</summary>
    public static (string? Sentence, string? Undo, string Tone) Take(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { Length: > 0 } waiting) return (null, null, "done");
        if (!context.Response.HasStarted) context.Response.Cookies.Delete(Cookie);
        var parts = waiting.Split('\n', 2);
        // A cookie can be planted by a neighbouring host: only a path of ours is offered.
        var failed = parts[0].StartsWith(Failed);
        return (failed ? parts[0][1..] : parts[0], parts.Length == 2 && Undoable.Any(path => parts[1].StartsWith(path, StringComparison.Ordinal)) ? parts[1] : null, failed ? "error" : "done");
    }
}
