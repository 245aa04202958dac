using System.Globalization;
using CustomerSuccess.Onboarding.Widget.Tokens;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Widget.Live;

/// <summary>
/// The checklist as server-sent events: as it stands now, then again whenever it is different. Each message is the whole, so who comes again
/// has missed nothing. The token is in a header, not in the address, where every log on the way would keep it; hence the script reads the stream by
/// fetch. It ends with the token, when that does not work any more, and after a few minutes in any case.
/// </summary>
public static class FollowState
{
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(300), Heartbeat = TimeSpan.FromSeconds(15), Life = TimeSpan.FromMinutes(5);

    public static async Task Handle(string? lang, HttpContext http, OpenWidget open, WidgetSeats seats, TimeProvider clock)
    {
        var (who, refused) = await open.Run(http, acts: false, http.RequestAborted);
        if (who is null)
        {
            await refused!.ExecuteAsync(http);
            return;
        }

        using var seat = seats.Take(who.Customer);
        if (seat is null)
        {
            // The script asks from time to time instead, and tries again later.
            await OpenWidget.Later(http, 60).ExecuteAsync(http);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        try
        {
            await Send(who, lang, http, open, seat, clock, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left, or the server stops: both are how streams end.
        }
    }

    private static async Task Send(WidgetToken who, string? lang, HttpContext http, OpenWidget open, WidgetSeats.Seat seat, TimeProvider clock, CancellationToken ct)
    {
        var (began, sent) = (clock.GetTimestamp(), "");
        while (await open.State(who.Customer, lang, ct) is { } state)
        {
            var json = open.Json(state);
            if (sent.Length == 0)
            {
                Begin(http.Response);
                await http.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"event: token\ndata: {Math.Max(0, (int)(who.ExpiresAt - clock.Now()).TotalSeconds)}\n\n"), ct);
            }

            await http.Response.WriteAsync(json == sent ? ":\n\n" : $"data: {json}\n\n", ct);
            await http.Response.Body.FlushAsync(ct);
            sent = json;
            await Task.Delay(Spacing, clock, ct);
            var left = Life - clock.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return;
            await seat.Wait(left < Heartbeat ? left : Heartbeat, ct);
            // Expired, or its secret was ended: no database is asked for that.
            if (!await open.StillRight(http, ct)) return;
        }

        if (sent.Length == 0) await OpenWidget.NotRight(http).ExecuteAsync(http);
    }

    private static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        // Proxies that collect answers before they pass them on would hold the news back.
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
