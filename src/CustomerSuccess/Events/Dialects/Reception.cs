using System.Security.Claims;
using System.Text;
using System.Text.Json;
using CustomerSuccess.Access;
using CustomerSuccess.Access.Guard;
using CustomerSuccess.Access.Keys;
using CustomerSuccess.Events.Sources;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Dialects;

/// <summary>Who sends: a source, or an API key. Customer: the one the key is bound to.</summary>
public sealed record Sender(string Actor, string SourceId, string Kind, string? Customer = null);

/// <summary>One message as a translator understood it, and the source its event or its receipt is kept under.</summary>
public sealed record Told(ReadResult Read, string Source);

/// <summary>
/// What all doors for clients of other tools share: reading the body, finding out who sends, storing. Clients throw away what
/// is answered with 4xx, so these are said only of what can never work; whatever passes is 503, or 429.
/// </summary>
public sealed class Reception(KnownSources sources, KnownKeys keys, RecordSourceUse use, Ingest ingest, RejectedMessages rejected, DailyVisitors visitors, SentBefore before, TimeProvider clock)
{
    /// <summary>The most messages of one call: anyone can write five million of them into 16 MB.</summary>
    public const int MostMessages = 10_000;

    private const int MostFields = 200;
    private const int MostTogether = 500;
    private static readonly IReadOnlySet<string> None = new HashSet<string>(StringComparer.Ordinal);
    private const int Small = 128 * 1024;

    // What unpacks to 16 MB takes several times as much memory while it is read.
    private readonly SemaphoreSlim large = new(4);

    /// <summary>
    /// Read a body as JSON and have it translated; afterwards nothing of it is held. At a door that asks for a key (keyed), what
    /// presents a wrong one of ours is not unpacked at all.
    /// </summary>
    public async Task<T> Read<T>(HttpRequest request, Func<JsonElement, Task<T>> translate, CancellationToken ct, bool keyed = true)
    {
        var body = await RequestBody.Read(request, ct);
        if (body.Length == 0 && request.Query["data"].ToString() is { Length: > 0 } data) body = Encoding.UTF8.GetBytes(data.Replace(' ', '+'));
        var first = body.Length < Small && body.Span is [(byte)'{' or (byte)'[', ..];
        if (!first && keyed) await CheckHeaders(request);
        if (!first && !await large.WaitAsync(TimeSpan.FromSeconds(3), ct)) throw new IngestUnavailable("too many large bodies at once");
        try
        {
            using var json = Payload.Read(body, request.Headers.ContentEncoding);
            // What is looked up in it is looked for from end to end.
            if (json.RootElement.Is(JsonValueKind.Object) && json.RootElement.GetPropertyCount() > MostFields) throw new BadHttpRequestException($"The body has more than {MostFields} fields.");
            return await translate(json.RootElement);
        }
        finally
        {
            if (!first) large.Release();
        }
    }

    /// <summary>The sender whose key is among these and those in the usual headers; refuses the call where there is none.</summary>
    public async Task<Sender> Admit(HttpContext http, params IEnumerable<string?> given)
    {
        foreach (var key in Presented(http.Request).Concat(given).OfType<string>().Where(key => key.Length > 0).Distinct(StringComparer.Ordinal))
        {
            if (await Known(() => sources.ByKey(key)) is { } source)
            {
                Check(http, source);
                return Under(source);
            }

            if (await Known(() => keys.Find(key)) is not { } who) continue;
            if (!keys.Admit(who.FindFirstValue(Actors.KeyClaim)!)) throw new BadHttpRequestException("Too many requests with this key.", StatusCodes.Status429TooManyRequests);
            if (!who.HasClaim(Actors.ScopeClaim, Scopes.Ingest) && !who.HasClaim(Actors.ScopeClaim, Scopes.Admin))
                throw new BadHttpRequestException("This key's scopes do not include sending events.", StatusCodes.Status403Forbidden);
            return new(who.Actor(), "", "", who.FindFirstValue(Actors.CustomerClaim));
        }

        throw NoKey();
    }

    private async Task CheckHeaders(HttpRequest request)
    {
        var ours = Presented(request).Where(key => key.StartsWith("wk_", StringComparison.Ordinal) || key.StartsWith("cs_", StringComparison.Ordinal)).ToList();
        foreach (var key in ours)
        {
            if (await Known(() => sources.ByKey(key)) is not null || await Known(() => keys.Find(key)) is not null) return;
        }

        if (ours.Count > 0) throw NoKey();
    }

    private static BadHttpRequestException NoKey() =>
        new("Send a write key (./cs source add) or an API key with the scope ingest where this client puts its key.", StatusCodes.Status401Unauthorized);

    /// <summary>The sender that calls itself by a domain or website id; refuses the call where that is blocked.</summary>
    public async Task<Sender> AdmitSite(HttpContext http, string site, string kind)
    {
        var source = await Known(() => sources.ByDomain(site, kind)) ?? throw new BadHttpRequestException("This site may not send events here.", StatusCodes.Status403Forbidden);
        Check(http, source);
        return Under(source);
    }

    /// <summary>Whether this caller may say for which visitors it speaks: a server with an API key, or one that CS_PROXIES names.</summary>
    public async ValueTask<bool> SpeaksForOthers(HttpContext http)
    {
        if (Proxies.Sent(http)) return true;
        foreach (var key in Presented(http.Request))
        {
            if (await Known(() => keys.Find(key)) is not { } who) continue;
            if (!keys.Admit(who.FindFirstValue(Actors.KeyClaim)!)) throw new BadHttpRequestException("Too many requests with this key.", StatusCodes.Status429TooManyRequests);
            return who.HasClaim(Actors.ScopeClaim, Scopes.Ingest) || who.HasClaim(Actors.ScopeClaim, Scopes.Admin);
        }

        return false;
    }

    /// <summary>
    /// Store what could be read, remember why the rest could not. One verdict each, in order; null for what was refused.
    /// From a page: one that was stored before its user was known is not stored again.
    /// Throws where the database is away: senders come again, and what was stored of the call is then a duplicate.
    /// </summary>
    public async Task<IReadOnlyList<Receipt?>> Store(IReadOnlyList<Told> told, Sender sender, CancellationToken ct, bool fromPage = false)
    {
        foreach (var bad in told.Where(one => one.Read.Event is null)) rejected.Remember(bad.Read, bad.Source, clock.Now());
        var receipts = new Queue<Receipt>(told.Count);
        foreach (var part in told.Select(one => one.Read.Event).OfType<Envelope>().Chunk(MostTogether))
        {
            var known = fromPage ? await Known(async () => await before.Of(part, clock)) : None;
            var news = known.Count == 0 ? part : [.. part.Where(e => !known.Contains(e.Id))];
            var stored = new Queue<Receipt>(news.Length == 0 ? [] : await ingest.Accept(news, ct));
            foreach (var e in part) receipts.Enqueue(known.Contains(e.Id) ? new(e.Id, Verdict.Duplicate, "already stored") : stored.Dequeue());
        }

        use.Note(sender.SourceId, receipts.Count(receipt => receipt.Stored));
        return [.. told.Select(one => one.Read.Event is null ? null : receipts.Dequeue())];
    }

    /// <summary>What the translators may know of this call.</summary>
    public Arrival Arrival(HttpContext http, Sender sender) => new(clock.Now(), sender.Actor, http.Request.Headers.UserAgent, sender.Customer);

    public DateTime Now => clock.Now();

    /// <summary>What stands for a visitor without a cookie; a server may say for whom it speaks.</summary>
    public async Task<string> Visitor(HttpContext http, string site, string? address = null, string? agent = null) =>
        DailyVisitors.Id(
            await Salt(), site.ToLowerInvariant(), System.Net.IPAddress.TryParse(address, out var named) ? named : http.Connection.RemoteIpAddress, agent ?? http.Request.Headers.UserAgent);

    public Task<byte[]> Salt() => Known(visitors.Salt);

    /// <summary>Too many messages are a body that is too large: clients that can, send less at once.</summary>
    public static void CheckCount(int messages)
    {
        if (messages > MostMessages) throw new BadHttpRequestException($"The call holds {messages} messages; at most {MostMessages} are taken at once.", StatusCodes.Status413PayloadTooLarge);
    }

    private static Sender Under(Source source) => new("source:" + source.SourceId, source.SourceId, source.Kind);

    private static void Check(HttpContext http, Source source)
    {
        if (source.Allows(http.Request.Headers.Origin)) return;
        CrossOrigin.Refuse(http);
        throw new BadHttpRequestException("This write key is for other pages.", StatusCodes.Status403Forbidden);
    }

    // In the order in which they are most likely the right one. Jitsu's keys have a secret behind the colon, which we have no use for.
    private static IEnumerable<string> Presented(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[authorization.Length];
            if (Convert.TryFromBase64String(authorization[6..].Trim(), bytes, out var length)) yield return Encoding.UTF8.GetString(bytes, 0, length).Split(':')[0];
        }
        else if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            yield return authorization[7..].Trim();
        }

        yield return request.Headers["x-write-key"].ToString().Split(':')[0];
        yield return request.Headers["x-api-key"].ToString();
        // Addresses end up in logs: only keys that are public anyway may stand there.
        foreach (var name in (string[])["writeKey", "writekey", "token", "api_key"])
        {
            if (request.Query[name].ToString() is ['w', 'k', '_', ..] key) yield return key.Split(':')[0];
        }
    }

    private static async Task<T> Known<T>(Func<ValueTask<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (OperationCanceledException)
        {
            throw new IngestUnavailable("the database did not say in time whose key this is");
        }
    }
}
