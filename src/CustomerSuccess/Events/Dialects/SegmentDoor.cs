using System.Text.Json;

namespace CustomerSuccess.Events.Dialects;

/// <summary>What clients of Segment, RudderStack and Jitsu call.</summary>
public static class SegmentDoor
{
    public static void Map(IEndpointRouteBuilder open)
    {
        foreach (var (path, call) in Segment.Calls)
        {
            open.Take("/v1/" + path, (HttpContext http, Reception reception, CancellationToken ct) => Handle(http, reception, call, ct));
            if (path.Length > 1) open.Take("/" + path, (HttpContext http, Reception reception, CancellationToken ct) => Handle(http, reception, call, ct));
        }

        foreach (var path in (string[])["/v1/batch", "/v1/b", "/v1/import", "/import", "/beacon/v1/batch"])
            open.Take(path, (HttpContext http, Reception reception, CancellationToken ct) => Handle(http, reception, null, ct));
        // A picture in a mail or on a page without scripts: the message stands in the address.
        open.Give("/v1/pixel/{call}", async Task<IResult> (string call, HttpContext http, Reception reception, CancellationToken ct) =>
            await Handle(http, reception, Call(call), ct) is Microsoft.AspNetCore.Http.HttpResults.ValidationProblem wrong ? wrong : TypedResults.Bytes(Pixel, "image/gif"));
        // What the clients measure of themselves.
        foreach (var path in (string[])["/v1/m", "/rsaMetrics"]) open.Take(path, () => DialectsDoor.Json(new { success = true }));
        open.Give("/v1/projects/{key}/settings", Settings);
        open.Give("/sourceConfig", SourceConfig);

        open.Take("/api/s/{call}", (string call, HttpContext http, Reception reception, CancellationToken ct) => Handle(http, reception, Call(call), ct, Jitsu.Source));
        open.Take("/api/s/s2s/{call}", (string call, HttpContext http, Reception reception, CancellationToken ct) => Handle(http, reception, Call(call), ct, Jitsu.Source));
    }

    /// <summary>One message or a batch; <paramref name="call"/> and <paramref name="source"/> are what the address says.</summary>
    internal static async Task<IResult> Handle(HttpContext http, Reception reception, string? call, CancellationToken ct, string? source = null)
    {
        var (sender, told, alone) = await reception.Read(http.Request, async body => await Translate(http, reception, body, call, source), ct);
        var receipts = await reception.Store(told, sender, ct, fromPage: http.Request.Headers.Origin.Count > 0);
        return DialectsDoor.Refusal(told, receipts, alone) ?? DialectsDoor.Json(new { success = true, ok = true });
    }

    internal static async Task<(Sender, IReadOnlyList<Told>, bool Alone)> Translate(HttpContext http, Reception reception, JsonElement body, string? call, string? source)
    {
        var (messages, alone) = Segment.Messages(body);
        var sender = await reception.Admit(http, Key(body), messages is [var first, ..] ? Key(first) : null);
        var arrival = reception.Arrival(http, sender) with { Sent = body.AtAny("sentAt", "sent_at").Instant() };
        var anonymous = Segment.Anonymous(http.Request.Headers["anonymousid"].ToString());
        // A header that only Rudder sends, or the source was made for it.
        var usual = source ?? (anonymous is not null || sender.Kind is "rudder" ? "rudder" : "segment");
        var told = new List<Told>(messages.Count);
        foreach (var message in messages)
        {
            var from = source ?? Segment.Speaker(message) ?? usual;
            told.Add(new(Segment.Read(message, from, arrival, call, alone ? anonymous : null), from));
        }

        return (sender, told, alone);
    }

    private static string? Key(JsonElement body) => body.AtAny("writeKey", "write_key", "api_key").Text()?.Split(':')[0];

    private static string? Call(string path) => Segment.Calls.GetValueOrDefault(path);

    // The browser client loads these first, and then sends to the address they name. Nothing in them depends on the key: with
    // a wrong one the events are refused, and with the database away the page still starts.
    private static IResult Settings(string key, HttpRequest request) => DialectsDoor.Json(new
    {
        integrations = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["Segment.io"] = new
            {
                apiKey = key,
                apiHost = request.Host + request.PathBase.ToString() + "/v1",
                protocol = request.Scheme,
                unbundledIntegrations = Array.Empty<string>(),
                addBundledMetadata = false,
                versionSettings = new { version = "4.4.7", componentTypes = new[] { "browser" } },
            },
        },
        plan = new { track = Enabled, identify = Enabled, group = Enabled },
        edgeFunction = new { },
        analyticsNextEnabled = true,
        middlewareSettings = new { },
        enabledMiddleware = new { },
        metrics = new { sampleRate = 0 },
        legacyVideoPluginsEnabled = false,
        remotePlugins = Array.Empty<object>(),
    });

    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    private static readonly object Enabled = new { __default = new { enabled = true, integrations = new { } } };

    private static IResult SourceConfig(HttpRequest request) => DialectsDoor.Json(new
    {
        source = new
        {
            id = "customer-success",
            name = "customer-success",
            writeKey = request.Query["writeKey"].ToString(),
            enabled = true,
            workspaceId = "customer-success",
            config = new { statsCollection = new { errors = new { enabled = false }, metrics = new { enabled = false } } },
            destinations = Array.Empty<object>(),
            connections = Array.Empty<object>(),
            dataplanes = new { },
        },
        updatedAt = "2026-01-01T00:00:00.000Z",
    });
}
