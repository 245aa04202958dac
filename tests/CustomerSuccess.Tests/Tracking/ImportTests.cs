using System.Text.Json;
using CustomerSuccess.Events;
using Dapper;

namespace CustomerSuccess.Tests.Tracking;

/// <summary>The way in, and the commands on the database, through the command line.</summary>
public sealed class ImportTests : TrackingHouse
{
    [Fact]
    public async Task The_samples_score_as_the_golden_cases_say()
    {
        await Do("import", Folder);
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
    public async Task The_command_line_and_the_api_give_the_same_health_of_any_day()
    {
        await Do("import", Folder);
        House.Clock.Set(new DateTimeOffset(2025, 5, 12, 9, 0, 0, TimeSpan.Zero));
        var api = await Machine.With(House, "admin");
        foreach (var url in new[] { "https://github.com/a/b/pull/1", "https://github.com/a/b/pull/2", "https://github.com/A/B/pull/1/" })
            await api.Post("/metrics/track", new { customer_id = "c1001", event_type = "pr_merged", metadata = new { pr_url = url }, timestamp = "2025-05-06T10:00:00Z" });
        await api.Post("/metrics/track", new { customer_id = "c1002", event_type = "onboarding_step_first_issue_tagged" });
        foreach (var customer in new[] { "c1001", "c1002" })
        {
            foreach (var day in new[] { "2025-05-03", "2025-05-05", "2025-05-11", "2025-05-12" })
            {
                var told = (await Do("health", customer, "--as-of", day, "--json")).Json;
                foreach (var field in (await api.Get($"/api/customer-success/health/{customer}?as_of={day}")).Json.EnumerateObject())
                    JsonElement.DeepEquals(told.GetProperty(field.Name), field.Value).ShouldBeTrue($"{customer} on {day}: {field.Name} is {told.GetProperty(field.Name)} here and {field.Value} there");
            }
        }

        (await Do("health", "c1001", "--json")).Json.GetProperty("trend").GetString().ShouldBe("rising", "two PRs were merged since");
    }

    [Fact]
    public async Task Known_rows_with_other_values_need_update()
    {
        await Do("import", Folder);
        Write("customers.csv", Samples.Customers.Replace("Acme Inc,acme-dev", "Acme Ltd,acme-dev").Replace(",25,active", ",30,paused"));
        Write("onboarding.csv", Samples.Onboarding.Replace("true,true,true,false,false,,,github_config,Needs help with repository permissions", "true,false,true,false,false,,,,solved"));
        Write("engagement.csv", Samples.Engagement.Replace("e1001,c1001,2025-05-02,5,3,2,1,1", "e1001,c1001,2025-05-04,5,2,2,1,1"));
        var before = await Export();
        var refused = await House.Cli("import", Folder);
        refused.Code.ShouldBe(1);
        refused.Error.ShouldContain("customers.csv:2: c1001 is known with other values: organization Acme Inc → Acme Ltd. With --update they are changed");
        refused.Error.ShouldContain("onboarding.csv:3: o1002 is known with other values: account_created is reset; blocker_type github_config → (empty); notes Needs help with repository permissions → solved");
        refused.Error.ShouldContain("engagement.csv:2: e1001 is known with other values: date 2025-05-02 → 2025-05-04; prs_generated 3 → 2");
        (await Export()).ShouldBe(before);

        var trial = await Do("import", Folder, "--dry-run", "--json");
        trial.Json.GetProperty("changes").GetArrayLength().ShouldBe(4);
        (await Export()).ShouldBe(before);

        await Do("import", Folder, "--update");
        var after = await Export();
        after["customers.csv"].ShouldBe(Text("customers.csv"));
        after["onboarding.csv"].ShouldBe(Text("onboarding.csv"));
        after["engagement.csv"].ShouldBe(Text("engagement.csv"));
        (await Do("import", Folder)).Out.ShouldContain("Everything was known already.");
        await Do("rebuild", "--check");
        (await Count("activity where customer_id = 'c1001' and day = '2025-05-02'")).ShouldBe(0);
    }

    [Fact]
    public async Task The_fifth_step_by_import_completes_on_the_day_it_names()
    {
        await Do("import", Folder);
        House.Clock.Set(new DateTimeOffset(2025, 5, 8, 9, 0, 0, TimeSpan.Zero));
        Write("onboarding.csv", Samples.Onboarding.Replace("true,true,true,true,false,,,", "true,true,true,true,true,2025-05-06,5,"));
        await Do("import", Folder, "--update");
        var health = (await Do("health", "c1001", "--as-of", "2025-05-06", "--json")).Json;
        (health.GetProperty("score").GetInt32(), health.GetProperty("raw").GetDecimal(), health.GetProperty("stage").GetString(), health.GetProperty("days_to_complete").GetInt32(), health.GetProperty("prs_generated").GetInt32())
            .ShouldBe((71, 71.75m, "regular_usage", 5, 7));
        (await Do("health", "c1001", "--as-of", "2025-05-05", "--json")).Json.GetProperty("score").GetInt32().ShouldBe(65);
        await Do("import", Folder, "--update");
        (await Completions()).ShouldBe(1);

        // A corrected day stands; the completion is not taken back by an older file.
        Write("onboarding.csv", Samples.Onboarding.Replace("true,true,true,true,false,,,", "true,true,true,true,true,2025-05-07,6,"));
        await Do("import", Folder, "--update");
        (await Export())["onboarding.csv"].ShouldContain("2025-05-07,6,");
        Write("onboarding.csv", Samples.Onboarding);
        await Do("import", Folder, "--update");
        (await Export())["onboarding.csv"].ShouldContain("o1001,c1001,true,true,true,true,false,2025-05-07,6,");
    }

    [Fact]
    public async Task An_import_waits_for_somebody_who_makes_a_customer_and_does_not_cross_them()
    {
        await using var connection = await House.Db.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        // As CreateCustomer does it: a number, then the customer's lock.
        await connection.ExecuteAsync("update numbers set last = last + 1 where prefix = 'c'");
        var import = Do("import", Folder);
        await Wait.Until(async () => await Count("pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0, "the import at the lock");
        await EventLog.Lock(connection, transaction, ["c1001", "c1002"], default);
        await transaction.CommitAsync();
        await import;
        (await Count("customers")).ShouldBe(2);
    }

    [Fact]
    public async Task What_any_door_let_in_can_be_exported_and_imported_elsewhere()
    {
        var api = await Machine.With(House, "admin");
        var name = new string('x', 117) + " with space";
        (await api.Post("/api/v1/customers", new { id = name, email = "long@example.com", organization = "Long" })).Status.ShouldBe(System.Net.HttpStatusCode.Created);
        (await api.Post("/metrics/track", new { customer_id = name, event_type = "pr_generated" })).Status.ShouldBe(System.Net.HttpStatusCode.Accepted);
        (await api.Post("/metrics/track", new { customer_id = name, event_type = "onboarding_blocked", metadata = new { blocker_type = "x", notes = new string('ü', 10_000) } })).Status.ShouldBe(System.Net.HttpStatusCode.Accepted);
        var files = await Export();
        WriteAll(files);
        await using var other = await House.Open();
        var imported = await other.Cli("import", Folder);
        imported.Code.ShouldBe(0, imported.Error);
        (await Export(other)).ShouldBe(files);
        // An id that cannot stand in an address is refused here as it is by the API.
        Write("customers.csv", Samples.Customers.Replace("c1001,john", "a/b,john", StringComparison.Ordinal));
        (await House.Cli("import", Folder)).Error.ShouldContain("customers.csv:2: id 'a/b' cannot stand in an address");
    }

    [Fact]
    public async Task An_import_with_any_error_changes_nothing()
    {
        await Do("add-customer", "john@example.com", "First", "gh", "VIP", "SaaS", "3");
        var events = await Events();
        Write("engagement.csv", Samples.Engagement + "e1004,c5,2025-05-02,1,0,0,0,0\ne1005,c1001,2025-06-02,1,0,0,0,0\n");
        var refused = await House.Cli("import", Folder);
        refused.Code.ShouldBe(1);
        refused.Error.ShouldContain("engagement.csv:5: unknown customer 'c5'");
        refused.Error.ShouldContain("engagement.csv:6: date 2025-06-02 is still to come");
        Write("engagement.csv", Samples.Engagement);
        Write("customers.csv", Samples.Customers.Replace("c1001", "c2001"));
        Write("onboarding.csv", Samples.Onboarding.Replace("c1001", "c2001"));
        Write("engagement.csv", Samples.Engagement.Replace("c1001", "c2001"));
        refused = await House.Cli("import", Folder);
        refused.Error.ShouldContain("customers.csv:2: the email john@example.com belongs to customer c1001");
        refused.Error.ShouldContain("onboarding.csv:2: the id o1001 belongs to customer c1001");
        (await Events()).ShouldBe(events);
    }

    [Fact]
    public async Task Commands_on_the_database_do_what_they_do_on_a_folder()
    {
        await Do("import", Folder);
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
        foreach (var (name, text) in await Export(House, "--data-dir", copy)) text.ShouldBe(database[name], name);
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
    public async Task Unknown_customers_are_an_error_on_the_database_too()
    {
        foreach (var command in new[] { "update-onboarding c9 account_created true", "record-engagement c9 1 1 1 1 1", "block c9 x", "unblock c9", "health c9" })
        {
            var refused = await House.Cli(command.Split(' '));
            refused.Code.ShouldBe(1, command);
            refused.Error.ShouldContain("There is no customer 'c9'.");
        }

        (await Events()).ShouldBe(0);
    }

    [Fact]
    public async Task New_ids_pass_over_imported_ones()
    {
        Write("customers.csv", Samples.Customers + "c1700,z@example.com,Z,z,2025-05-01,,,1,active\n");
        await Do("import", Folder);
        (await Do("add-customer", "new@example.com", "New", "gh", "VIP", "SaaS", "3")).Out.Trim().ShouldBe("c1701");
        (await Do("record-engagement", "c1701", "1", "0", "0", "0", "0")).Out.ShouldStartWith("e1004:");
        (await House.Cli("add-customer", "NEW@example.com", "New", "gh", "VIP", "SaaS", "3")).Error.ShouldContain("belongs to customer c1701 already");
    }
}
