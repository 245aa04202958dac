using System.Diagnostics;
using System.Globalization;
using CustomerSuccess.Engagement;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking;
using CustomerSuccess.Tracking.Csv;

namespace CustomerSuccess.Tests.Tracking;

/// <summary>A folder of files under many hands, and under kill -9.</summary>
public sealed class FolderTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "CustomerSuccess.dll");

    // The whole run of 8 × 200 is asked for by CS_TEST_FOLDER_WRITES; the suite makes fewer.
    private static readonly int Writes = int.Parse(Environment.GetEnvironmentVariable("CS_TEST_FOLDER_WRITES") ?? "6", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Eight_writers_with_kills_lose_and_tear_nothing()
    {
        var folder = Samples.Folder();
        var acknowledged = 0;
        var killed = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            // Where in its life a command is killed differs from one to the next.
            var chance = new Random(writer);
            for (var n = 0; n < Writes; n++)
            {
                using var process = Start("record-engagement", "c1001", "1", "0", "0", "0", "0", "--date", "2025-05-05", "--data-dir", folder);
                if (n % 5 == 4)
                {
                    await Task.Delay(chance.Next(20, 400));
                    process.Kill();
                    Interlocked.Increment(ref killed);
                }

                var output = await process.StandardOutput.ReadToEndAsync();
                await process.WaitForExitAsync();
                if (output.StartsWith('e')) Interlocked.Increment(ref acknowledged);
                else if (process.ExitCode != 137) (await process.StandardError.ReadToEndAsync()).ShouldBeEmpty();
            }
        }));

        var book = await new CsvFolder(folder, TimeProvider.System).Read(default);
        var written = book.Engagement.Count - 3;
        // A killed command may have written its row before it could say so; nothing that was said is missing.
        written.ShouldBeInRange(acknowledged, acknowledged + killed);
        book.Engagement.Skip(3).Select(row => row.Id).ShouldBe(Enumerable.Range(1004, written).Select(n => $"e{n}"));
        book.Engagement.Skip(3).ShouldAllBe(row => row.Counts == new Counts(1, 0, 0, 0, 0));
        Directory.EnumerateFiles(folder).Select(Path.GetFileName).ShouldBe([".lock", "customers.csv", "engagement.csv", "onboarding.csv"], ignoreOrder: true);
        TestContext.Current.TestOutputHelper!.WriteLine($"{8 * Writes} commands, {killed} killed, {acknowledged} acknowledged, {written} rows");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_change_of_two_files_is_there_whole_or_not_at_all_wherever_it_was_cut()
    {
        // Every state a kill can leave between the steps of a commit, made by hand.
        var (before, after) = (Samples.Book(), Samples.Book().AddCustomer(Samples.Book().Customers[0] with { Email = "new@example.com" }).Book);
        var (customers, onboarding) = (Samples.Text(Tables.Customers, after.Customers), Samples.Text(Tables.Onboarding, after.Onboarding));
        (string Name, string Text)[] aside = [("customers.csv.new", customers), ("onboarding.csv.new", onboarding)];
        var commit = (".commit", "customers.csv\nonboarding.csv\n");
        (string What, (string Name, string Text)[] Files, bool Stands)[] cuts =
        [
            ("nothing written", [], false),
            ("one file half written", [("customers.csv.new", customers[..40])], false),
            ("both written", aside, false),
            ("commit file written aside", [.. aside, (".commit.new", commit.Item2)], false),
            ("committed", [.. aside, commit], true),
            ("one renamed", [("customers.csv", customers), aside[1], commit], true),
            ("both renamed", [("customers.csv", customers), ("onboarding.csv", onboarding), commit], true),
            ("done", [("customers.csv", customers), ("onboarding.csv", onboarding)], true),
        ];
        foreach (var (what, files, stands) in cuts)
        {
            var folder = Samples.Folder();
            foreach (var (name, text) in files) await File.WriteAllTextAsync(Path.Combine(folder, name), text);
            var book = await new CsvFolder(folder, TimeProvider.System).Read(default);
            book.Customers.ShouldBe(stands ? after.Customers : before.Customers, what);
            book.Onboarding.ShouldBe(stands ? after.Onboarding : before.Onboarding, what);
            Directory.EnumerateFiles(folder).Count().ShouldBe(4, what);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_in_use_is_waited_for_and_a_dead_holder_holds_nothing()
    {
        var folder = Samples.Folder();
        using (await FolderLock.Take(folder, TimeSpan.FromSeconds(1), TimeProvider.System, default))
        {
            (await Should.ThrowAsync<Trouble>(async () => await FolderLock.Take(folder, TimeSpan.FromMilliseconds(50), TimeProvider.System, default))).Message.ShouldContain("holds the folder");
        }

        using var again = await FolderLock.Take(folder, TimeSpan.FromMilliseconds(50), TimeProvider.System, default);
    }

    [Fact]
    public async Task An_unknown_customer_changes_nothing_and_a_broken_file_is_not_written_over()
    {
        var folder = Samples.Folder();
        var files = new CsvFolder(folder, TimeProvider.System);
        await Should.ThrowAsync<Trouble>(async () => await files.Change(book => book.UpdateStep("c9", OnboardingSteps.AccountCreated, done: true, Samples.Day), create: false, default));
        await File.AppendAllTextAsync(Path.Combine(folder, "engagement.csv"), "broken\n");
        (await Should.ThrowAsync<Trouble>(async () => await files.Change(book => book.Record("c1001", Samples.Day, Counts.Zero), create: false, default))).Message.ShouldContain("engagement.csv:5");
        (await File.ReadAllTextAsync(Path.Combine(folder, "engagement.csv"))).ShouldBe(Samples.Engagement + "broken\n");
        (await File.ReadAllTextAsync(Path.Combine(folder, "onboarding.csv"))).ShouldBe(Samples.Onboarding);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Only_add_customer_begins_a_folder()
    {
        var folder = Path.Combine(Samples.Folder(empty: true), "new");
        using var refused = Start("onboarding-report", "--data-dir", folder);
        await refused.WaitForExitAsync();
        refused.ExitCode.ShouldBe(1);
        Directory.Exists(folder).ShouldBeFalse();
        using var added = Start("add-customer", "a@example.com", "A, \"B\"", "gh", "VIP", "SaaS", "3", "--data-dir", folder);
        (await added.StandardOutput.ReadToEndAsync()).ShouldBe("c1001\n");
        await added.WaitForExitAsync();
        (await File.ReadAllTextAsync(Path.Combine(folder, "engagement.csv"))).ShouldBe(string.Join(',', Tables.Engagement.Columns) + "\n");
        (await File.ReadAllTextAsync(Path.Combine(folder, "customers.csv"))).ShouldContain("\"A, \"\"B\"\"\"");
        Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
    }

    [Theory]
    [InlineData("update-onboarding c1001 first_pr true", "the five are welcome_email_sent, account_created, github_action_installed, first_issue_tagged, first_pr_generated")]
    [InlineData("update-onboarding c1001 first_pr_generated maybe", "neither true nor false")]
    [InlineData("record-engagement c1001 1 2 -3 4 5", "'-3' is not a whole number from 0")]
    [InlineData("record-engagement c1001 1 2 3 4 5 --date 2025-02-30", "'2025-02-30' is not a day")]
    [InlineData("add-customer nobody Org gh VIP SaaS 3", "Email 'nobody' is not an address")]
    [InlineData("add-customer a@b.example Org gh VIP SaaS -1", "'-1' is not a whole number from 0")]
    [InlineData("engagement-report 0", "at least 1")]
    [InlineData("engagement-report --as-of soon", "'soon' is not a day")]
    [InlineData("block c1001", "Required argument missing")]
    public async Task Bad_usage_ends_with_2_and_says_what_would_be_right(string command, string says)
    {
        var folder = Samples.Folder();
        using var process = Start([.. command.Split(' '), "--data-dir", folder]);
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(2, error);
        error.ShouldContain(says);
        (await process.StandardOutput.ReadToEndAsync()).ShouldBeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Output_for_other_programs_is_plain_and_not_wrapped()
    {
        var folder = Samples.Folder();
        var name = string.Join(' ', Enumerable.Repeat("Organization", 12));
        await File.WriteAllTextAsync(Path.Combine(folder, "customers.csv"), Samples.Customers.Replace("TechCorp", name));
        using var process = Start("onboarding-report", "--as-of", "2025-05-05", "--data-dir", folder);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        output.ShouldContain(name);
        output.ShouldNotContain("\u001b");
        output.ShouldContain("First issue tagged: 1 of 2 (50 %)");
        Directory.Delete(folder, recursive: true);
    }

    private static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Program);
        foreach (var arg in args) start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }
}
