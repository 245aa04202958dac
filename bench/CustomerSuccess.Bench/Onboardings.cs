using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>The board, the list, analytics and the preview of a bulk action at 100,000 customers and their 900,000 tasks, from request to the whole answer, one at a time.</summary>
internal static class Onboardings
{
    // What the issue allows, in milliseconds; the list and the preview are pages like any other.
    private const int Board = 100, List = 100, Analytics = 200, Preview = 1_000;

    private sealed record Asked(string Name, double Limit, Func<int, HttpRequestMessage> Request, TimeSpan Rest = default);

    public static async Task<int> Run(Options options)
    {
        await using var product = await Product.Open(options, data: options.Text("data", "/var/tmp/cs-bench-onboarding"));
        await PageData.Make(product, options.Number("customers", 100_000), light: true);
        await using var connection = new NpgsqlConnection(product.ConnectionString);
        await connection.OpenAsync();
        await Journeys(connection);
        if (options.Has("data-only")) return 0;
        var ids = (await connection.QueryAsync<string>("select customer_id from workflow where counted and next_task = 'github_action_installed' order by md5(customer_id) limit 1000")).ToList();
        var http = await Dashboards.SignIn(product);
        http.DefaultRequestHeaders.Add("x-api-key", product.Key);
        await Warm(http);

        var (rows, slow, requests) = (new List<string[]>(), 0, options.Number("requests", 60));
        foreach (var asked in (IEnumerable<Asked>)[
            new("board, worked out anew", Board, _ => Get("/onboarding"), TimeSpan.FromMilliseconds(1050)),
            new("board, shared", Board, _ => Get("/onboarding")),
            new("API: stages with counts", Board, _ => Get("/api/customer-success/onboarding/stages")),
            new("list", List, n => Get("/onboarding/customers?" + Pick(n, "", "stage=setup", "stage=features&stuck=yes", "stuck=blocked", "task=github_action_installed", "task=watch_intro&state=completed", "owner=Maya%20Lindqvist", "version=1&stage=mastery", "stage=completed", "task=first_pr_merged&stuck=yes", "from=2026-06-01&to=2026-08-31&stage=setup", "task=recommend&state=skipped"))),
            new("analytics page", Analytics, n => Get("/onboarding/analytics?" + Window(n))),
            new("API: analytics", Analytics, n => Get("/api/customer-success/onboarding/analytics?" + Window(n + 300))),
            new("preview of a bulk action, 50", Preview, n => new(HttpMethod.Post, "/api/customer-success/onboarding/bulk-actions")
            {
                Content = JsonContent.Create(new { customer_ids = Enumerable.Range(0, 50).Select(i => ids[(n * 50 + i) % ids.Count]).ToArray(), action = "start", task = "github_action_installed", preview = true }),
            }),
        ])
        {
            var (took, refused) = (new Histogram(), 0);
            for (var n = -12; n < requests; n++)
            {
                using var request = asked.Request(n + 12);
                // After a second it is worked out anew.
                if (asked.Rest > TimeSpan.Zero) await Task.Delay(asked.Rest);
                var began = Stopwatch.GetTimestamp();
                using var answer = await http.SendAsync(request);
                await answer.Content.ReadAsStringAsync();
                if (n >= 0) took.Add(Histogram.Since(began));
                if (!answer.IsSuccessStatusCode) refused++;
            }

            if (took.At(95) > asked.Limit || refused > 0) slow++;
            rows.Add([asked.Name, refused > 0 ? $"{refused} not 2xx" : "", Machine.N(took.At(50), "0.0"), Machine.N(took.At(95), "0.0"), Machine.N(took.Max, "0.0"), Machine.N(asked.Limit)]);
        }

        var size = await connection.QuerySingleAsync<(long, long)>("select (select count(*) from workflow), (select count(*) from workflow_tasks)", commandTimeout: 0);
        Machine.Print(string.Create(CultureInfo.InvariantCulture, $"onboarding at {size.Item1:#,0} customers and {size.Item2:#,0} tasks, {requests} requests each; the product holds {product.Memory():0} MB"),
            ["what", "", "p50 ms", "p95 ms", "max ms", "limit"], rows, await Machine.Line(product.ConnectionString));
        return slow == 0 ? 0 : 1;
    }

    // Windows of every length, so that none is answered with what was worked out for the one before.
    private static string Window(int n) => string.Create(CultureInfo.InvariantCulture, $"days={(n % 3) switch { 0 => 30 + n, 1 => 90 + n, _ => 700 + n }}");

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private static string Pick(int n, params string[] from) => from[n % from.Length];

    // The figures are read once after a start; that is not what is asked here.
    private static async Task Warm(HttpClient http)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await http.GetAsync("/api/customer-success/onboarding/analytics");
        answer.EnsureSuccessStatusCode();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the first analytics after a start: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms"));
    }

    // Two of three came by a channel that is known.
    private static Task Journeys(NpgsqlConnection connection) => connection.ExecuteAsync(
        """
        insert into journeys (customer_id, first_at, first_id, first_origin)
        select customer_id, signup_date, 'bench', (array['|||||', 'www.google.com|app.example||||', 'news.ycombinator.com|app.example||||', '|app.example|newsletter|email||'])[1 + abs(hashtext(customer_id)) % 4]
        from customers where abs(hashtext(customer_id)) % 3 > 0
        on conflict (customer_id) do update set first_at = excluded.first_at, first_id = excluded.first_id, first_origin = excluded.first_origin where journeys.first_at is null
        """, commandTimeout: 0);
}
