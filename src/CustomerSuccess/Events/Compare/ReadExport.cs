using System.Globalization;
using System.Text;
using CsvHelper;
using CustomerSuccess.Events.Dialects;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Events.Compare;

/// <summary>
/// Another tool's daily export as rows of day, event and count: one row a day and event, or one column an event. Names are
/// taken for ours where they mean the same. Pure.
/// </summary>
public static class ReadExport
{
    public const int MostRows = 50_000;

    /// <summary>How often something happened on a day, as the other tool says.</summary>
    public sealed record Row(DateOnly Day, string Type, long Count);

    // Columns that count something other than events.
    private static readonly string[] NotEvents = ["visitors", "visits", "users", "unique_users", "sessions", "bounces", "bounce_rate", "visit_duration", "views_per_visit", "sampled", "label"];

    private static readonly string[] DayNames = ["day", "date", "time", "timestamp", "period", "received_at_day"];
    private static readonly string[] EventNames = ["event", "event_name", "name", "type", "event_text"];
    private static readonly string[] CountNames = ["count", "total", "events", "total_count", "event_count", "value", "number"];

    /// <summary>The rows, or what is wrong with the text.</summary>
    public static (IReadOnlyList<Row> Rows, string? Problem) Parse(string text)
    {
        try
        {
            return Read(text);
        }
        catch (Exception error) when (error is CsvFormatException or InvalidDataException or InvalidOperationException)
        {
            return ([], "A row is longer than 64 KB: most likely a quote is never closed.");
        }
    }

    private static (IReadOnlyList<Row> Rows, string? Problem) Read(string text)
    {
        using var csv = Records(text.Trim('\uFEFF', ' ', '\n', '\r')).GetEnumerator();
        if (!csv.MoveNext()) return ([], "There is nothing in it.");
        var titles = csv.Current;
        var head = titles.Select(name => name.ToLowerInvariant().Replace(' ', '_')).ToArray();
        var (day, name, count) = (Find(head, DayNames), Find(head, EventNames), Find(head, CountNames));
        if (day < 0) return ([], "The first line must name the columns, one of them day or date.");
        var wide = name < 0 || count < 0;
        var events = wide ? Enumerable.Range(0, head.Length).Where(n => n != day && !NotEvents.Contains(head[n])).Select(n => (n, titles[n])).ToList() : [];
        if (wide && events.Count == 0) return ([], "Besides the day it needs the columns event and count, or a column for each event.");

        var sums = new Dictionary<(DateOnly, string), long>();
        for (var line = 2; csv.MoveNext(); line++)
        {
            if (line > MostRows) return ([], $"It has more than {MostRows} lines; compare a shorter time.");
            var record = csv.Current;
            if (record.All(string.IsNullOrEmpty)) continue;
            if (day >= record.Length || Day(record[day]) is not { } on) return ([], $"Line {line}: '{Cut(record.ElementAtOrDefault(day))}' is no day like 2026-11-20.");
            foreach (var (n, given) in wide ? events : [(count, record.ElementAtOrDefault(name) ?? "")])
            {
                var number = record.ElementAtOrDefault(n) ?? "";
                if (number.Length == 0 && wide) continue;
                if (!decimal.TryParse(number, NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 1_000_000_000_000)
                    return ([], $"Line {line}: '{Cut(number)}' is no count.");
                if (given.Length == 0) return ([], $"Line {line}: the event has no name.");
                var key = (on, Ours(given));
                sums[key] = sums.GetValueOrDefault(key) + (long)value;
            }
        }

        return sums.Count == 0 ? ([], "There is no line with a count in it.") : ([.. sums.Select(sum => new Row(sum.Key.Item1, sum.Key.Item2, sum.Value))], null);
    }

    /// <summary>What the log calls an event of this name.</summary>
    internal static string Ours(string name) => name.Trim().ToLowerInvariant() switch
    {
        "$pageview" or "pageview" or "pageviews" or "page" or "pages" or "page view" or "page_view" or "page views" or "viewed page" => EventTypes.PageView,
        "$screen" or "screen" => "screen_view",
        "$pageleave" or "engagement" => "page_leave",
        "$identify" or "identify" or "identifies" => "identify",
        "$groupidentify" or "group" or "groups" => "group",
        "$create_alias" or "alias" or "aliases" => "alias",
        "outbound link: click" => "outbound_click",
        _ => EventName.Type(name, "other"),
    };

    private static IEnumerable<string[]> Records(string text)
    {
        if (text.Length == 0) yield break;
        // What stands most often in the first line separates.
        var first = text.AsSpan(0, text.IndexOf('\n') is >= 0 and var end ? end : text.Length).ToString();
        var separator = new[] { ',', ';', '\t' }.MaxBy(mark => first.Count(letter => letter == mark));
        using var csv = CsvReader.Create(
            new MemoryStream(Encoding.UTF8.GetBytes(text)), CsvReaderOptions.Default with { Separator = separator, HasHeader = false, MaxRecordSize = 64 * 1024, OnMalformedRecord = _ => { } }, leaveOpen: false);
        while (csv.Read()) yield return [.. Enumerable.Range(0, csv.FieldCount).Select(n => csv.GetString(n).Trim())];
    }

    private static int Find(string[] head, string[] names) => Array.FindIndex(head, names.Contains);

    // 2026-11-20, with or without a time behind; or as PostHog writes them, 20-Nov-2026.
    private static DateOnly? Day(string text) =>
        text.Length >= 10 && Days.TryParse(text[..10], out var day) ? day
        : DateOnly.TryParseExact(text, ["d-MMM-yyyy", "yyyyMMdd", "yyyy/MM/dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out day) ? day : null;

    private static string Cut(string? text) => text is null ? "" : text.Length > 40 ? text[..40] + "…" : text;
}
