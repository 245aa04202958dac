using System.Text.RegularExpressions;
using CustomerSuccess.Platform;
using Microsoft.Extensions.Configuration;

namespace CustomerSuccess.Tests.Platform;

public sealed class SettingsTests
{
    private const string Doc = "docs/operate/settings.md";

    [Fact]
    public void Every_setting_the_code_reads_is_documented_and_nothing_else()
    {
        var read = Repository.Files("src", ".cs", ".razor").Concat(Repository.Files("tests", ".cs"))
            .SelectMany(file => Names("\"(CS_[A-Z_]+)\"", file.Text)).Where(name => !name.EndsWith("_FILE", StringComparison.Ordinal)).ToHashSet();
        var documented = Names(@"^\| `(CS_[A-Z_]+)`", Repository.Read(Doc)).ToHashSet();

        read.Except(documented).ShouldBeEmpty($"read by the code, not in {Doc}");
        documented.Except(read).ShouldBeEmpty($"in {Doc}, not read by the code");
    }

    [Fact]
    public void The_documented_defaults_are_the_codes_defaults()
    {
        var page = Repository.Read(Doc);
        page.ShouldContain($"| `CS_URLS` | `{new Settings().Urls}` |");
        page.ShouldContain($"| `CS_DATA` | `{new Settings().Data}` |");
    }

    [Theory]
    [InlineData("CS_URLS", "localhost:5080", "CS_URLS")]
    [InlineData("CS_URLS", "http://127.0.0.1:5080/app", "CS_URLS")]
    [InlineData("CS_SECRET", "short", "at least 32")]
    [InlineData("CS_DATABASE", "Host=db", "CS_SECRET")]
    [InlineData("CS_ADMIN_EMAIL", "alice@example.com", "belong together")]
    [InlineData("CS_SECRET_FILE", "/nowhere/secret", "cannot be read")]
    public void A_value_out_of_range_is_refused_at_start_with_the_way_out(string name, string value, string says)
    {
        var trouble = Should.Throw<Trouble>(() => Read((name, value)));
        trouble.Text.ShouldContain(says);
        trouble.Fix.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_setting_may_be_the_path_of_a_file_with_the_value()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "a secret that is long enough, with a newline\n");
        try
        {
            Read(("CS_SECRET_FILE", file)).Secret.ShouldBe("a secret that is long enough, with a newline");
            Should.Throw<Trouble>(() => Read(("CS_SECRET_FILE", file), ("CS_SECRET", new string('x', 40)))).Text.ShouldContain("Both");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Without_a_server_of_ones_own_the_secret_is_made_once_and_only_readable_by_us()
    {
        var folder = Directory.CreateTempSubdirectory("cs-secret-").FullName;
        try
        {
            var settings = Read(("CS_DATA", folder));
            var made = new string[8];
            Parallel.For(0, made.Length, at => made[at] = settings.SecretOrGenerated());
            made.Distinct().Count().ShouldBe(1, "whoever starts at the same moment gets the same");
            var secret = made[0];
            secret.Length.ShouldBe(64);
            settings.SecretOrGenerated().ShouldBe(secret);
            File.GetUnixFileMode(Path.Combine(folder, "secret")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Settings Read(params (string Name, string Value)[] values) =>
        Settings.Read(new ConfigurationBuilder().AddInMemoryCollection(values.Select(each => KeyValuePair.Create(each.Name, (string?)each.Value))).Build());

    private static IEnumerable<string> Names(string pattern, string text) =>
        Regex.Matches(text, pattern, RegexOptions.Multiline, TimeSpan.FromSeconds(5)).Select(match => match.Groups[1].Value);
}
