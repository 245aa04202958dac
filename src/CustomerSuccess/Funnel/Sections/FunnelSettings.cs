using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;
using System.Text.Json;

namespace CustomerSuccess.Funnel.Sections;

/// <summary>
/// A part of the website by a name: the first whose pattern a page fits. "/" is the front page alone, "/blog" that page and all below,
/// "docs.example.com" a host, "docs." every host that begins so, "example.com/docs" both.
/// </summary>
public sealed record Section(string Name, IReadOnlyList<string> Patterns)
{
    /// <param name="page">Host and path in small letters, two parts deep, as visit_page in the schema makes it: rsolv.dev/blog/launch.</param>
    public bool Holds(string page) => Patterns.Any(pattern => Fits(pattern, page));

    private static bool Fits(string pattern, string page)
    {
        var cut = page.IndexOf('/');
        var (host, path) = cut < 0 ? (page, "/") : (page[..cut], page[cut..]);
        if (pattern[0] == '/') return Below(pattern, path);
        var slash = pattern.IndexOf('/');
        var (wanted, below) = slash < 0 ? (pattern, "") : (pattern[..slash], pattern[slash..]);
        return (wanted[^1] == '.' ? host.StartsWith(wanted, StringComparison.Ordinal) : host == wanted) && (below.Length <= 1 || Below(below, path));
    }

    private static bool Below(string wanted, string path) =>
        wanted == "/" ? path == "/" : path.StartsWith(wanted, StringComparison.Ordinal) && (path.Length == wanted.Length || path[wanted.Length] == '/');
}

/// <summary>What an admin may change about the funnel.</summary>
/// <param name="Sections">Parts of the website, the first that fits counts.</param>
/// <param name="RepeatDays">On how many different days a customer has called successfully to count as coming back, 1 to 30.</param>
public sealed record FunnelSettings(IReadOnlyList<Section> Sections, int RepeatDays)
{
    public const string Other = "Other";
    public const int MostSections = 30;

    public static FunnelSettings Usual { get; } = new(
        [new("Docs", ["/docs", "docs."]), new("Blog", ["/blog", "blog."]), new("Pricing", ["/pricing"]), new("Home", ["/"])], 3);

    /// <summary>The name of the section a page belongs to.</summary>
    public string SectionOf(string page) => Sections.FirstOrDefault(section => section.Holds(page))?.Name ?? Other;

    /// <summary>As a person edits it: a line a section, "Blog: /blog, blog.".</summary>
    public string Text => string.Join('\n', Sections.Select(section => $"{section.Name}: {string.Join(", ", section.Patterns)}"));

    /// <summary>Reads what a person wrote; null with faults.</summary>
    public static FunnelSettings? Parse(string text, string repeat, List<Fault> faults)
    {
        var sections = new List<Section>();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split(':', 2, StringSplitOptions.TrimEntries);
            var patterns = parts.Length == 2 ? parts[1].ToLowerInvariant().Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
            if (parts[0].Length is 0 or > 40 || patterns.Length == 0) faults.Add(new Fault("sections", $"'{Short(line)}' is not a name, a colon and patterns, as in Blog: /blog, blog."));
            else if (patterns.FirstOrDefault(pattern => pattern.Length > 100 || pattern.Any(char.IsControl) || pattern.Contains("//", StringComparison.Ordinal) || Depth(pattern) > 2) is { } bad)
                faults.Add(new Fault("sections", $"'{Short(bad)}' is no pattern: a path of one or two parts (/docs/api), a host (docs.example.com), or both, without https://"));
            else if (parts[0] == Other || sections.Any(section => section.Name == parts[0])) faults.Add(new Fault("sections", parts[0] == Other ? "'Other' is what fits no section" : $"'{parts[0]}' is there twice"));
            else sections.Add(new Section(parts[0], [.. patterns.Select(pattern => pattern.Length > 1 ? pattern.TrimEnd('/') : pattern)]));
        }

        if (sections.Count > MostSections) faults.Add(new Fault("sections", $"are too many: at most {MostSections}"));
        if (!int.TryParse(repeat, out var days) || days is < 1 or > 30) faults.Add(new Fault("repeat_days", "must be a number of days from 1 to 30"));
        return faults.Count > 0 ? null : new FunnelSettings(sections, days);

        static int Depth(string pattern) => pattern.IndexOf('/') is var slash and >= 0 ? pattern[slash..].Split('/', StringSplitOptions.RemoveEmptyEntries).Length : 0;
        static string Short(string text) => text.Length > 60 ? text[..59] + "…" : text;
    }

    public static async Task<FunnelSettings> Read(NpgsqlConnection connection, CancellationToken ct) =>
        await connection.ExecuteScalarAsync<string?>(new CommandDefinition("select value::text from settings where name = 'funnel'", cancellationToken: ct)) is { } json
            ? JsonSerializer.Deserialize<FunnelSettings>(json, JsonSerializerOptions.Web)! : Usual;

    public Task Save(NpgsqlConnection connection, NpgsqlTransaction transaction, string actor, DateTime now, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition(
        """
        insert into settings (name, value, changed_at, changed_by) values ('funnel', @value::jsonb, @now, @actor)
        on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """,
        new { value = JsonSerializer.Serialize(new { Sections, RepeatDays }, JsonSerializerOptions.Web), now, actor }, transaction, cancellationToken: ct));
}
