using System.Text.RegularExpressions;

namespace CustomerSuccess.Events.Dialects;

/// <summary>Whether a User-Agent is a program's: crawlers, previews, monitors, browsers without a person. Pure; no list is complete.</summary>
public static partial class Bots
{
    /// <summary>True for programs that visit pages.</summary>
    public static bool Visits(string? agent) => agent is { Length: > 0 } && (agent.StartsWith("Mozilla/", StringComparison.Ordinal) ? Events.Visits.Bots.Is(agent) : Crawlers().IsMatch(agent));

    /// <summary>
    /// True also for libraries that fetch pages. Only for what should come from a browser: the same libraries deliver the
    /// events of servers.
    /// </summary>
    public static bool Browses(string? agent) => agent is { Length: > 0 } && Events.Visits.Bots.Is(agent);

    // Cubot is a telephone.
    [GeneratedRegex(@"(?<!cu)bot(?:\b|[^a-z])|bots?/|crawl|spider|slurp|scrape|headless|phantomjs|puppeteer|playwright|selenium|webdriver|lighthouse|pagespeed|gtmetrix|pingdom|uptime|monitor(?:ing|is)|statuscake|checkly|datadogsynthetics|facebookexternalhit|meta-externalagent|whatsapp|telegrambot|embedly|preview|feedfetcher|feedly|mediapartners|adsbot|apis-google|google-(?:read-aloud|extended|inspectiontool|site-verification)|bingpreview|yandex(?!browser)|baidu(?!browser|boxapp)|duckduck(?:go)?-?bot|archive\.org|ahrefs|semrush|mj12|dotbot|petalbot|bytespider|gptbot|chatgpt-user|oai-searchbot|claudebot|claude-web|anthropic-ai|perplexity|ccbot|cohere-ai|diffbot|validator|w3c_|nutch|heritrix|zgrab|masscan|nmap|nikto|sqlmap|nuclei", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Crawlers();
}
