namespace CustomerSuccess.Messages.Templates;

/// <summary>What a person writes: four texts in the language of <see cref="Language.ReadTags"/>. An empty text is derived from the HTML.</summary>
public sealed record TemplateText(string Subject, string Preheader, string Html, string Text)
{
    public const int LongestLine = 300;
    public const int LongestHtml = 100_000;
    public const int LongestText = 50_000;

    /// <summary>The texts by the names that forms, the API and faults use.</summary>
    public IEnumerable<(string Part, string Source)> Parts => [("subject", Subject), ("preheader", Preheader), ("html", Html), ("text", Text)];

    /// <summary>Line ends as the editor of no system in particular writes them, so that a version differs only where its words do.</summary>
    public TemplateText Tidy() => new(Line(Subject), Line(Preheader), Block(Html), Block(Text));

    private static string Line(string text) => text.ReplaceLineEndings(" ").Trim();

    private static string Block(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd());
        var whole = string.Join('\n', lines).Trim('\n');
        return whole.Length == 0 ? "" : whole + "\n";
    }
}

/// <summary>Why a template cannot be kept: in which of its texts, in which line (from 1; 0 means the whole), and what to do.</summary>
public sealed record TemplateFault(string Part, int Line, string Message);
