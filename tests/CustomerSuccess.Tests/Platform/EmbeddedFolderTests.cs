using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Embedded;

namespace CustomerSuccess.Tests.Platform;

/// <summary>What a person reads when the private server cannot be had: what is wrong, and what to do.</summary>
public sealed class EmbeddedFolderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("cs-folder-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Without_binaries_the_exact_commands_are_printed()
    {
        var trouble = Should.Throw<Trouble>(() => Binaries.Find(null, root, []));
        trouble.Fix.ShouldContain("sudo apt-get install -y --no-install-recommends postgresql");
        trouble.Fix.ShouldContain("create_main_cluster = false");
        trouble.Fix.ShouldContain("CS_DATABASE");
    }

    [Fact]
    public void New_data_are_made_by_the_first_supported_version_and_old_ones_opened_by_theirs()
    {
        Binaries[] installed = [new("/old", 14), new("/best", 17), new("/other", 15)];
        Binaries.Find(null, root, installed).Version.ShouldBe(17);
        Binaries.Find(15, root, installed).Version.ShouldBe(15);
        Should.Throw<Trouble>(() => Binaries.Find(16, root, installed)).Text.ShouldContain("postgresql-16");
        Should.Throw<Trouble>(() => Binaries.Find(14, root, installed)).Text.ShouldContain("pg_upgrade");
        Should.Throw<Trouble>(() => Binaries.Find(null, root, [new("/old", 13)])).Text.ShouldContain("Only PostgreSQL 13");
    }

    [Fact]
    public void A_folder_with_other_peoples_files_is_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(root, "postgres"));
        File.WriteAllText(Path.Combine(root, "postgres", "thesis.tex"), "mine");
        Should.Throw<Trouble>(() => DataFolder.Prepare(root)).Text.ShouldContain("thesis.tex");
    }

    [Fact]
    public void A_link_to_data_that_are_gone_is_not_silently_replaced_by_an_empty_database()
    {
        Directory.CreateSymbolicLink(Path.Combine(root, "postgres"), "/nowhere/data");
        Should.Throw<Trouble>(() => DataFolder.Prepare(root)).Text.ShouldContain("/nowhere/data");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_names_the_setting_that_chooses_it() =>
        Should.Throw<Trouble>(() => DataFolder.Prepare("/proc/customer-success")).Fix.ShouldContain("CS_DATA");

    [Fact]
    public void A_deep_folder_gets_its_socket_in_a_short_one()
    {
        var deep = Path.Combine(root, new string('d', 60), new string('e', 60));
        Directory.CreateDirectory(deep);
        File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        var folder = DataFolder.Prepare(deep);
        folder.SocketFolder.Length.ShouldBeLessThanOrEqualTo(DataFolder.LongestSocketFolder);
        folder.Path.ShouldStartWith(deep);
        File.GetUnixFileMode(folder.SocketFolder).ShouldBe((UnixFileMode)0b111_000_000);
        Directory.Delete(folder.SocketFolder);
    }

    [Theory]
    [InlineData("FATAL:  could not write lock file: No space left on device", "full", "CS_DATA")]
    [InlineData("initdb: error: could not look up effective user ID 12345: user does not exist", "/etc/passwd", "CS_DATABASE")]
    [InlineData("could not open file \"PG_VERSION\": Permission denied", "may not use", "CS_DATA")]
    [InlineData("FATAL:  something new", "something new", "log")]
    public void What_the_server_says_is_told_in_words_that_help(string said, string what, string fix)
    {
        var trouble = Launch.Explain(new DataFolder("/somewhere", "/somewhere", null), said);
        trouble.Message.ShouldContain(what);
        trouble.Fix.ShouldContain(fix);
    }

    [Fact]
    public void Memory_is_a_quarter_of_a_small_machine_and_256_MB_of_a_large_one()
    {
        var folder = new DataFolder("/somewhere", "/somewhere", null);
        ServerOptions.For(folder, 512L << 20, []).ShouldContain("shared_buffers=128MB");
        ServerOptions.For(folder, 64L << 30, []).ShouldContain("shared_buffers=256MB");
    }
}
