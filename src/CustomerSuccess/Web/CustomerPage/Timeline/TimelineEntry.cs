using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Web.CustomerPage.Timeline;

/// <summary>One event of a customer as the log has it. Who: the identity that did it, where it is one that is linked to the customer.</summary>
public sealed record TimelineRow(
    string Id, string Source, string Type, DateTime OccurredAt, DateTime ReceivedAt, string? PersonId, string? Actor, string Properties, string? Url, bool History, string? Who = null)
{
    /// <summary>by ann, by a visitor; null where the customer as a whole did it.</summary>
    public string? By => Who is null ? null : Who.StartsWith("~p:", StringComparison.Ordinal) ? "by " + Who[3..] : Who.StartsWith("~v:", StringComparison.Ordinal) ? "by a visitor" : null;

    public JsonElement Json => JsonElement.Parse(Properties);

    /// <summary>Where this row stands in the order newest first; the next page begins after it.</summary>
    public string Cursor => string.Create(CultureInfo.InvariantCulture, $"{OccurredAt.Ticks / 10:x}-{ReceivedAt.Ticks / 10:x}-{Id}");

    /// <summary>Reads a cursor; false for anything else.</summary>
    public static bool TryCursor(string text, out (DateTime At, DateTime Received, string Id) place)
    {
        place = default;
        if (text.Split('-', 3) is not [var at, var received, { Length: > 0 and <= 128 } id] || id.Contains('\0', StringComparison.Ordinal)) return false;
        if (!long.TryParse(at, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var a) || a is < 0 or > 315_000_000_000_000_000) return false;
        if (!long.TryParse(received, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var r) || r is < 0 or > 315_000_000_000_000_000) return false;
        place = (new DateTime(a * 10, DateTimeKind.Utc), new DateTime(r * 10, DateTimeKind.Utc), id);
        return true;
    }
}

/// <summary>What the page shows as one line: an event, or several of one type on one day.</summary>
public sealed record TimelineLine(string Id, DateTime At, Told Told, string? By, int Count, bool Untimed)
{
    /// <summary>Rows newest first to at most so many lines, and the cursor of the last row used, null at the end. Pure.</summary>
    public static (IReadOnlyList<TimelineLine> Lines, string? Next) From(IReadOnlyList<TimelineRow> rows, int most, bool more, Func<string?, string, string?> by)
    {
        var lines = new List<TimelineLine>();
        var at = 0;
        while (at < rows.Count && lines.Count < most)
        {
            var first = rows[at];
            var end = at + 1;
            while (end < rows.Count && TimelineWords.Many(first.Type, 2) is not null && rows[end].Type == first.Type && rows[end].OccurredAt.Day() == first.OccurredAt.Day()) end++;
            var count = end - at;
            var told = TimelineWords.Of(first.Type, first.Json, first.Url);
            if (count > 1)
            {
                var about = rows.Skip(at).Take(count).Select(row => TimelineWords.Reference(row.Type, row.Json)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
                told = told with
                {
                    Title = TimelineWords.Many(first.Type, count)!,
                    Detail = null,
                    About = about.Count == 0 ? null : References(about),
                };
            }

            lines.Add(new TimelineLine(first.Id, first.OccurredAt, told, Credit(rows.Skip(at).Take(count), by(first.Actor, first.Source)), count, told.Detail == "unknown time"));
            at = end;
        }

        return (lines, at < rows.Count || more ? rows.ElementAtOrDefault(at - 1)?.Cursor : null);
    }

    // Who did it where it was one, and through what.
    private static string? Credit(IEnumerable<TimelineRow> rows, string? through)
    {
        var who = rows.Select(row => row.By).Distinct(StringComparer.Ordinal).ToList();
        return who is [{ } one] ? through is null ? one : $"{one} {through}" : through;
    }

    // acme/api #214, #215; acme/web #7, and how many more.
    private static string References(List<string> about)
    {
        var shown = about.Take(6).Select(reference => reference.Split(" #", 2)).GroupBy(parts => parts[0], StringComparer.Ordinal)
            .Select(group => group.Key + string.Concat(group.Where(parts => parts.Length == 2).Select((parts, n) => (n == 0 ? " #" : ", #") + parts[1])));
        return string.Join("; ", shown) + (about.Count > 6 ? $" and {about.Count - 6} more" : "");
    }
}
