using CustomerSuccess.Messages.Templates.Design;

namespace CustomerSuccess.Messages.Templates.Language;

/// <summary>
/// Everything that is wrong with a template, before anybody gets it: every branch is looked at, also those no customer takes today.
/// Pure.
/// </summary>
public static class CheckTemplate
{
    /// <summary>Lists hold at most a few dozen rows, so that this deep a template ends in milliseconds.</summary>
    public const int DeepestLoop = 3;

    private const int MostFaults = 20;

    public static IReadOnlyList<TemplateFault> Run(TemplateText template, Shape facts)
    {
        var faults = new List<TemplateFault>();
        if (template.Subject.Length == 0) faults.Add(new("subject", 0, "A message needs a subject."));
        if (string.IsNullOrWhiteSpace(template.Html)) faults.Add(new("html", 0, "A message needs a body."));
        foreach (var (part, source) in template.Parts)
        {
            var longest = part switch { "html" => TemplateText.LongestHtml, "text" => TemplateText.LongestText, _ => TemplateText.LongestLine };
            if (source.Length > longest)
            {
                faults.Add(new(part, 0, $"Too long: {source.Length:#,0} characters of at most {longest:#,0}."));
                continue;
            }

            var tags = ReadTags.Of(source, part, faults);
            Names(tags, part, facts, faults);
            if (part is "subject" or "preheader") faults.AddRange(tags.Where(tag => tag.Kind == TagKind.Partial).Select(tag => new TemplateFault(part, tag.Line, "A partial belongs into the body.")));
            if (part == "html") Places.Check(source, tags, faults);
        }

        return [.. faults.Take(MostFaults)];
    }

    private static void Names(IReadOnlyList<Tag> tags, string part, Shape facts, List<TemplateFault> faults)
    {
        var scopes = new List<Shape?> { facts };
        var open = new Stack<Tag>();
        foreach (var tag in tags)
        {
            void Fault(string message) => faults.Add(new(part, tag.Line, message));
            switch (tag.Kind)
            {
                case TagKind.Value:
                    if (Find(tag.Name, scopes, open, Fault) is { Kind: ShapeKind.Group or ShapeKind.List or ShapeKind.Map } several)
                        Fault(several.Kind == ShapeKind.List ? $"{{{{{tag.Name}}}}} is a list: write {{{{#each {tag.Name}}}}}." : $"{{{{{tag.Name}}}}} holds several values: {Listed(several)}.");
                    break;
                case TagKind.If or TagKind.Unless:
                    Find(tag.Name, scopes, open, Fault);
                    open.Push(tag);
                    break;
                case TagKind.Each:
                    var list = Find(tag.Name, scopes, open, Fault);
                    if (list is not null and not { Kind: ShapeKind.List }) Fault($"{{{{#each {tag.Name}}}}} needs a list, and {tag.Name} is none.");
                    open.Push(tag);
                    scopes.Add(list?.Item);
                    if (scopes.Count - 1 == DeepestLoop + 1) Fault($"Lists within lists go {DeepestLoop} deep at most.");
                    break;
                case TagKind.Else:
                    if (open.Count == 0) Fault("{{else}} stands outside of any block.");
                    break;
                case TagKind.Close:
                    if (!open.TryPop(out var opened)) Fault($"{{{{/{tag.Name}}}}} closes nothing.");
                    else if (opened.Block != tag.Name) Fault($"{{{{/{tag.Name}}}}} closes {{{{#{opened.Block} {opened.Name}}}}} of line {opened.Line}.");
                    if (opened is { Kind: TagKind.Each }) scopes.RemoveAt(scopes.Count - 1);
                    break;
                case TagKind.Partial:
                    Arguments(tag, scopes, open, Fault);
                    break;
            }
        }

        faults.AddRange(open.Select(tag => new TemplateFault(part, tag.Line, $"{{{{#{tag.Block} {tag.Name}}}}} is never closed.")));
    }

    private static void Arguments(Tag tag, List<Shape?> scopes, Stack<Tag> open, Action<string> fault)
    {
        if (Partials.Find(tag.Name) is not { } partial)
        {
            fault($"There is no partial {tag.Name}. There is: {string.Join(", ", Partials.All.Select(each => each.Name))}.");
            return;
        }

        foreach (var argument in tag.Arguments)
        {
            if (!partial.Arguments.Contains(argument.Name)) fault($"The partial {tag.Name} takes no {argument.Name}, but {string.Join(", ", partial.Arguments)}.");
            else if (argument.Path is not null) Find(argument.Path, scopes, open, fault);
        }

        foreach (var missing in partial.Arguments.Except(tag.Arguments.Select(argument => argument.Name))) fault($"The partial {tag.Name} needs {missing}=….");
    }

    // Null where the name is not known (then it was said) or stands below one that is not.
    private static Shape? Find(string path, List<Shape?> scopes, Stack<Tag> open, Action<string> fault)
    {
        if (path[0] == '@' && !path.StartsWith("@root.", StringComparison.Ordinal))
        {
            if (!open.Any(tag => tag.Kind == TagKind.Each)) fault($"{{{{{path}}}}} means something within {{{{#each}}}} only.");
            return null;
        }

        var up = 0;
        var rest = path;
        if (rest.StartsWith("@root.", StringComparison.Ordinal)) (up, rest) = (scopes.Count - 1, rest["@root.".Length..]);
        for (; rest.StartsWith("../", StringComparison.Ordinal); rest = rest[3..]) up++;
        if (up >= scopes.Count)
        {
            fault($"{{{{{path}}}}} leads out of the template.");
            return null;
        }

        var shape = scopes[scopes.Count - 1 - up];
        foreach (var name in rest.Split('.').Where(name => name != "this"))
        {
            if (shape is null) return null;
            if (shape.Member(name) is not { } member)
            {
                fault($"{{{{{path}}}}} is not known: {(shape.Name.Length == 0 ? "here" : "in " + shape.Name)} there is {Listed(shape)}.{Guess(name, shape)}");
                return null;
            }

            shape = member;
        }

        return shape;
    }

    private static string Listed(Shape shape) => shape.Members.Count == 0 ? "nothing to name" : string.Join(", ", shape.Members.Select(member => member.Name));

    private static string Guess(string name, Shape shape) =>
        shape.Members.Select(member => (member.Name, Far: Distance(name, member.Name))).OrderBy(each => each.Far).FirstOrDefault() is { Name: { } near, Far: <= 2 } ? $" Did you mean {near}?" : "";

    // How many letters to change, add or leave out (Levenshtein).
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[b.Length];
    }
}
