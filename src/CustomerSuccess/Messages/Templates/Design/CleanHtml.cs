using System.Collections.Frozen;
using AngleSharp.Dom;

namespace CustomerSuccess.Messages.Templates.Design;

/// <summary>
/// Keeps of a rendered body what belongs in a mail: listed elements, listed attributes, addresses that lead to a website, a mailbox or a
/// phone. The second wall behind escaping: whatever a template or a value tried, nothing else gets out.
/// </summary>
public static class CleanHtml
{
    public static FrozenSet<string> Elements { get; } = FrozenSet.ToFrozenSet(
    [
        "a", "b", "blockquote", "br", "center", "code", "del", "div", "em", "h1", "h2", "h3", "hr", "i", "img", "li", "ol", "p", "pre", "s", "small", "span", "strong",
        "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
    ], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Attributes = FrozenSet.ToFrozenSet(
        ["align", "alt", "aria-hidden", "aria-label", "bgcolor", "border", "cellpadding", "cellspacing", "class", "colspan", "dir", "height", "href", "lang", "role", "rowspan", "src", "start", "style", "title", "valign", "width"],
        StringComparer.Ordinal);

    // Lost with everything in it; of other elements only the tags go.
    private static readonly FrozenSet<string> WithContent = FrozenSet.ToFrozenSet(
        ["script", "style", "template", "iframe", "object", "embed", "svg", "math", "noscript", "noembed", "noframes", "xmp", "plaintext", "textarea", "title", "select", "video", "audio", "head"], StringComparer.Ordinal);

    public static void Run(IElement body)
    {
        foreach (var node in body.Descendants<IComment>().ToList()) node.Remove();
        foreach (var element in body.Descendants<IElement>().ToList())
        {
            if (element.NamespaceUri != NamespaceNames.HtmlUri || !Elements.Contains(element.LocalName))
            {
                if (element.NamespaceUri == NamespaceNames.HtmlUri && !WithContent.Contains(element.LocalName)) element.Replace([.. element.ChildNodes]);
                else element.Remove();
                continue;
            }

            foreach (var attribute in element.Attributes.ToList())
            {
                if (!Kept(attribute.Name, attribute.Value)) element.RemoveAttribute(attribute.Name);
            }
        }
    }

    private static bool Kept(string name, string value) => Attributes.Contains(name) && name switch
    {
        "href" => Leads(value, "http", "https", "mailto", "tel"),
        "src" => Leads(value, "https", "http"),
        "style" => !value.Any(letter => letter is '\\' or '<' or '@' or '/' || char.IsControl(letter)) && !value.Contains("url", StringComparison.OrdinalIgnoreCase) && !value.Contains("position", StringComparison.OrdinalIgnoreCase)
            && !value.Contains("expression", StringComparison.OrdinalIgnoreCase) && !value.Contains("behavior", StringComparison.OrdinalIgnoreCase) && !value.Contains("binding", StringComparison.OrdinalIgnoreCase),
        _ => true,
    };

    /// <summary>An address with one of these schemes, and nothing a browser would read otherwise.</summary>
    public static bool Leads(string value, params string[] schemes) =>
        !value.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter)) && Uri.TryCreate(value, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) && value.StartsWith(uri.Scheme + ":", StringComparison.OrdinalIgnoreCase);
}
