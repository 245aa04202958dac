namespace CustomerSuccess.Messages.Templates.Design;

/// <summary>A piece that templates put in with {{> name argument=…}}; made of tables, which every mail program shows alike.</summary>
public sealed record Partial(string Name, string About, IReadOnlyList<string> Arguments, string Html, string Text);

/// <summary>The pieces there are, from the .hbs files beside this one: HTML, a line with three dashes, the same as plain text.</summary>
public static class Partials
{
    public static IReadOnlyList<Partial> All { get; } =
    [
        Read("button", "A button that leads to url", "text", "url"),
        Read("note", "A sentence in a frame", "text"),
        Read("progress", "How far onboarding is, as a bar: of=onboarding", "of"),
        Read("steps", "The steps of onboarding with what is done: of=onboarding.steps", "of"),
        Read("figures", "A row per figure with a small chart of its days and the change: rows=week.figures", "rows"),
        Read("bars", "One chart of days: values=week.activity", "values"),
        Read("spread", "Shares of a whole as one bar with its legend: parts=team.health", "parts"),
        Read("accounts", "A row per customer with the reason: rows=team.at_risk", "rows"),
    ];

    public static Partial? Find(string name) => All.FirstOrDefault(partial => partial.Name == name);

    private static Partial Read(string name, string about, params string[] arguments)
    {
        var parts = Mail.File($"Design/Partials/{name}.hbs").Split("\n---\n", 2);
        return new(name, about, arguments, parts[0], parts[1].TrimEnd('\n'));
    }
}

/// <summary>The files of the design, embedded under their path.</summary>
public static class Mail
{
    public static string File(string name)
    {
        using var stream = typeof(Mail).Assembly.GetManifestResourceStream("Messages/Templates/" + name) ?? throw new InvalidOperationException($"No embedded file is called '{name}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
