using CustomerSuccess.Messages.Templates.Design;

namespace CustomerSuccess.Messages.Templates;

/// <summary>The product's own templates: Defaults/KIND.hbs holds the subject, the preheader, a line with three dashes, and the body.</summary>
public static class DefaultTemplates
{
    private static readonly Dictionary<string, TemplateText> All = TemplateKind.All.ToDictionary(kind => kind.Name, kind => Read(kind.Name), StringComparer.Ordinal);

    public static TemplateText Of(TemplateKind kind) => All[kind.Name];

    private static TemplateText Read(string name)
    {
        var parts = Mail.File($"Defaults/{name}.hbs").Split("\n---\n", 2);
        var head = parts[0].Split('\n');
        return new TemplateText(head[0], head[1], parts[1], "").Tidy();
    }
}
