using System.Text.RegularExpressions;

namespace CustomerSuccess.Messages.Templates.Language;

/// <summary>
/// Finds the tags of a template and refuses what is not on this short list of Handlebars: {{name}}, {{#if}}, {{#unless}}, {{#each}},
/// {{else}}, {{> partial argument=…}}, {{! comment}}. Handlebars.Net renders what passed; what it understands beyond (three braces,
/// inline partials that call themselves, lookups) never reaches it. Pure.
/// </summary>
public static partial class ReadTags
{
    public static IReadOnlyList<Tag> Of(string text, string part, List<TemplateFault> faults)
    {
        var tags = new List<Tag>();
        var (line, counted) = (1, 0);
        for (var from = text.IndexOf("{{", StringComparison.Ordinal); from >= 0; from = text.IndexOf("{{", from, StringComparison.Ordinal))
        {
            line += text.AsSpan(counted, from - counted).Count('\n');
            counted = from;
            var comment = text.AsSpan(from).StartsWith("{{!--");
            var end = comment ? "--}}" : "}}";
            var to = text.IndexOf(end, from + 2, StringComparison.Ordinal);
            if (to < 0)
            {
                faults.Add(new(part, line, $"The braces are not closed: {Shown(text[from..])}"));
                break;
            }

            to += end.Length;
            if (Read(text[from..to], line, from, to) is { } tag) tags.Add(tag);
            else if (Refusal(text, from, to) is { } why) faults.Add(new(part, line, why));
            from = to;
        }

        return tags;
    }

    private static Tag? Read(string whole, int line, int from, int to)
    {
        if (whole.StartsWith("{{!", StringComparison.Ordinal)) return null;
        var inner = whole[2..^2].Trim('~').Trim();
        Tag Made(TagKind kind, string name, params IReadOnlyList<Argument> arguments) => new(kind, name, arguments, line, from, to);
        if (inner is "else" or "^") return Made(TagKind.Else, "else");
        if (Path().IsMatch(inner)) return Made(TagKind.Value, inner);
        if (Block().Match(inner) is { Success: true } block)
        {
            return Made(block.Groups["block"].Value switch { "if" => TagKind.If, "unless" => TagKind.Unless, _ => TagKind.Each }, block.Groups["path"].Value);
        }

        if (Close().Match(inner) is { Success: true } close) return Made(TagKind.Close, close.Groups["block"].Value);
        if (Partial().Match(inner) is not { Success: true } partial) return null;
        var (names, values) = (partial.Groups["name"].Captures, partial.Groups["value"].Captures);
        return Made(TagKind.Partial, partial.Groups["partial"].Value,
            [.. names.Select((name, n) => new Argument(name.Value, Path().IsMatch(values[n].Value) && values[n].Value is not ("true" or "false") ? values[n].Value : null))]);
    }

    private static string? Refusal(string text, int from, int to)
    {
        // The third brace at the end belongs to it.
        var shown = Shown(text[from..(to < text.Length && text[to] == '}' ? to + 1 : to)]);
        return text.AsSpan(from).StartsWith("{{!") ? null
            : text.AsSpan(from).StartsWith("{{{") || text.AsSpan(from).StartsWith("{{&") ? $"{shown} would insert a value as markup. Write two braces: values are always text."
            : text.AsSpan(from).StartsWith("{{else if") ? $"{shown}: write {{{{else}}}} and a block of its own inside."
            : $"{shown} is not understood. There is {{{{name}}}}, {{{{#if name}}}}, {{{{#unless name}}}}, {{{{#each name}}}}, {{{{else}}}}, {{{{> partial}}}} and {{{{! comment}}}}.";
    }

    private static string Shown(string text) => text.ReplaceLineEndings(" ") is { Length: > 60 } all ? all[..59] + "…" : text.ReplaceLineEndings(" ");

    private const string APath = @"(?:@root\.|(?:\.\./)+)?(?:this\.)?[A-Za-z_]\w*(?:\.\w+)*|this|@index|@first|@last|@key";

    [GeneratedRegex($"^(?:{APath})$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Path();

    [GeneratedRegex($@"^#\s*(?<block>if|unless|each)\s+(?<path>{APath})$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();

    [GeneratedRegex(@"^/\s*(?<block>\w+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Close();

    // Each argument is taken once and not given back: a value that can be read in two ways would be tried in all of them, 2 to the number of arguments.
    [GeneratedRegex($@"^>\s*(?<partial>[a-z_]+)(?>\s+(?<name>[a-z_]+)=(?<value>""[^""{{}}]*""|\d+|{APath}))*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Partial();
}
