using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Dialects;

/// <summary>What the scripts of websites call that carry no key and set no cookie: Plausible's, Umami's and our own.</summary>
public static class SiteDoors
{
    // Each costs questions to the database, and a server that gathers messages does so for its own few sites.
    private const int MostSites = 10;

    // A visit ends after so long without a message.
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(30);

    public static void Map(IEndpointRouteBuilder open)
    {
        open.Take("/api/event", Event);
        open.Take("/api/send", Send);
        open.Take("/api/batch", Batch);
    }

    private static async Task<IResult> Event(HttpContext http, Reception reception, CancellationToken ct)
    {
        var (sender, told) = await reception.Read(http.Request, async message =>
        {
            if (Plausible.Domain(message) is not { } domain) throw new BadHttpRequestException("The domain (d) is missing.");
            var sender = await reception.AdmitSite(http, domain, Plausible.Speaker(message));
            var arrival = reception.Arrival(http, sender) with { Visitor = await reception.Visitor(http, domain) };
            return (sender, new Told(Plausible.Read(message, arrival), Plausible.Speaker(message)));
        }, ct, keyed: false);
        var receipts = await reception.Store([told], sender, ct);
        return DialectsDoor.Refusal([told], receipts, alone: true) ?? TypedResults.Text("ok", statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> Send(HttpContext http, Reception reception, CancellationToken ct)
    {
        var (sender, told, answer) = await reception.Read(http.Request, async message => await Umami(http, reception, message, await reception.SpeaksForOthers(http)), ct, keyed: false);
        var receipts = await reception.Store(told is null ? [] : [told], sender, ct);
        return (told is null ? null : DialectsDoor.Refusal([told], receipts, alone: true)) ?? DialectsDoor.Json(answer);
    }

    /// <summary>A list of messages, from a server that gathered them.</summary>
    private static async Task<IResult> Batch(HttpContext http, Reception reception, CancellationToken ct)
    {
        var read = await reception.Read(http.Request, async body =>
        {
            if (!body.Is(JsonValueKind.Array)) throw new BadHttpRequestException("The body must be a list of messages.");
            Reception.CheckCount(body.GetArrayLength());
            var all = new List<(Sender Sender, Told? Told, Answer Answer, string? Problem)>(body.GetArrayLength());
            var (sites, others) = (new HashSet<string>(StringComparer.OrdinalIgnoreCase), await reception.SpeaksForOthers(http));
            foreach (var message in body.EnumerateArray())
            {
                try
                {
                    if (Dialects.Umami.Website(message) is { } site && !sites.Contains(site) && (sites.Count == MostSites || !sites.Add(site)))
                        throw new BadHttpRequestException($"One call may be about {MostSites} websites; this is one more.");
                    var (sender, told, answer) = await Umami(http, reception, message, others);
                    all.Add((sender, told, answer, null));
                }
                catch (BadHttpRequestException bad)
                {
                    all.Add((new("", "", ""), null, new("", "", ""), bad.Message));
                }
            }

            return all;
        }, ct, keyed: false);
        var errors = read.Where(one => one.Problem is not null).Select(one => new { error = one.Problem }).ToList<object>();
        foreach (var source in read.Where(one => one.Told is not null).GroupBy(one => one.Sender))
            errors.AddRange((await reception.Store([.. source.Select(one => one.Told!)], source.Key, ct)).Where(receipt => receipt is null).Select(_ => new { error = "rejected" }));
        return DialectsDoor.Json(new { size = read.Count, processed = read.Count - errors.Count, errors = errors.Count, details = errors, cache = read.LastOrDefault().Answer?.cache });
    }

    private static async Task<(Sender, Told?, Answer)> Umami(HttpContext http, Reception reception, JsonElement message, bool others)
    {
        if (Dialects.Umami.Website(message) is not { } website) throw new BadHttpRequestException("The website's id is missing.");
        var sender = await reception.AdmitSite(http, website, Dialects.Umami.Source);
        var payload = message.At("payload");
        // Anybody else could have anyone's visits counted, or split one visitor into a thousand.
        var (agent, address) = others ? (payload.Text("userAgent"), payload.Text("ip")) : (null, null);
        var visitor = await reception.Visitor(http, website, address, agent);
        var answer = Visit(await reception.Salt(), visitor, http.Request.Headers["x-umami-cache"].ToString(), reception.Now);
        var arrival = reception.Arrival(http, sender) with { Visitor = visitor };
        if (agent is not null) arrival = arrival with { Agent = agent };
        var told = Dialects.Umami.Measurement(message) ? null
            : new Told(Dialects.Umami.Read(message, arrival, answer.visitId, http.Request.Headers.Origin), Dialects.Umami.Source);
        return (sender, told, answer);
    }

    /// <summary>
    /// The visit a message belongs to. The client sends back what it was told last (visit, when, and a mark that only we can
    /// make); from one that does not, all messages of an hour are one visit, as Umami has it.
    /// The session it is told is derived: the visitor is nobody's business outside. Pure.
    /// </summary>
    internal static Answer Visit(byte[] salt, string visitor, string cache, DateTime now)
    {
        var visit = DailyVisitors.Mark(salt, string.Create(CultureInfo.InvariantCulture, $"{visitor}\n{now:yyyy-MM-dd HH}"));
        if (cache.Split('.') is [var before, var at, var mark] && long.TryParse(at, CultureInfo.InvariantCulture, out var seconds) && mark == Mark(before, at)
            && Math.Abs((now - DateTime.UnixEpoch).TotalSeconds - seconds) < Quiet.TotalSeconds) visit = before;
        var stamp = ((long)(now - DateTime.UnixEpoch).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return new($"{visit}.{stamp}.{Mark(visit, stamp)}", DailyVisitors.Mark(salt, "session\n" + visitor), visit);

        string Mark(string which, string when) => DailyVisitors.Mark(salt, $"{visitor}\n{which}\n{when}");
    }

#pragma warning disable IDE1006 // named as Umami names them
    internal sealed record Answer(string cache, string sessionId, string visitId);
#pragma warning restore IDE1006
}
