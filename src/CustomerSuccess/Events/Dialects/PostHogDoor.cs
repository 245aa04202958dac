using System.Text.Json;

namespace CustomerSuccess.Events.Dialects;

/// <summary>What clients of PostHog call: events, and their questions about flags and settings, to which the answer is always "none".</summary>
public static class PostHogDoor
{
    public static void Map(IEndpointRouteBuilder open)
    {
        foreach (var path in (string[])["/e", "/i/v0/e", "/capture", "/batch"])
            open.MapMethods(path, ["GET", "POST", "OPTIONS"], Capture);
        open.Take("/i/v1/analytics/events", CaptureEach);
        // Recordings of screens are taken and forgotten.
        open.Take("/s", async (HttpRequest request, CancellationToken ct) =>
        {
            await request.Body.CopyToAsync(Stream.Null, ct);
            return DialectsDoor.Json(new { status = 1 });
        });

        open.MapMethods("/flags", ["GET", "POST", "OPTIONS"], () => DialectsDoor.Json(Flags));
        open.MapMethods("/decide", ["GET", "POST", "OPTIONS"], () => DialectsDoor.Json(Decide));
        open.Give("/flags/definitions", () => DialectsDoor.Json(Definitions));
        open.Give("/api/feature_flag/local_evaluation", () => DialectsDoor.Json(Definitions));
        open.Give("/api/surveys", () => DialectsDoor.Json(new { surveys = Array.Empty<object>() }));
        // Extensions for what we do not have: the client asks for them even where the settings say so.
        open.Give("/static/{file}", () => TypedResults.Text("", "text/javascript; charset=utf-8"));
        open.Give("/static/{version}/{file}", () => TypedResults.Text("", "text/javascript; charset=utf-8"));
        open.Give("/array/{token}/config", (string token) => DialectsDoor.Json(Config(token)));
        open.Give("/array/{token}/config.js", (string token) => TypedResults.Text(Script(token), "text/javascript; charset=utf-8"));
    }

    /// <summary>One event, a list, or a batch. A batch of Segment's clients sent to the same address is read as theirs.</summary>
    private static async Task<IResult> Capture(HttpContext http, Reception reception, CancellationToken ct)
    {
        var (sender, told, alone) = await reception.Read(http.Request, async body => Foreign(body)
            ? await SegmentDoor.Translate(http, reception, body, null, null)
            : await Translate(http, reception, body), ct);
        var receipts = await reception.Store(told, sender, ct);
        return DialectsDoor.Refusal(told, receipts, alone) ?? DialectsDoor.Json(new { status = 1 });
    }

    /// <summary>The newest way: a verdict for each event, by its uuid.</summary>
    private static async Task<IResult> CaptureEach(HttpContext http, Reception reception, CancellationToken ct)
    {
        var (sender, told, alone) = await reception.Read(http.Request, async body => await Translate(http, reception, body), ct);
        var receipts = await reception.Store(told, sender, ct);
        if (DialectsDoor.Refusal(told, receipts, alone) is { } refusal) return refusal;
        var results = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (one, receipt) in told.Zip(receipts))
        {
            if (one.Read.Id is not { } id) continue;
            results[id] = receipt is null
                ? new { result = "drop", details = string.Join("; ", one.Read.Faults.Select(fault => $"{fault.Field} {fault.Message}")) }
                : new { result = "ok" };
        }

        return DialectsDoor.Json(new { results });
    }

    private static async Task<(Sender, IReadOnlyList<Told>, bool Alone)> Translate(HttpContext http, Reception reception, JsonElement body)
    {
        var (messages, alone) = PostHog.Messages(body);
        var sender = await reception.Admit(http, PostHog.Keys(body));
        var arrival = reception.Arrival(http, sender) with { Sent = body.AtAny("sent_at", "sentAt").Instant() };
        if (messages.Any(PostHog.Cookieless)) arrival = arrival with { Visitor = await reception.Visitor(http, sender.SourceId) };
        DateTime? sent = double.TryParse(http.Request.Query["_"], out var clock) && clock is > 1e12 and < 4e12 ? DateTime.UnixEpoch.AddMilliseconds(clock) : null;
        return (sender, [.. messages.Where(message => !PostHog.Recording(message)).Select(message => new Told(PostHog.Read(message, arrival, sent), PostHog.Source))], alone);
    }

    private static bool Foreign(JsonElement body) =>
        Segment.Messages(body).Messages is [var first, ..] && !first.At("distinct_id").There() && !first.At("properties").At("distinct_id").There()
        && first.AtAny("userId", "anonymousId", "previousId", "groupId").There();

    private static readonly string[] Compressions = ["gzip", "gzip-js", "base64"];

    private static readonly object Flags = new
    {
        flags = new { },
        featureFlags = new { },
        featureFlagPayloads = new { },
        errorsWhileComputingFlags = false,
    };

    private static readonly object Definitions = new { flags = Array.Empty<object>(), group_type_mapping = new { }, cohorts = new { } };

    private static readonly object Decide = new
    {
        config = new { enable_collect_everything = true },
        toolbarParams = new { },
        isAuthenticated = false,
        supportedCompression = Compressions,
        featureFlags = new { },
        featureFlagPayloads = new { },
        errorsWhileComputingFlags = false,
        sessionRecording = false,
        capturePerformance = false,
        autocaptureExceptions = false,
        surveys = false,
        heatmaps = false,
        siteApps = Array.Empty<object>(),
        elementsChainAsString = true,
    };

    private static object Config(string token) => new
    {
        token,
        supportedCompression = Compressions,
        hasFeatureFlags = false,
        captureDeadClicks = false,
        capturePerformance = false,
        autocapture_opt_out = false,
        autocaptureExceptions = false,
        analytics = new { endpoint = "/i/v0/e/" },
        elementsChainAsString = true,
        sessionRecording = false,
        heatmaps = false,
        surveys = false,
        productTours = false,
        defaultIdentifiedOnly = true,
        toolbarParams = new { },
        isAuthenticated = false,
        siteApps = Array.Empty<object>(),
    };

    // The token is a text from the address; as JSON it can close neither the string nor the script.
    private static string Script(string token) =>
        $"(function(){{var all=window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{{}};all[{JsonSerializer.Serialize(token)}]={{config:{JsonSerializer.Serialize(Config(token))},siteApps:[]}};}})();";
}
