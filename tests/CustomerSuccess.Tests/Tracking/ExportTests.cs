using CustomerSuccess.Events;

namespace CustomerSuccess.Tests.Tracking;

/// <summary>The way out, and the way in again.</summary>
public sealed class ExportTests : TrackingHouse
{
    [Fact]
    public async Task Export_and_import_give_the_same_bytes_again_and_again()
    {
        Write("customers.csv", Samples.Customers + "c7,x@example.com,\"=Evil, \"\"Inc\"\"\nand two lines\",,2025-05-01,Zoë 🚀,,,churned\nc1003,y@example.com,  spaces  ,@gh,2025-05-04,,,0,paused\n");
        Write("onboarding.csv", Samples.Onboarding + "o9,c7,true,true,true,true,true,2025-05-03,2,,\"note, with \"\"quotes\"\"\r\nand lines\"\n");
        Write("engagement.csv", Samples.Engagement + "e0007,c7,2025-05-02,0,0,0,0,0\ne1004,c1001,2025-05-02,1,0,0,0,0\ne-c7-20250503,c7,2025-05-03,0,0,0,0,4\n");
        await Do("import", Folder);
        var first = await Export();
        first["customers.csv"].ShouldContain("\"=Evil, \"\"Inc\"\"\nand two lines\"");
        first["combined_metrics.csv"].ShouldContain("\"'=Evil, \"\"Inc\"\"\nand two lines\"");
        first["engagement.csv"].ShouldContain("e0007,c7,2025-05-02,0,0,0,0,0\n");
        first["onboarding.csv"].ShouldContain("\r\n");

        (await Zip(House)).ShouldBe(await Zip(House), "the same data are the same bytes");

        // Into its own database: nothing changes.
        var events = await Events();
        WriteAll(first);
        (await Do("import", Folder)).Out.ShouldContain("Everything was known already.");
        (await Events()).ShouldBe(events);

        // Into an empty one: the same bytes.
        await using var other = await House.Open();
        (await other.Cli("import", Folder)).Code.ShouldBe(0);
        (await Export(other)).ShouldBe(first);
    }

    [Fact]
    public async Task Days_counted_from_events_are_exported_with_lasting_ids()
    {
        await Do("import", Folder);
        await Send(Event("m1", "issue_tagged", """{"issue_url":"https://github.com/a/b/issues/1"}"""), Event("m2", "support_request", "{}"), Event("m3", "api_call", "{}"));

        var first = await Export();
        first["engagement.csv"].ShouldContain("e-c1001-20250503,c1001,2025-05-03,1,0,0,0,1\n");
        WriteAll(first);
        (await Do("import", Folder)).Out.ShouldContain("Everything was known already.");
        await using var other = await House.Open();
        (await other.Cli("import", Folder)).Code.ShouldBe(0);
        var second = await Export(other);
        foreach (var store in new[] { "customers.csv", "onboarding.csv", "engagement.csv" }) second[store].ShouldBe(first[store]);

        // Correcting such a day moves the sum and keeps the id.
        Write("engagement.csv", first["engagement.csv"].Replace("e-c1001-20250503,c1001,2025-05-03,1,", "e-c1001-20250503,c1001,2025-05-03,3,"));
        (await House.Cli("import", Folder)).Code.ShouldBe(1);
        await Do("import", Folder, "--update");
        (await Export())["engagement.csv"].ShouldContain("e-c1001-20250503,c1001,2025-05-03,3,0,0,0,1\n");
    }

    [Fact]
    public async Task What_was_recorded_later_was_not_known_then()
    {
        await Do("import", Folder);
        House.Clock.Set(new DateTimeOffset(2025, 5, 9, 9, 0, 0, TimeSpan.Zero));
        await Do("record-engagement", "c1001", "50", "0", "0", "0", "0", "--date", "2025-05-03");
        await Do("update-onboarding", "c1001", "first_pr_generated", "true");
        await Do("add-customer", "new@example.com", "New", "new-dev", "Early", "Retail", "7");
        var then = await Export(House, "--as-of", "2025-05-05");
        (then["customers.csv"], then["onboarding.csv"], then["engagement.csv"]).ShouldBe((Samples.Customers, Samples.Onboarding, Samples.Engagement));
        (await Export(House, "--as-of", "2025-05-09")).ShouldBe(await Export());
        (await Export(House, "--as-of", "2025-05-02"))["engagement.csv"].Split('\n').Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("9999-12-31")]
    [InlineData("2025-05-06")]
    [InlineData("0001-01-01")]
    [InlineData("2025-02-30")]
    public async Task A_day_nobody_can_know_about_is_refused_before_anything_is_sent(string day)
    {
        var api = await Machine.With(House, "admin");
        (await api.Get($"/api/v1/export?as_of={day}")).Problem("as_of").ShouldContain("not after today");
        (await api.Get($"/api/customer-success/health/c1001?as_of={day}")).Problem("as_of").ShouldContain("not after today");
        if (day is not "2025-05-06") (await House.Cli("health", "c1001", "--as-of", day)).Code.ShouldBe(2);
    }

    [Fact]
    public async Task The_export_over_http_is_for_admins_and_leaves_a_trace()
    {
        await Do("import", Folder);
        (await House.Http.GetAsync(new Uri("/api/v1/export", UriKind.Relative))).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/export?as_of=2025-05-05");
        request.Headers.Add("x-api-key", await House.Key("admin"));
        using var answer = await House.Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("rsolv_metrics_2025-05-05.zip");
        Unzip(new MemoryStream(await answer.Content.ReadAsByteArrayAsync()))["customers.csv"].ShouldBe(Samples.Customers);
        (await Count("audit where action = 'data.exported'")).ShouldBe(1);
    }

    private static Envelope Event(string id, string type, string properties) => new()
    {
        Id = id,
        Source = "native",
        Type = type,
        CustomerId = "c1001",
        Properties = properties,
        OccurredAt = new DateTime(2025, 5, 3, 10, 0, 0, DateTimeKind.Utc),
        ReceivedAt = new DateTime(2025, 5, 3, 10, 0, 1, DateTimeKind.Utc),
    };
}
