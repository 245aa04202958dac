using System.Net.Http.Json;
using CustomerSuccess.Messages;
using CustomerSuccess.Platform.Jobs;
using CustomerSuccess.Platform.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerSuccess.Tests.Monitoring;

public sealed class MetricsBoundsTests(ITestOutputHelper output)
{
    private const int Many = 10_000;

    [Fact]
    public async Task Ten_thousand_paths_customers_and_types_of_events_make_no_more_series()
    {
        await using var house = await House.Open(null, ("CS_METRICS_AGE", "1"));
        var (read, ingest) = (await house.Key("read"), await house.Key("ingest"));
        await Round(0);
        var before = (await Scrape.Of(house)).Samples.Count;
        foreach (var part in Enumerable.Range(1, Many).Chunk(1000))
        {
            await Parallel.ForEachAsync(part, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) => await Send(n));
            await Events(part);
        }

        var (webhooks, messages, jobs) = (house.Services.GetRequiredService<WebhookMetrics>(), house.Services.GetRequiredService<MessageMetrics>(), house.Services.GetRequiredService<JobMetrics>());
        for (var n = 0; n < Many; n++)
        {
            using (var one = webhooks.Take("github", $"kind_{n}.made_up")) one.Became("ignored", $"reason_{n}");
            messages.Became($"kind_{n}", $"channel_{n}", "sent");
            jobs.Ran($"job_{n}", true, TimeSpan.Zero);
        }

        var after = await Scrape.Of(house);
        output.WriteLine($"{before} samples before, {after.Samples.Count} after {Many} different paths, customers, types of events, kinds of deliveries and messages");
        // 80 kinds of deliveries and 40 jobs with their histograms, and a few more statuses.
        after.Samples.Count.ShouldBeLessThan(before + 3000);
        after.Sum("cs_metrics_folded_total", ("metric", "cs_webhook_deliveries")).ShouldBeGreaterThan(Many - 200);
        after.Sum("cs_webhook_deliveries_total").ShouldBe(Many, "nothing is lost");
        after.Sum("cs_webhook_deliveries_total", ("event", "other")).ShouldBeGreaterThan(Many - 200);
        after.Sum("cs_messages_total", ("kind", "other"), ("channel", "other")).ShouldBe(Many);
        after.Sum("http_request_duration_seconds_count", ("route", "unmatched")).ShouldBeGreaterThanOrEqualTo(Many);
        Rooms.Metrics.Metrics.Sum(metric => (long)Catalog.Most(metric) * Catalog.Lines(metric)).ShouldBeLessThan(100_000);

        async Task Round(int n)
        {
            await Send(n);
            await Events([n]);
        }

        async Task Send(int n)
        {
            using var nowhere = await house.Http.GetAsync($"/path-{n}/of-{n}");
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/customers/customer-{n}");
            request.Headers.Add("x-api-key", read);
            using var customer = await house.Http.SendAsync(request);
        }

        async Task Events(int[] part)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events")
            {
                Content = JsonContent.Create(part.Select(n => new { visitor_id = $"visitor-{n}", type = $"type_{n}", id = $"bound-{n}" })),
            };
            request.Headers.Add("x-api-key", ingest);
            using var answer = await house.Http.SendAsync(request);
            answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Two_houses_in_one_process_do_not_count_each_others_requests()
    {
        await using var one = await House.Open();
        await using var other = await House.Open();
        await one.Http.GetAsync("/only/here");
        await Scrape.Until(one, now => now.Sum("http_request_duration_seconds_count", ("route", "unmatched")) >= 1);
        (await Scrape.Of(other)).With("http_request_duration_seconds_count", ("route", "unmatched")).ShouldBeEmpty();
        var before = (await Scrape.Of(other)).Sum("db_queries_failed_total");
        await using var connection = await one.Db.OpenConnectionAsync();
        await using var wrong = new Npgsql.NpgsqlCommand("select 1 / 0", connection);
        await Should.ThrowAsync<Npgsql.PostgresException>(async () => await wrong.ExecuteScalarAsync());
        (await Scrape.Of(one)).Sum("db_queries_failed_total").ShouldBeGreaterThanOrEqualTo(1);
        (await Scrape.Of(other)).Sum("db_queries_failed_total").ShouldBe(before);
    }
}
