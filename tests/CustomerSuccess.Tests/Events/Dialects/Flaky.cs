using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>
/// The worst a network does to a client: every so-many-th write is stored, and its answer lost; the client hears 503 and
/// sends the same again.
/// </summary>
public sealed class Flaky(int every = 2) : IStartupFilter
{
    private int asked;

    public bool On { get; set; } = true;

    /// <summary>Answers that were replaced.</summary>
    public int Lost;

    /// <summary>What was asked, with the status it was answered with.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, inner) =>
        {
            if (!On || !HttpMethods.IsPost(context.Request.Method) || context.Request.Path.Value is "/flags/" or "/decide/" || Interlocked.Increment(ref asked) % every != 1 % every)
            {
                await inner(context);
                Log.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Response.StatusCode}");
                return;
            }

            var body = context.Response.Body;
            context.Response.Body = new MemoryStream();
            await inner(context);
            context.Response.Body = body;
            Log.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Response.StatusCode} lost");
            Interlocked.Increment(ref Lost);
            context.Response.Headers.ContentLength = null;
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        });
        next(app);
    };
}
