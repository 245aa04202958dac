namespace CustomerSuccess.Tests.Guards;

public sealed class FileLengthTests
{
    private const int Most = 300;

    [Fact]
    public void No_file_is_longer_than_one_can_read_in_one_go() =>
        TooLong(Repository.Files("", ".cs", ".razor", ".sql", ".sh", ".js", ".css", ".md", ".csproj", ".targets", "")).ShouldBeEmpty();

    [Fact]
    public void One_line_too_many_is_caught()
    {
        TooLong([("a.cs", string.Concat(Enumerable.Repeat("x\n", Most)))]).ShouldBeEmpty();
        TooLong([("a.cs", string.Concat(Enumerable.Repeat("x\n", Most + 1)))]).ShouldBe(["a.cs: 301 lines"]);
    }

    private static IEnumerable<string> TooLong(IEnumerable<(string Path, string Text)> files) =>
        from file in files
        where file.Path is not "LICENSE"
        let lines = file.Text.AsSpan().TrimEnd('\n').Count('\n') + 1
        where lines > Most
        select $"{file.Path}: {lines} lines";
}
