using System.Text.RegularExpressions;

namespace CustomerSuccess.Tests.Guards;

/// <summary>What the documents say about the code is there: a file that moved takes its mention along.</summary>
public sealed partial class DocsTests
{
    [Fact]
    public void Every_file_that_a_document_names_exists() =>
        Missing(Repository.Files("", ".md"), [.. Repository.Files("", ".cs", ".sql", ".razor", ".md", ".sh").Select(file => file.Path)]).ShouldBeEmpty();

    [Fact]
    public void A_file_that_is_not_there_is_caught() =>
        Missing([("docs/a.md", "see `Web/TimelineWords.cs` and `src/Web/Page.razor`, `XRoom.cs`, `Platform/NNN-name.sql`")], ["src/Web/Page.razor"])
            .ShouldBe(["docs/a.md names Web/TimelineWords.cs, which does not exist"]);

    private static IEnumerable<string> Missing(IEnumerable<(string Path, string Text)> documents, IReadOnlyCollection<string> files) =>
        from document in documents
        from named in Named().Matches(document.Text).Select(match => match.Groups["file"].Value).Distinct()
            // NNN stands for a number.
        where !named.Contains("NNN") && !files.Any(file => file == named || file.EndsWith("/" + named, StringComparison.Ordinal))
        select $"{document.Path} names {named}, which does not exist";

    // Files with a folder; a name alone may be the name of a kind of file.
    [GeneratedRegex("`(?<file>[A-Za-z][A-Za-z0-9_.-]*/[A-Za-z0-9_./-]+\\.(?:cs|sql|razor|md|sh))`", RegexOptions.None, 1000)]
    private static partial Regex Named();
}
