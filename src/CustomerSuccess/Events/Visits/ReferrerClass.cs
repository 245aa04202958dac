using System.Collections.Frozen;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Visits;

/// <summary>Where a visit came from: a class (one of <see cref="ReferrerClass.All"/>) and the name people know the place by, else its host.</summary>
public sealed record Referral(string Class, string Name);

/// <summary>Sorts referrers into search, AI assistants, social, email, other sites, our own pages and none. The list is referrers.txt. Pure.</summary>
public static class ReferrerClass
{
    public const string Search = "search", Ai = "ai", Social = "social", Email = "email", Site = "site", Internal = "internal", Direct = "direct";

    public static IReadOnlyList<string> All { get; } = [Search, Ai, Social, Email, Site, Internal, Direct];

    private static readonly Referral None = new(Direct, "Direct");

    // Two labels of these are no site of one owner: a.github.io and b.github.io are strangers.
    private static readonly FrozenSet<string> Shared = FrozenSet.ToFrozenSet(
        [
            "github.io", "gitlab.io", "netlify.app", "vercel.app", "pages.dev", "workers.dev", "web.app", "firebaseapp.com", "herokuapp.com", "fly.dev", "onrender.com",
            "azurewebsites.net", "cloudfront.net", "amazonaws.com", "blogspot.com", "wordpress.com", "substack.com", "medium.com", "webflow.io", "framer.app", "wixsite.com", "notion.site", "readthedocs.io",
            "co.uk", "org.uk", "ac.uk", "gov.uk", "com.au", "net.au", "org.au", "co.nz", "co.jp", "ne.jp", "or.jp", "co.kr", "com.br", "com.mx", "com.ar", "com.tr", "com.cn", "com.tw", "com.hk", "com.sg", "co.in", "co.za", "co.il",
        ], StringComparer.Ordinal);

    private static readonly (FrozenDictionary<string, Referral> Domains, FrozenDictionary<string, Referral> Countries, FrozenDictionary<string, Referral> Names) Known = Read();

    /// <param name="referrer">The address a browser named, with or without its scheme; empty or null for none.</param>
    /// <param name="page">The address of the page visited: its own site is internal.</param>
    public static Referral Of(string? referrer, string? page)
    {
        if (string.IsNullOrWhiteSpace(referrer)) return None;
        if (Host(referrer) is not { } host) return None;
        if (page is not null && Host(page) is { } own && SameSite(host, own)) return new Referral(Internal, own);
        return OfHost(host) ?? new Referral(Site, host);
    }

    /// <summary>What a utm_source names: a domain or a name in the list, as in chatgpt.com, google, fb; null where it names neither.</summary>
    public static Referral? Named(string source)
    {
        var plain = source.Trim().ToLowerInvariant();
        return Known.Names.GetValueOrDefault(plain) ?? (plain.Contains('.') && Host(plain) is { } host ? OfHost(host) : null);
    }

    /// <summary>The host of an address in small letters, without www.; null where there is none.</summary>
    public static string? Host(string address)
    {
        var text = address.Trim();
        if (!text.Contains("://", StringComparison.Ordinal)) text = "http://" + text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0) return null;
        var host = uri.IdnHost.TrimEnd('.').ToLowerInvariant();
        return host.StartsWith("www.", StringComparison.Ordinal) ? host[4..] : host;
    }

    private static Referral? OfHost(string host)
    {
        // mail.google.com before google.*: the longest name in the list that the host ends with.
        for (var rest = host; rest.Length > 0; rest = rest.IndexOf('.') is var dot and >= 0 ? rest[(dot + 1)..] : "")
        {
            if (Known.Domains.TryGetValue(rest, out var found)) return found;
            // google.de, google.co.uk: the name, then one or two short labels.
            if (rest.Split('.') is [var name, var top] && top.Length is 2 or 3 && Known.Countries.TryGetValue(name, out found)) return found;
            if (rest.Split('.') is [var first, { Length: <= 3 }, { Length: 2 }] && Known.Countries.TryGetValue(first, out found)) return found;
        }

        return null;
    }

    private static bool SameSite(string one, string other) => one == other || Owner(one) == Owner(other);

    // Without the list of public suffixes: the last two labels, three where many share two.
    private static string Owner(string host)
    {
        var labels = host.Split('.');
        if (labels.Length < 3 || labels.All(label => label.All(char.IsAsciiDigit))) return host;
        var two = string.Join('.', labels[^2..]);
        return Shared.Contains(two) ? string.Join('.', labels[^3..]) : two;
    }

    private static (FrozenDictionary<string, Referral>, FrozenDictionary<string, Referral>, FrozenDictionary<string, Referral>) Read()
    {
        var (domains, countries, names) = (new Dictionary<string, Referral>(StringComparer.Ordinal), new Dictionary<string, Referral>(StringComparer.Ordinal), new Dictionary<string, Referral>(StringComparer.Ordinal));
        foreach (var line in Sql.Read("Events/Visits/referrers.txt").Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var (space, colon) = (line.IndexOf(' '), line.IndexOf(": ", StringComparison.Ordinal));
            var referral = new Referral(line[..space], line[(space + 1)..colon]);
            names.TryAdd(referral.Name.ToLowerInvariant(), referral);
            foreach (var domain in line[(colon + 2)..].Split(' '))
            {
                (domain.EndsWith(".*", StringComparison.Ordinal) ? countries : domains)[domain.Replace(".*", "", StringComparison.Ordinal)] = referral;
                // utm_source=reddit means reddit.com; what is shorter may mean anything.
                if (domain.Split('.') is [{ Length: > 3 } label, _]) names.TryAdd(label, referral);
            }
        }

        foreach (var (name, of) in new[] { ("fb", "facebook"), ("ig", "instagram"), ("li", "linkedin"), ("yt", "youtube"), ("hn", "hacker news"), ("hackernews", "hacker news"), ("ph", "product hunt"), ("x", "twitter"), ("meta", "facebook") })
            names[name] = names[of];
        return (domains.ToFrozenDictionary(StringComparer.Ordinal), countries.ToFrozenDictionary(StringComparer.Ordinal), names.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
