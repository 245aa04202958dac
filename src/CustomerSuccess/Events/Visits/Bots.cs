using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Visits;

/// <summary>Tells programs (crawlers, previews, monitors, headless browsers, libraries) from people, by what they say they are. No list is complete.</summary>
public static class Bots
{
    private const string Between = "# Then";

    // Crawlers stand before that line, whatever else is a program after it.
    private static readonly string[] Listed = Sql.Read("Events/Visits/bots.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    internal static Patterns Crawlers { get; } = new(Listed.TakeWhile(line => !line.StartsWith(Between, StringComparison.Ordinal)));

    internal static Patterns All { get; } = new(Listed);

    /// <summary>Whether a request with this User-Agent comes from a program. One without any does.</summary>
    public static bool Is(string? agent) => string.IsNullOrWhiteSpace(agent) || All.Match(agent);

    /// <summary>Of what should come from a browser: whether it comes from a program. Where nothing is said, nothing is known.</summary>
    public static bool Browses(string? agent) => agent is { Length: > 0 } && Is(agent);

    /// <summary>Of what servers deliver as well: whether it tells of a program that visits pages. The library that delivers is none.</summary>
    public static bool Visits(string? agent) => agent is { Length: > 0 } && (agent.StartsWith("Mozilla/", StringComparison.Ordinal) ? Is(agent) : Crawlers.Match(agent));

    /// <summary>Patterns and what they said of the texts seen lately: a few thousand stand for nearly all visitors.</summary>
    internal sealed class Patterns(IEnumerable<string> patterns)
    {
        // Longer is nobody's browser; and the patterns look at every character.
        private const int Longest = 512;
        private const int MostRemembered = 4_096;

        // Full, it starts again: made-up ones must not keep real ones out.
        private readonly ConcurrentDictionary<string, bool> seen = new(StringComparer.Ordinal);

        public Regex Regex { get; } = new(
            string.Join('|', patterns.Where(line => line[0] != '#')), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromMilliseconds(250));

        public bool Match(string agent)
        {
            if (agent.Length > Longest) return true;
            if (seen.TryGetValue(agent, out var known)) return known;
            try
            {
                var matches = Regex.IsMatch(agent);
                if (seen.Count >= MostRemembered) seen.Clear();
                return seen[agent] = matches;
            }
            catch (RegexMatchTimeoutException)
            {
                // Whatever takes that long to read is made to; or the machine was busy, so it is not remembered.
                return true;
            }
        }
    }
}
