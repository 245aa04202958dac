using System.Security.Cryptography;

namespace CustomerSuccess.Events.Sources;

/// <summary>
/// A website, app or service that sends events with a client of another tool, or with our own script. The write key (wk_…)
/// is public and only lets send events; null where the source was discovered by its domain. Origins are the pages that may
/// use it; none: any, and servers. Domain is what a client without a key calls itself: a domain (Plausible) or a website id
/// (Umami). Revoked at: ended; with a domain: blocked.
/// </summary>
public sealed record Source(
    string SourceId, string Name, string Kind, string? WriteKey, string[] Origins, string? Domain, DateTime CreatedAt, string CreatedBy,
    DateTime? RevokedAt, DateTime? FirstEventAt, DateTime? LastEventAt, long Events)
{
    /// <summary>The clients there is a door for.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["segment", "rudder", "posthog", "plausible", "umami", "jitsu", "script"];

    /// <summary>Who made a source that was seen sending and made by nobody.</summary>
    public const string Discovered = "discovered";

    public const string Columns =
        "source_id, name, kind, write_key, origins, domain, created_at, created_by, revoked_at, first_event_at, last_event_at, events";

    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    /// <summary>A new id, and a new write key: 120 random bits, so that nobody sends in another's name by guessing.</summary>
    public static (string Id, string WriteKey) Make() => (RandomNumberGenerator.GetString(Alphabet, 10), "wk_" + RandomNumberGenerator.GetString(Alphabet, 24));

    /// <summary>Whether a page (its Origin header; null for a server) may send under this source.</summary>
    public bool Allows(string? origin) => Origins.Length == 0 || origin is not null && Origins.Any(allowed => Matches(allowed, origin));

    /// <summary>A star stands for subdomains, of any depth; not for the domain itself.</summary>
    private static bool Matches(string allowed, string origin)
    {
        var star = allowed.IndexOf("*.", StringComparison.Ordinal);
        if (star < 0) return string.Equals(allowed, origin, StringComparison.OrdinalIgnoreCase);
        var (before, after) = (allowed[..star], allowed[(star + 1)..]);
        return origin.Length > before.Length + after.Length
            && origin.StartsWith(before, StringComparison.OrdinalIgnoreCase) && origin.EndsWith(after, StringComparison.OrdinalIgnoreCase)
            && !origin.AsSpan(before.Length, origin.Length - before.Length - after.Length).ContainsAny('/', ':', '@');
    }
}
