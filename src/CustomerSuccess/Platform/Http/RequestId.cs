namespace CustomerSuccess.Platform.Http;

/// <summary>Every request has an id, the caller's where it is a plain one; answers and problem details carry it.</summary>
public static class RequestId
{
    private const string Header = "X-Request-Id";

    public static Task Give(HttpContext context, RequestDelegate next)
    {
        var given = context.Request.Headers[Header].ToString();
        context.TraceIdentifier = Plain(given) ? given : Guid.CreateVersion7().ToString("N");
        context.Response.Headers[Header] = context.TraceIdentifier;
        return next(context);
    }

    private static bool Plain(string id) =>
        id.Length is >= 1 and <= 64 && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
