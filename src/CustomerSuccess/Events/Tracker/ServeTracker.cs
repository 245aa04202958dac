using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Events.Tracker;

/// <summary>
/// Our own tracker, script.js beside this file, for pages of any site. Its address never changes, so a browser keeps it for
/// a day and asks again behind the visitor's back for a week.
/// </summary>
public static class ServeTracker
{
    public static FileContentHttpResult Handle(HttpRequest request, HttpResponse response)
    {
        response.Headers.CacheControl = "public, max-age=86400, stale-while-revalidate=604800";
        response.Headers.AccessControlAllowOrigin = "*";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return Assets.Send("tracker.js", request, response);
    }
}
