namespace CustomerSuccess.Platform.Http;

/// <summary>Pages and links are written with the name the caller used for us, so it must be one.</summary>
public static class HostName
{
    /// <summary>400 for a Host header that names no host; HTTP/1.0 may leave it out.</summary>
    public static Task Check(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host;
        if (!host.HasValue) context.Request.Host = new HostString("localhost");
        else if (Uri.CheckHostName(host.Host) == UriHostNameType.Unknown || host.Port is < 0 or > 65535 || host.Port is null && host.Value.EndsWith(':'))
        {
            // No problem details: their page is written with the host's name, too.
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return context.Response.WriteAsync("The Host header names no host.");
        }

        return next(context);
    }
}
