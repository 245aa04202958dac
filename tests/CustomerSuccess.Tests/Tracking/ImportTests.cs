using System.IO.Compression;
using System.Text;
using CustomerSuccess.Events;
using CustomerSuccess.Tracking.Csv;
using CustomerSuccess.Tracking.Export;
using CustomerSuccess.Tracking.Import;

namespace CustomerSuccess.Tests.Tracking;

/// <summary>The way in and the way out, on a real database and through the command line.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private readonly string folder = Samples.Folder();
    private House house = null!;

    public async ValueTask InitializeAsync()
    {
        house = await House.Open();
        house.Clock.Set(new DateTimeOffset(2025, 5, 5, 12, 0, 0, TimeSpan.Zero));
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_samples_score_as_the_golden_cases_say()
    {
        await Do("import", folder);
        var first = (await Do("health", "c1001", "--json")).Json;
        (first.GetProperty("score").GetInt32(), first.GetProperty("status").GetString(), first.GetProperty("stage").GetString(), first.GetProperty("onboarding_percent").GetInt32())
            .ShouldBe((65, "needs_attention", "initial_adoption", 80));
        first.GetProperty("raw").GetDecimal().ShouldBe(65.75m);
        var second = (await Do("health", "c1002", "--as-of", "2025-05-05", "--json")).Json;
        (second.GetProperty("score").GetInt32(), second.GetProperty("status").GetString(), second.GetProperty("stage").GetString()).ShouldBe((23, "at_risk", "onboarding"));
        (await Export())["combined_metrics.csv"].Split('\n')[1..3].ShouldBe([
            "c1001,Acme Inc,VIP,2025-05-01,no,80,,,12,7,5,71,2,65,needs_attention",
            "c1002,TechCorp,VIP,2025-05-03,no,60,,github_config,3,0,0,0,1,23,at_risk",
        ]);
        var report = (await Do("engagement-report", "2", "--as-of", "2025-05-04", "--json")).Json;
        report.GetProperty("total").GetProperty("success_rate").GetInt32().ShouldBe(75);
        report.GetProperty("total").GetProperty("issues_tagged").GetInt32().ShouldBe(10);
        report.GetProperty("customers")[0].GetProperty("prs_generated").GetInt32().ShouldBe(4);
    }

    [Fact]
    public async Task Export_and_import_give_the_same_bytes_again_and_again()
    {
        Write("customers.csv", Samples.Customers + "c7,x@example.com,\"=Evil, \"\"Inc\"\"\nand two lines\",,2025-05-01,Zoë 🚀,,,churned\nc1003,y@example.com,  spaces  ,@gh,2025-05-04,,,0,paused\n");
        Write("onboarding.csv", Samples.Onboarding + "o9,c7,true,true,true,true,true,2025-05-03,2,,\"note, with \"\"quotes\"\"\r\nand lines\"\n");
        Write("engagement.csv", Samples.Engagement + "e0007,c7,2025-05-02,0,0,0,0,0\ne1004,c1001,2025-05-02,1,0,0,0,0\ne-c7-20250503,c7,2025-05-03,0,0,0,0,4\n");
        await Do("import", folder);
        var first = await Export();
        first["customers.csv"].ShouldContain("\"=Evil, \"\"Inc\"\"\nand two lines\"");
        first["combined_metrics.csv"].ShouldContain("\"'=Evil, \"\"Inc\"\"\nand two lines\"");
        first["engagement.csv"].ShouldContain("e0007,c7,2025-05-02,0,0,0,0,0\n");
        first["onboarding.csv"].ShouldContain("\r\n");

        // Into its own database: nothing changes.
        var events = await Count();
        foreach (var (name, text) in first) Write(name, text);
        (await Do("import", folder)).Out.ShouldContain("Everything was known already.");
        (await Count()).ShouldBe(events);

        // Into an empty one: the same bytes.
        await using var other = await House.Open();
        other.Clock.Set(house.Clock.GetUtcNow());
        (await other.Cli("import", folder)).Code.ShouldBe(0);
        (await Export(other)).ShouldBe(first);
    }

    [Fact]
    public async Task Days_counted_from_events_are_exported_with_lasting_ids()
    {
        await Do("import", folder);
        var log = new EventLog(Rooms.Projections);
        await using (var connection = await house.Db.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await log.Write(connection, transaction, [Event("m1", "issue_tagged", """{"issue_url":"https://github.com/a/b/issues/1"}"""), Event("m2", "support_request", "{}"), Event("m3", "api_call", "{}")], default);
            await transaction.CommitAsync();
        }

        var first = await Export();
        first["engagement.csv"].ShouldContain("e-c1001-20250503,c1001,2025-05-03,1,0,0,0,1\n");
        foreach (var (name, text) in first) Write(name, text);
        (await Do("import", folder)).Out.ShouldContain("Everything was known already.");
        await using var other = await House.Open();
        other.Clock.Set(house.Clock.GetUtcNow());
        (await other.Cli("import", folder)).Code.ShouldBe(0);
        var second = await Export(other);
        foreach (var store in new[] { "customers.csv", "onboarding.csv", "engagement.csv" }) second[store].ShouldBe(first[store]);

        // Correcting such a day moves the sum and keeps the id.
        Write("engagement.csv", first["engagement.csv"].Replace("e-c1001-20250503,c1001,2025-05-03,1,", "e-c1001-20250503,c1001,2025-05-03,3,"));
        (await house.Cli("import", folder)).Code.ShouldBe(1);
        await Do("import", folder, "--update");
        (await Export())["engagement.csv"].ShouldContain("e-c1001-20250503,c1001,2025-05-03,3,0,0,0,1\n");
    }

    [Fact]
    public async Task Known_rows_with_other_values_need_update()
    {
        await Do("import", folder);
        Write("customers.csv", Samples.Customers.Replace("Acme Inc,acme-dev", "Acme Ltd,acme-dev").Replace(",25,active", ",30,paused"));
        Write("onboarding.csv", Samples.Onboarding.Replace("true,true,true,false,false,,,github_config,Needs help with repository permissions", "true,false,true,false,false,,,,solved"));
        Write("engagement.csv", Samples.Engagement.Replace("e1001,c1001,2025-05-02,5,3,2,1,1", "e1001,c1001,2025-05-04,5,2,2,1,1"));
        var before = await Export();
        var refused = await house.Cli("import", folder);
        refused.Code.ShouldBe(1);
        refused.Error.ShouldContain("customers.csv:2: c1001 is known with other values: organization Acme Inc → Acme Ltd. With --update they are changed");
        refused.Error.ShouldContain("onboarding.csv:3: o1002 is known with other values: account_created is reset; blocker_type github_config → (empty); notes Needs help with repository permissions → solved");
        refused.Error.ShouldContain("engagement.csv:2: e1001 is known with other values: date 2025-05-02 → 2025-05-04; prs_generated 3 → 2");
        (await Export()).ShouldBe(before);

        var trial = await Do("import", folder, "--dry-run", "--json");
        trial.Json.GetProperty("changes").GetArrayLength().ShouldBe(4);
        (await Export()).ShouldBe(before);

        await Do("import", folder, "--update");
        var after = await Export();
        after["customers.csv"].ShouldBe(Text("customers.csv"));
        after["onboarding.csv"].ShouldBe(Text("onboarding.csv"));
        after["engagement.csv"].ShouldBe(Text("engagement.csv"));
        (await Do("import", folder)).Out.ShouldContain("Everything was known already.");
        (await house.Db.CreateCommand("select count(*) from activity where customer_id = 'c1001' and day = '2025-05-02'").ExecuteScalarAsync()).ShouldBe(0L);
    }

    [Fact]
    public async Task The_fifth_step_by_import_completes_on_the_day_it_names()
    {
        await Do("import", folder);
        house.Clock.Set(new DateTimeOffset(2025, 5, 8, 9, 0, 0, TimeSpan.Zero));
        Write("onboarding.csv", Samples.Onboarding.Replace("true,true,true,true,false,,,", "true,true,true,true,true,2025-05-06,5,"));
        await Do("import", folder, "--update");
        var health = (await Do("health", "c1001", "--as-of", "2025-05-06", "--json")).Json;
        (health.GetProperty("score").GetInt32(), health.GetProperty("raw").GetDecimal(), health.GetProperty("stage").GetString(), health.GetProperty("days_to_complete").GetInt32(), health.GetProperty("prs_generated").GetInt32())
            .ShouldBe((71, 71.75m, "regular_usage", 5, 7));
        (await Do("health", "c1001", "--as-of", "2025-05-05", "--json")).Json.GetProperty("score").GetInt32().ShouldBe(65);
        await Do("import", folder, "--update");
        (await Completions()).ShouldBe(1);

        // A corrected day stands; the completion is not taken back by an older file.
        Write("onboarding.csv", Samples.Onboarding.Replace("true,true,true,true,false,,,", "true,true,true,true,true,2025-05-07,6,"));
        await Do("import", folder, "--update");
        (await Export())["onboarding.csv"].ShouldContain("2025-05-07,6,");
        Write("onboarding.csv", Samples.Onboarding);
        await Do("import", folder, "--update");
        (await Export())["onboarding.csv"].ShouldContain("o1001,c1001,true,true,true,true,false,2025-05-07,6,");
    }

    [Fact]
    public async Task An_import_with_any_error_changes_nothing()
    {
        await Do("add-customer", "john@example.com", "First", "gh", "VIP", "SaaS", "3");
        var events = await Count();
        Write("engagement.csv", Samples.Engagement + "e1004,c5,2025-05-02,1,0,0,0,0\ne1005,c1001,2025-06-02,1,0,0,0,0\n");
        var refused = await house.Cli("import", folder);
        refused.Code.ShouldBe(1);
        refused.Error.ShouldContain("engagement.csv:5: unknown customer 'c5'");
        refused.Error.ShouldContain("engagement.csv:6: date 2025-06-02 is still to come");
        Write("engagement.csv", Samples.Engagement);
        Write("customers.csv", Samples.Customers.Replace("c1001", "c2001"));
        Write("onboarding.csv", Samples.Onboarding.Replace("c1001", "c2001"));
        Write("engagement.csv", Samples.Engagement.Replace("c1001", "c2001"));
        refused = await house.Cli("import", folder);
        refused.Error.ShouldContain("customers.csv:2: the email john@example.com belongs to customer c1001");
        refused.Error.ShouldContain("onboarding.csv:2: the id o1001 belongs to customer c1001");
        (await Count()).ShouldBe(events);
    }

    [Fact]
    public async Task Commands_on_the_database_do_what_they_do_on_a_folder()
    {
        await Do("import", folder);
        var copy = Samples.Folder();
        string[][] commands =
        [
            ["add-customer", "new@example.com", "New, \"Inc\"", "new-dev", "Early", "Retail", "7"],
            ["update-onboarding", "c1003", "account_created", "true"],
            ["update-onboarding", "c1001", "first_pr_generated", "true"],
            ["update-onboarding", "c1001", "welcome_email_sent", "false"],
            ["record-engagement", "c1003", "1", "2", "3", "4", "5"],
            ["record-engagement", "c1001", "0", "0", "0", "0", "0", "--date", "2025-05-01"],
            ["block", "c1003", "sso", "waits, for \"them\""],
            ["unblock", "c1002"],
        ];
        foreach (var command in commands)
        {
            var onDatabase = await Do(command);
            var onFolder = await Do([.. command, "--data-dir", copy]);
            onFolder.Out.ShouldBe(onDatabase.Out);
        }

        var database = await Export();
        foreach (var (name, text) in await Export(house, "--data-dir", copy)) text.ShouldBe(database[name], name);
        foreach (var report in new[] { "onboarding-report", "engagement-report" })
        {
            (await Do(report, "--data-dir", copy)).Out.ShouldBe((await Do(report)).Out);
            (await Do(report, "--json", "--data-dir", copy)).Out.ShouldBe((await Do(report, "--json")).Out);
        }

        (await Do("health", "c1003", "--json", "--data-dir", copy)).Out.ShouldBe((await Do("health", "c1003", "--json")).Out);
        (await Completions()).ShouldBe(1);
        Directory.Delete(copy, recursive: true);
    }

    [Fact]
    public async Task What_was_recorded_later_was_not_known_then()
    {
        await Do("import", folder);
        house.Clock.Set(new DateTimeOffset(2025, 5, 9, 9, 0, 0, TimeSpan.Zero));
        await Do("record-engagement", "c1001", "50", "0", "0", "0", "0", "--date", "2025-05-03");
        await Do("update-onboarding", "c1001", "first_pr_generated", "true");
        await Do("add-customer", "new@example.com", "New", "new-dev", "Early", "Retail", "7");
        var then = await Export(house, "--as-of", "2025-05-05");
        (then["customers.csv"], then["onboarding.csv"], then["engagement.csv"]).ShouldBe((Samples.Customers, Samples.Onboarding, Samples.Engagement));
        (await Export(house, "--as-of", "2025-05-09")).ShouldBe(await Export());
        (await Export(house, "--as-of", "2025-05-02"))["engagement.csv"].Split('\n').Length.ShouldBe(3);
    }

    [Fact]
    public async Task Unknown_customers_are_an_error_on_the_database_too()
    {
        foreach (var command in new[] { "update-onboarding c9 account_created true", "record-engagement c9 1 1 1 1 1", "block c9 x", "unblock c9", "health c9" })
        {
            var refused = await house.Cli(command.Split(' '));
            refused.Code.ShouldBe(1, command);
            refused.Error.ShouldContain("There is no customer 'c9'.");
        }

        (await Count()).ShouldBe(0);
    }

    [Fact]
    public async Task New_ids_pass_over_imported_ones()
    {
        Write("customers.csv", Samples.Customers + "c1700,z@example.com,Z,z,2025-05-01,,,1,active\n");
        await Do("import", folder);
        (await Do("add-customer", "new@example.com", "New", "gh", "VIP", "SaaS", "3")).Out.Trim().ShouldBe("c1701");
        (await Do("record-engagement", "c1701", "1", "0", "0", "0", "0")).Out.ShouldStartWith("e1004:");
        (await house.Cli("add-customer", "NEW@example.com", "New", "gh", "VIP", "SaaS", "3")).Error.ShouldContain("belongs to customer c1701 already");
    }

    [Fact]
    public async Task A_followed_folder_changes_the_database_live_and_leaves_alone_what_happened_there()
    {
        using var stop = new CancellationTokenSource();
        var said = new List<string>();
        var following = WatchFolder.Run(house.Db, new EventLog(Rooms.Projections), new CsvFolder(folder, TimeProvider.System), house.Clock, text => { lock (said) said.Add(text); }, stop.Token);
        await Until(async () => await Count() > 0);
        // Something happens in the product, then something else in the folder: both stay.
        await Do("update-onboarding", "c1002", "first_issue_tagged", "true");
        await Do("update-onboarding", "c1002", "first_pr_generated", "true", "--data-dir", folder);
        await Until(async () => (await Export())["onboarding.csv"].Contains("o1002,c1002,true,true,true,true,true,2025-05-05,2,", StringComparison.Ordinal));
        (await house.Db.CreateCommand("select count(*) from events where type = 'onboarding_step_first_pr_generated' and not history and source = 'csv'").ExecuteScalarAsync()).ShouldBe(1L);
        // A broken file is said and waited out.
        var good = Text("engagement.csv");
        Write("engagement.csv", good + "broken\n");
        await Until(() => { lock (said) return Task.FromResult(said.Exists(text => text.Contains("engagement.csv:5", StringComparison.Ordinal))); });
        Write("engagement.csv", good + "e1004,c1002,2025-05-05,1,0,0,0,0\n");
        await Until(async () => (await Export())["engagement.csv"].Contains("e1004,c1002", StringComparison.Ordinal));
        await stop.CancelAsync();
        await following;
        (await Completions()).ShouldBe(1);
    }

    [Fact]
    public async Task The_export_over_http_is_for_admins_and_leaves_a_trace()
    {
        await Do("import", folder);
        (await house.Http.GetAsync(new Uri("/api/v1/export", UriKind.Relative))).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/export?as_of=2025-05-05");
        request.Headers.Add("x-api-key", await house.Key("admin"));
        using var answer = await house.Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("rsolv_metrics_2025-05-05.zip");
        Unzip(new MemoryStream(await answer.Content.ReadAsByteArrayAsync()))["customers.csv"].ShouldBe(Samples.Customers);
        (await house.Db.CreateCommand("select count(*) from audit where action = 'data.exported'").ExecuteScalarAsync()).ShouldBe(1L);
    }

    private static Envelope Event(string id, string type, string properties) => new()
    {
        Id = id, Source = "native", Type = type, CustomerId = "c1001", Properties = properties,
        OccurredAt = new DateTime(2025, 5, 3, 10, 0, 0, DateTimeKind.Utc), ReceivedAt = new DateTime(2025, 5, 3, 10, 0, 1, DateTimeKind.Utc),
    };

    private static async Task Until(Func<Task<bool>> holds)
    {
        for (var tries = 0; !await holds(); tries++)
        {
            tries.ShouldBeLessThan(100);
            await Task.Delay(100);
        }
    }

    private static Dictionary<string, string> Unzip(Stream stream)
    {
        using var zip = new ZipArchive(stream);
        return zip.Entries.ToDictionary(entry => entry.Name, entry =>
        {
            using var reader = new StreamReader(entry.Open(), new UTF8Encoding(false));
            return reader.ReadToEnd();
        });
    }

    private async Task<CliResult> Do(params string[] command)
    {
        var result = await house.Cli(command);
        result.Code.ShouldBe(0, string.Join(' ', command) + "\n" + result.Error);
        return result;
    }

    private Task<Dictionary<string, string>> Export() => Export(house);

    private static async Task<Dictionary<string, string>> Export(House from, params string[] options)
    {
        var file = Path.GetTempFileName();
        var result = await from.Cli(["export-data", "--out", file, .. options]);
        result.Code.ShouldBe(0, result.Error);
        var bytes = await File.ReadAllBytesAsync(file);
        await from.Cli(["export-data", "--out", file, .. options]);
        (await File.ReadAllBytesAsync(file)).ShouldBe(bytes);
        File.Delete(file);
        return Unzip(new MemoryStream(bytes));
    }

    private async Task<long> Count() => (long)(await house.Db.CreateCommand("select count(*) from events where type <> 'health_changed'").ExecuteScalarAsync())!;

    private async Task<long> Completions() => (long)(await house.Db.CreateCommand("select count(distinct customer_id) from events where type = 'onboarding_completed'").ExecuteScalarAsync())!;

    private string Text(string name) => File.ReadAllText(Path.Combine(folder, name));

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(folder, name), text);
}
