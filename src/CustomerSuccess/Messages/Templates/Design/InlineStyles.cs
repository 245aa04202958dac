using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace CustomerSuccess.Messages.Templates.Design;

/// <summary>
/// Writes a style sheet into the elements it speaks of, because many mail programs drop style sheets; media queries stay one in the
/// head, with !important, for those that keep them. Knows what mail.css uses: rules with selectors, and @media around rules.
/// </summary>
public sealed partial class InlineStyles
{
    private readonly Dictionary<string, List<(string Name, string Value)>> byElement = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(int Place, IReadOnlyList<(string Name, string Value)> Declared)>> byClass = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<(string Query, IReadOnlyList<(string Selector, string Declarations)> Rules)> media;

    public InlineStyles(string css)
    {
        css = Comment().Replace(css, "");
        media = [.. Media().Matches(css).Select(match => (match.Groups["query"].Value, Rules(match.Groups["rules"].Value)))];
        foreach (var (place, (selectors, declarations)) in Rules(Media().Replace(css, "")).Index())
        {
            foreach (var selector in selectors.Split(',', StringSplitOptions.TrimEntries))
            {
                if (selector[0] == '.') (byClass.TryGetValue(selector[1..], out var rules) ? rules : byClass[selector[1..]] = []).Add((place, Declared(declarations)));
                else (byElement.TryGetValue(selector, out var named) ? named : byElement[selector] = []).AddRange(Declared(declarations));
            }
        }
    }

    /// <summary>Selectors are an element or a class, alone or several with commas: looked up rather than matched, a mail takes a millisecond.</summary>
    public void Run(IDocument document)
    {
        foreach (var element in document.All)
        {
            // Those of its name first, then those of its classes in the order of the sheet; the last one to name a property wins.
            var classes = element.ClassList;
            var style = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in byElement.GetValueOrDefault(element.LocalName, [])) style[name] = value;
            foreach (var (_, declared) in classes.SelectMany(one => byClass.GetValueOrDefault(one, [])).OrderBy(rule => rule.Place))
            {
                foreach (var (name, value) in declared) style[name] = value;
            }

            foreach (var (name, value) in Declared(element.GetAttribute("style") ?? "")) style[name] = value;
            if (style.Count > 0) element.SetAttribute("style", string.Join("; ", style.Select(each => $"{each.Key}: {each.Value}")));
        }
    }

    /// <summary>The sheet for the head. Outlook.com keeps its own dark mode: what is for it stands under the attributes it sets.</summary>
    public string Head(string? scheme = null)
    {
        var head = new List<string> { ":root { color-scheme: light dark; supported-color-schemes: light dark; }" };
        foreach (var (query, inside) in media)
        {
            var dark = query.Contains("prefers-color-scheme", StringComparison.Ordinal);
            if (dark && scheme == "light") continue;
            head.Add($"@media {(dark && scheme == "dark" ? "all" : query)} {{ {string.Join(' ', inside.Select(rule => $"{rule.Selector} {{ {Important(rule.Declarations)} }}"))} }}");
            if (dark && scheme is null)
            {
                head.AddRange(inside.SelectMany(rule => new[] { ("[data-ogsb]", "background"), ("[data-ogsc]", "") }.Select(each =>
                    (Outlook: each.Item1, Kept: Declared(rule.Declarations).Where(declared => declared.Name.StartsWith("background", StringComparison.Ordinal) == (each.Item2.Length > 0)).ToList(), rule.Selector)))
                    .Where(each => each.Kept.Count > 0)
                    .Select(each => $"{string.Join(", ", each.Selector.Split(',').Select(one => $"{each.Outlook} {one.Trim()}"))} {{ {string.Join(' ', each.Kept.Select(one => $"{one.Name}: {one.Value} !important;"))} }}"));
            }
        }

        return string.Join('\n', head);
    }

    private static string Important(string declarations) => string.Join(' ', Declared(declarations).Select(each => $"{each.Name}: {each.Value} !important;"));

    private static IReadOnlyList<(string Selector, string Declarations)> Rules(string css) =>
        [.. Rule().Matches(css).Select(match => (match.Groups["selector"].Value.Trim(), match.Groups["declarations"].Value.Trim()))];

    private static IReadOnlyList<(string Name, string Value)> Declared(string declarations) =>
        [.. declarations.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(each => each.Split(':', 2, StringSplitOptions.TrimEntries)).Where(each => each.Length == 2 && each[1].Length > 0).Select(each => (each[0].ToLowerInvariant(), each[1]))];

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"@media\s*(?<query>[^{]+?)\s*\{(?<rules>(?:[^{}]*\{[^{}]*\})*)\s*\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Media();

    [GeneratedRegex(@"(?<selector>[^{}]+)\{(?<declarations>[^{}]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rule();
}
