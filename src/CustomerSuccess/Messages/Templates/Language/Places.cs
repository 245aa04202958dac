using CustomerSuccess.Messages.Templates.Design;

namespace CustomerSuccess.Messages.Templates.Language;

/// <summary>
/// Where in the HTML values stand. A value is text between tags or inside a quoted attribute; anywhere else (an attribute without
/// quotes, a tag's name, a style sheet) escaping would not hold it. Pure.
/// </summary>
public static class Places
{
    private enum State
    {
        Text,
        Comment,
        Name,
        Inside,
        Double,
        Single,
        Unquoted,
    }

    public static void Check(string html, IReadOnlyList<Tag> tags, List<TemplateFault> faults)
    {
        var (state, name, at) = (State.Text, 0, 0);
        foreach (var tag in tags)
        {
            Walk(html, at, tag.From, ref state, ref name, faults);
            at = tag.To;
            if (tag.Kind == TagKind.Partial && state != State.Text) faults.Add(new("html", tag.Line, $"The partial {tag.Name} stands inside a tag."));
            if (tag.Kind == TagKind.Value && state is not (State.Text or State.Double or State.Single))
            {
                faults.Add(new("html", tag.Line, $"{{{{{tag.Name}}}}} stands {(state == State.Comment ? "in a comment" : "inside a tag without quotes")}: values are text, or stand in an attribute in quotes."));
            }
        }

        Walk(html, at, html.Length, ref state, ref name, faults);
        if (state != State.Text) faults.Add(new("html", 0, "A tag, a quote or a comment is never closed."));
    }

    private static void Walk(string html, int from, int to, ref State state, ref int name, List<TemplateFault> faults)
    {
        for (var n = from; n < to; n++)
        {
            var letter = html[n];
            var next = n + 1 < html.Length ? html[n + 1] : ' ';
            switch (state)
            {
                case State.Text when letter == '<' && html.AsSpan(n).StartsWith("<!--"):
                    state = State.Comment;
                    break;
                case State.Text when letter == '<' && (char.IsAsciiLetter(next) || next is '/' or '!' or '?' or '{'):
                    (state, name) = (State.Name, n + 1);
                    break;
                case State.Comment when letter == '>' && html.AsSpan(0, n).EndsWith("--"):
                    state = State.Text;
                    break;
                case State.Name when !char.IsAsciiLetterOrDigit(letter) && letter is not ('/' or '!' or '-'):
                    Element(html, html[name..n].Trim('/').ToLowerInvariant(), n, faults);
                    state = letter == '>' ? State.Text : State.Inside;
                    break;
                case State.Inside when letter == '>':
                    state = State.Text;
                    break;
                case State.Inside when letter == '"':
                    state = State.Double;
                    break;
                case State.Inside when letter == '\'':
                    state = State.Single;
                    break;
                case State.Inside when letter == '=' && !char.IsWhiteSpace(next) && next is not ('"' or '\''):
                    state = State.Unquoted;
                    break;
                case State.Unquoted when char.IsWhiteSpace(letter):
                    state = State.Inside;
                    break;
                case State.Unquoted when letter == '>':
                case State.Double when letter == '"':
                case State.Single when letter == '\'':
                    state = letter == '>' ? State.Text : State.Inside;
                    break;
            }
        }
    }

    private static void Element(string html, string name, int at, List<TemplateFault> faults)
    {
        if (CleanHtml.Elements.Contains(name)) return;
        var why = name is "html" or "head" or "body" or "!doctype" or "style" or "meta" or "title" or "link" ? "belongs to the layout: write only what stands in the letter" : "has no place in a mail";
        faults.Add(new("html", 1 + html.AsSpan(0, at).Count('\n'), $"<{name}> {why}."));
    }
}
