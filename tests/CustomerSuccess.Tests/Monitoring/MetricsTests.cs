using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using CustomerSuccess.Tests.Access;
using CustomerSuccess.Tests.Events;
using CustomerSuccess.Tests.Messages;
using CustomerSuccess.Tests.Webhooks;

namespace CustomerSuccess.Tests.Monitoring;

public sealed class MetricsTests(MetricsTests.Watched watched) : IClassFixture<MetricsTests.Watched>
{
    private House House => watched.House;

    [Fact]
    public async Task Requests_are_counted_by_method_route_and_status_and_never_by_path()
    {
        var key = await House.Key("read");
        foreach (var id in (string[])["nobody-1", "nobody-2"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/customers/{id}");
            request.Headers.Add("x-api-key", key);
            (await House.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        await House.Http.GetAsync("/no/such/page-1");
        await House.Http.GetAsync("/no/such/page-2");
        await House.Http.GetAsync("/healthz");
        await House.Http.GetAsync("/readyz");
        var said = await Scrape.Until(House, now => now.Sum("http_request_duration_seconds_count", ("route", "unmatched")) >= 2);
        said.Sum("http_request_duration_seconds_count", ("method", "GET"), ("route", "/api/v1/customers/{id}"), ("status", "404")).ShouldBe(2);
        said.Sum("http_request_duration_seconds_count", ("route", "unmatched")).ShouldBeGreaterThanOrEqualTo(2);
        said.Text.ShouldNotContain("nobody-1");
        said.Text.ShouldNotContain("page-1");
        said.With("http_request_duration_seconds_count").ShouldNotContain(sample => sample.Labels["route"] == "/metrics" || sample.Labels["route"] == "/healthz" || sample.Labels["route"] == "/readyz");
    }

    [Fact]
    public async Task A_page_that_follows_for_long_is_no_slow_request()
    {
        var carol = await House.As(Cast.Carol);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/live/dashboard");
        using (var answer = await carol.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await Scrape.Of(House)).Sum("cs_live_streams").ShouldBeGreaterThanOrEqualTo(1);
        }

        var said = await Scrape.Until(House, now => now.Sum("cs_live_streams") == 0);
        said.With("http_request_duration_seconds_count", ("route", "/live/dashboard"), ("status", "200")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Events_are_counted_by_what_became_of_them()
    {
        // Of its own: the product notes refused calls of others as events, too.
        await using var house = await House.Open();
        await house.Write(Story.Created("metered"));
        var key = await house.Key("ingest");
        var before = await Scrape.Of(house);
        await Post(new { customer_id = "metered", type = "api_call", id = "m-1" }, new { customer_id = "metered", type = "api_call", id = "m-2" });
        await Post(new { customer_id = "metered", type = "api_call", id = "m-1" });
        await Post(new { customer_id = "metered" });
        await Post(new { customer_id = "nobody-at-all", type = "api_call" });
        var said = await Scrape.Until(house, now => Grown(now, "cs_ingest_events_total", ("verdict", "duplicate")) >= 1);
        Grown(said, "cs_ingest_events_total", ("verdict", "accepted")).ShouldBe(2);
        Grown(said, "cs_ingest_events_total", ("verdict", "duplicate")).ShouldBe(1);
        Grown(said, "cs_ingest_rejected_events_total", ("reason", "invalid")).ShouldBe(1);
        Grown(said, "cs_ingest_rejected_events_total", ("reason", "unknown_customer")).ShouldBe(1);
        Grown(said, "cs_ingest_commit_duration_seconds_count").ShouldBe(3);
        Grown(said, "cs_ingest_commit_events_sum").ShouldBe(4);
        said.With("cs_ingest_queue_calls").ShouldHaveSingleItem();

        double Grown(Scrape now, string name, params (string, string)[] labels) => now.Sum(name, labels) - before.Sum(name, labels);

        async Task Post(params object[] events)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events") { Content = JsonContent.Create(events) };
            request.Headers.Add("x-api-key", key);
            await house.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task Deliveries_are_counted_by_source_kind_status_and_reason()
    {
        var github = new GitHubSender(House);
        await github.Deliver("pull_request", GitHubSender.Pull("opened", "acme-dev"));
        await github.Deliver("issues", "{}", secret: "not the secret that we share");
        var said = await Scrape.Until(House, now => now.Sum("cs_webhook_deliveries_total", ("status", "refused")) >= 1);
        said.With("cs_webhook_deliveries_total", ("source", "github"), ("event", "pull_request.opened"), ("status", "stored")).ShouldHaveSingleItem();
        said.Sum("cs_webhook_deliveries_total", ("source", "github"), ("status", "refused"), ("reason", "bad_signature")).ShouldBe(1);
        said.Sum("cs_webhook_duration_seconds_count", ("source", "github"), ("event", "pull_request.opened"), ("status", "stored")).ShouldBe(1);
        said.With("cs_webhook_duration_seconds_count", ("status", "refused")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Messages_jobs_queues_and_the_database_have_their_figures()
    {
        await House.Write(Story.Created(Cast.Acme.Id));
        await House.Queue(Post.To(Cast.Acme.Id, "alice@acme.example"));
        var said = await Scrape.Until(House, now => now.Sum("cs_messages_total", ("channel", "log"), ("status", "sent")) >= 1 && now.With("cs_worker_queue_entries").Any() && now.With("cs_customers").Any());
        said.Sum("cs_messages_total", ("channel", "log"), ("status", "sent")).ShouldBeGreaterThanOrEqualTo(1);
        said.With("cs_worker_queue_entries").Select(sample => sample.Labels["worker"]).Order().ShouldBe(["funnel", "health", "identities", "milestones", "workflow"]);
        said.With("cs_worker_lag_seconds").Count().ShouldBe(5);
        said.Sum("cs_messages_oldest_waiting_seconds").ShouldBeGreaterThanOrEqualTo(0);
        said.Sum("db_query_duration_seconds_count").ShouldBeGreaterThan(0);
        said.With("db_pool_connections").Select(sample => sample.Labels["state"]).Order().ShouldBe(["idle", "used"]);
        said.Sum("db_pool_max_connections").ShouldBe(20);
        said.Sum("db_size_bytes").ShouldBeGreaterThan(1_000_000);
        said.Sum("cs_customers").ShouldBeGreaterThanOrEqualTo(1);
        said.Sum("process_resident_memory_bytes").ShouldBeGreaterThan(10_000_000);
        said.Sum("process_open_fds").ShouldBeGreaterThan(3);
        said.Sum("process_threads").ShouldBeGreaterThan(1);
        said.With("cs_build_info").ShouldHaveSingleItem().Value.ShouldBe(1);
        said.Text.ShouldNotContain(House.ConnectionString);
    }

    [Fact]
    public async Task Jobs_tell_how_they_went_and_when_they_were_done_last()
    {
        // The schedule looks when the house opens, and what is due by then is done.
        var said = await Scrape.Until(House, now => now.Sum("cs_job_runs_total", ("status", "done")) >= 1 && now.With("cs_job_last_success_timestamp_seconds").Any());
        said.Sum("cs_job_runs_total", ("status", "done")).ShouldBeGreaterThanOrEqualTo(1);
        said.With("cs_job_last_success_timestamp_seconds").ShouldNotBeEmpty();
        said.Sum("cs_job_duration_seconds_count").ShouldBeGreaterThanOrEqualTo(1);
    }

    [Theory]
    [InlineData("", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("*/*", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("text/html", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "application/openmetrics-text; version=1.0.0; charset=utf-8")]
    [InlineData("application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;q=0.4,text/plain;q=0.5", "text/plain; version=0.0.4; charset=utf-8")]
    [InlineData("application/openmetrics-text;q=0,text/plain", "text/plain; version=0.0.4; charset=utf-8")]
    public async Task The_format_is_what_the_scraper_would_rather_have(string accept, string type)
    {
        var said = await Scrape.Of(House, accept);
        said.ContentType.ShouldBe(type);
        said.Text.EndsWith("# EOF\n", StringComparison.Ordinal).ShouldBe(type.Contains("openmetrics", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OpenMetrics_names_families_without_total_and_says_units()
    {
        var (open, text) = (await Scrape.Of(House, Scrape.Open), await Scrape.Of(House));
        open.Text.ShouldContain("# TYPE process_cpu_seconds counter\n# UNIT process_cpu_seconds seconds\nprocess_cpu_seconds_total ");
        text.Text.ShouldContain("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total ");
        open.Text.ShouldContain("# HELP process_resident_memory_bytes Memory of the process that is in RAM.\n# TYPE process_resident_memory_bytes gauge\n# UNIT process_resident_memory_bytes bytes\n");
        open.Text.ShouldContain(",le=\"1.0\"}");
    }

    [Fact]
    public async Task A_histogram_adds_up()
    {
        var said = await Scrape.Of(House);
        foreach (var one in said.With("db_query_duration_seconds_count"))
        {
            var buckets = said.With("db_query_duration_seconds_bucket").Select(sample => sample.Value).ToList();
            buckets.ShouldBe(buckets.Order());
            buckets[^1].ShouldBe(one.Value);
        }
    }

    [Fact]
    public async Task It_is_packed_for_whoever_takes_it_packed()
    {
        using var packed = await Scrape.Get(House, "text/plain", ("Accept-Encoding", "gzip"));
        packed.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        await using var gzip = new GZipStream(await packed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        (await new StreamReader(gzip).ReadToEndAsync()).ShouldContain("process_cpu_seconds_total");
        using var plain = await Scrape.Get(House, "text/plain", ("Accept-Encoding", "gzip;q=0.1, identity"));
        plain.Content.Headers.ContentEncoding.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData(Scrape.Open)]
    public async Task Promtool_has_nothing_to_say_against_it(string accept)
    {
        var said = (await Scrape.Of(House, accept)).Text;
        // promtool reads the text format; the two differ in these lines alone.
        if (accept == Scrape.Open) said.Split('\n').Count(line => line.StartsWith("# UNIT", StringComparison.Ordinal)).ShouldBeGreaterThan(5);
        else (await Tool.Run("promtool", said, "check", "metrics")).ShouldBe((0, ""));
    }

    /// <summary>One house for all, with what it needs to be counted.</summary>
    public sealed class Watched : IAsyncLifetime
    {
        public House House { get; private set; } = null!;

        public async ValueTask InitializeAsync() => House = await House.Open(null, [.. GitHubSender.Settings, ("CS_METRICS_AGE", "1")]);

        public ValueTask DisposeAsync() => House.DisposeAsync();
    }
}
