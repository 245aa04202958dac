using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace CustomerSuccess.Platform.Shell;

/// <summary>
/// A page's fragment as server-sent events: the state now, then again after every hint that it changed, at most once a second.
/// Nothing goes out before the first state, so a failure is still a plain error. A stream ends after half a minute and the
/// browser comes again: together with the half minute a session is believed, whoever lost it sees nothing after a minute.
/// </summary>
public static class LiveStream
{
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    internal static readonly TimeSpan Life = TimeSpan.FromSeconds(26);

    /// <summary>Stream what the component shows; parameters are asked for anew each time a hint came that concerns it (all do, unless told).</summary>
    public static async Task Send<T>(
        HttpContext http, Func<CancellationToken, Task<IReadOnlyDictionary<string, object?>>> parameters, Func<string, bool>? concerns = null, string channel = Signals.Standings) where T : IComponent
    {
        var services = http.RequestServices;
        using var seat = services.GetRequiredService<LiveSeats>().Take(http.User);
        if (seat is null)
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            http.Response.Headers.RetryAfter = "30";
            return;
        }

        var clock = services.GetRequiredService<TimeProvider>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        using var hints = services.GetRequiredService<Signals>().Subscribe(channel);
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var began = clock.GetTimestamp();
        var sent = "";
        try
        {
            while (true)
            {
                var html = await Render<T>(renderer, ParameterView.FromDictionary(new Dictionary<string, object?>(await parameters(end.Token))));
                if (sent.Length == 0) Open(http);
                await http.Response.WriteAsync(html == sent ? ":\n\n" : Message(html), end.Token);
                await http.Response.Body.FlushAsync(end.Token);
                sent = html;
                await Task.Delay(Spacing, clock, end.Token);
                var left = Life - clock.GetElapsedTime(began);
                if (left <= TimeSpan.Zero) return;
                await hints.Wait(left < Heartbeat ? left : Heartbeat, end.Token, concerns);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left, or the server stops: both are how streams end.
        }
    }

    private static void Open(HttpContext http)
    {
        var response = http.Response;
        // It lasts as long as somebody looks, which says nothing about how fast we answer.
        if (http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMetricsTagsFeature>() is { } counted) counted.MetricsDisabled = true;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        // Proxies that collect answers before they pass them on would hold the news back.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private static Task<string> Render<T>(HtmlRenderer renderer, ParameterView parameters) where T : IComponent =>
        renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<T>(parameters)).ToHtmlString());

    private static string Message(string html)
    {
        var message = new StringBuilder(html.Length + 1024);
        foreach (var line in html.AsSpan().EnumerateLines()) message.Append("data: ").Append(line).Append('\n');
        return message.Append('\n').ToString();
    }
}
