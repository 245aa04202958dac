using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace CustomerSuccess.Tests.Monitoring;

/// <summary>A real Prometheus of Debian's reads the product and answers questions about it.</summary>
public sealed class PrometheusTests
{
    [Fact]
    public async Task It_scrapes_the_product_and_answers()
    {
        await using var house = await House.Open(null, ("CS_METRICS_TOKEN", "a-token-of-the-tests"), ("CS_METRICS_AGE", "1"));
        await using var prometheus = await Prometheus.Start(house.Url, "a-token-of-the-tests");
        await house.Http.GetAsync("/asked/for");
        foreach (var query in (string[])
        [
            "up{job=\"customer-success\"} == 1",
            "sum(http_request_duration_seconds_count{route=\"unmatched\"}) > 0",
            "histogram_quantile(0.95, sum by (le) (db_query_duration_seconds_bucket)) >= 0",
            "db_pool_connections{state=\"used\"} / ignoring(state) db_pool_max_connections <= 1",
            "cs_build_info{version!=\"\"} == 1",
            "count(cs_worker_queue_entries) == 5",
            "process_start_time_seconds > 0",
        ])
        {
            var found = await Wait.For(() => prometheus.Ask(query), rows => rows.Count > 0);
            found.ShouldNotBeEmpty(query);
        }

        // It asked for OpenMetrics, and found nothing wrong with it.
        (await prometheus.LastError()).ShouldBe("");
    }
}

/// <summary>One that scrapes a house every second, until it is disposed of.</summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;
    private readonly HttpClient http;

    private Prometheus(Process process, string folder, HttpClient http) => (this.process, this.folder, this.http) = (process, folder, http);

    public static async Task<Prometheus> Start(string url, string token)
    {
        var place = Directory.CreateTempSubdirectory("cs-prometheus-").FullName;
        await File.WriteAllTextAsync(Path.Combine(place, "prometheus.yml"), $"""
            global:
              scrape_interval: 1s
            scrape_configs:
              - job_name: customer-success
                authorization:
                  credentials: {token}
                static_configs:
                  - targets: ['{new Uri(url).Authority}']
            """);
        var port = House.FreePort();
        var start = new ProcessStartInfo("prometheus",
        [
            "--config.file=" + Path.Combine(place, "prometheus.yml"), "--storage.tsdb.path=" + Path.Combine(place, "data"),
            string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"), "--log.level=error",
        ])
        { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var started = Process.Start(start)!;
        started.OutputDataReceived += (_, _) => { };
        started.ErrorDataReceived += (_, _) => { };
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        var made = new Prometheus(started, place, new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
        await Wait.Until(made.Up, "prometheus");
        return made;
    }

    /// <summary>The rows that answer a query now.</summary>
    public async Task<IReadOnlyList<JsonElement>> Ask(string query)
    {
        var answer = await http.GetFromJsonAsync<JsonElement>("/api/v1/query?query=" + Uri.EscapeDataString(query));
        return [.. answer.GetProperty("data").GetProperty("result").EnumerateArray()];
    }

    public async Task<string> LastError() =>
        (await http.GetFromJsonAsync<JsonElement>("/api/v1/targets")).GetProperty("data").GetProperty("activeTargets")[0].GetProperty("lastError").GetString()!;

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> Up()
    {
        try
        {
            return (await http.GetAsync("/-/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
