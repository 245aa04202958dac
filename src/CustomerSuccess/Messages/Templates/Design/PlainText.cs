using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace CustomerSuccess.Messages.Templates.Design;

/// <summary>The letter for people and programs that show no HTML, derived from its body: what is hidden from readers is left out.</summary>
public static partial class PlainText
{
    public static string Of(IElement body)
    {
        var text = new StringBuilder();
        Walk(body, text);
        var lines = text.ToString().Split('\n').Select(line => Blanks().Replace(line, " ").Trim());
        return Gaps().Replace(string.Join('\n', lines), "\n\n").Trim() + "\n";
    }

    private static void Walk(INode node, StringBuilder text)
    {
        foreach (var child in node.ChildNodes)
        {
            if (child is IText words) text.Append(Blanks().Replace(words.Data.ReplaceLineEndings(" "), " "));
            else if (child is IElement element) Write(element, text);
        }
    }

    private static void Write(IElement element, StringBuilder text)
    {
        if (element.GetAttribute("aria-hidden") == "true") return;
        switch (element.LocalName)
        {
            case "br":
                text.Append('\n');
                break;
            case "hr":
                text.Append("\n\n---\n\n");
                break;
            case "img":
                text.Append(element.GetAttribute("alt"));
                break;
            case "a":
                var before = text.Length;
                Walk(element, text);
                var address = element.GetAttribute("href") ?? "";
                var shown = text.ToString(before, text.Length - before).Trim();
                var mail = address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? address["mailto:".Length..] : address;
                if (address.Length > 0 && shown != mail) text.Append(shown.Length == 0 ? mail : $": {mail} ");
                break;
            case "li":
                text.Append("\n- ");
                Walk(element, text);
                break;
            case "td" or "th":
                Walk(element, text);
                text.Append("  ");
                break;
            case "tr":
                text.Append('\n');
                Walk(element, text);
                break;
            case "p" or "h1" or "h2" or "h3" or "table" or "ul" or "ol" or "div" or "blockquote" or "pre":
                text.Append("\n\n");
                Walk(element, text);
                text.Append("\n\n");
                break;
            default:
                Walk(element, text);
                break;
        }
    }

    [GeneratedRegex(@"[ \t\u00a0]+", RegexOptions.None, 1000)]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\n{3,}", RegexOptions.None, 1000)]
    private static partial Regex Gaps();
}
