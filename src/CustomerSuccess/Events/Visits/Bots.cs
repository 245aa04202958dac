using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Visits;

/// <summary>
/// Tells programs that read pages (crawlers, previews, monitors, headless browsers) from people, by what they say they are.
/// For doors that browsers use: a server's SDK is a program, too, and what it sends is no visit of it.
/// </summary>
public static class Bots
{
    // Longer is nobody's browser; and the patterns look at every character.
    private const int Longest = 512;
    private const int MostRemembered = 4_096;

    internal static readonly Regex Pattern = new(
        string.Join('|', Sql.Read("Events/Visits/bots.txt").Split('\n').Where(line => line.Length > 0 && line[0] != '#')),
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromMilliseconds(250));

    // A few thousand texts stand for nearly all visitors. Full, it starts again: made-up ones must not keep real ones out.
    private static readonly ConcurrentDictionary<string, bool> Seen = new(StringComparer.Ordinal);

    /// <summary>Whether a request with this User-Agent comes from a program. One without any does.</summary>
    public static bool Is(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent) || userAgent.Length > Longest) return true;
        if (Seen.TryGetValue(userAgent, out var known)) return known;
        if (Seen.Count >= MostRemembered) Seen.Clear();
        return Seen[userAgent] = Matches(userAgent);
    }

    private static bool Matches(string userAgent)
    {
        try
        {
            return Pattern.IsMatch(userAgent);
        }
        catch (RegexMatchTimeoutException)
        {
            // Whatever takes that long to read is made to.
            return true;
        }
    }
}
