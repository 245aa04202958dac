using System.Diagnostics;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>How long the pages take at 100,000 customers and 5 million events, from request to the whole answer, one at a time.</summary>
internal static class Pages
{
    public static async Task<int> Run(Options options)
    {
        var (requests, limit) = (options.Number("requests", 100), options.Number("limit", 100));
        await using var product = await Product.Open(options, data: options.Text("data", "/var/tmp/cs-bench-pages"));
        await PageData.Make(product, options.Number("customers", 100_000));
        await using var connection = new NpgsqlConnection(product.ConnectionString);
        await connection.OpenAsync();
        var ids = (await connection.QueryAsync<string>("select customer_id from standings order by md5(customer_id) limit 500")).ToList();
        var busiest = (await connection.QueryAsync<string>("select customer_id from engagement order by issues_tagged desc limit 50")).ToList();
        var http = await Dashboards.SignIn(product);
        var (rows, slow) = (new List<string[]>(), 0);
        foreach (var (name, url) in (IEnumerable<(string, Func<int, string>)>)[
            ("dashboard", _ => "/"),
            ("list", _ => "/customers"),
            ("list, sorted", n => "/customers?sort=" + Pick(n, "score", "-score", "-active", "-mrr", "-signup", "progress", "-name")),
            ("list, filtered", n => "/customers?" + Pick(n, "status=at_risk", "status=inactive", "stage=onboarding", "cohort=VIP", "industry=Gaming&status=healthy", "blocker=yes", "blocker=permissions&owner=Maya%20Lindqvist", "account=churned", "active=today", "owner=-&sort=-mrr", "with=you&sort=-mrr", "status=champion&cohort=Beta&sort=-active")),
            ("list, searched", n => "/customers?q=" + Pick(n, "kestrel", "fjord%20bank", "p0123", "team@p04", "zzz", "lu", "Labs%2099", "gh-p099999", "e", "robotics&sort=-score")),
            ("list, a later page", n => "PAGE"),
            ("customer page", n => "/customers/" + ids[n % ids.Count]),
            ("customer page, 1,500 events", n => "/customers/" + busiest[n % busiest.Count]),
            ("API: list", n => "/api/v1/customers?status=" + Pick(n, "at_risk", "healthy", "champion")),
        ])
        {
            var (took, next, refused) = (new Histogram(), "/customers?sort=score", 0);
            for (var n = -10; n < requests; n++)
            {
                var at = url(n + 10) is var plain && plain == "PAGE" ? next : plain;
                var began = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync(at);
                var body = await answer.Content.ReadAsStringAsync();
                if (n >= 0) took.Add(Histogram.Since(began));
                if (!answer.IsSuccessStatusCode) refused++;
                if (plain == "PAGE") next = NextPage(body) ?? "/customers?sort=score";
            }

            if (took.At(95) > limit && refused == 0) slow++;
            rows.Add([name, refused > 0 ? $"{refused} not 2xx" : "", Machine.N(took.At(50), "0.0"), Machine.N(took.At(95), "0.0"), Machine.N(took.Max, "0.0"), Machine.N(took.At(95) / limit, "0.00")]);
        }

        var size = await connection.QuerySingleAsync<(long, long)>("select (select count(*) from customers), (select count(*) from events)", commandTimeout: 0);
        Machine.Print($"pages at {size.Item1:#,0} customers and {size.Item2:#,0} events, {requests} requests each", ["page", "", "p50 ms", "p95 ms", "max ms", $"p95 of {limit} ms"], rows, await Machine.Line(product.ConnectionString));
        if (options.Has("explain")) await Explain(product);
        return slow == 0 ? 0 : 1;
    }

    private static string Pick(int n, params string[] from) => from[n % from.Length];

    // The link to the page behind this one; the address of its live stream is another.
    private static string? NextPage(string html)
    {
        for (var at = 0; (at = html.IndexOf("\"/customers?", at, StringComparison.Ordinal)) >= 0;)
        {
            var url = System.Net.WebUtility.HtmlDecode(html[(at + 1)..(at = html.IndexOf('"', at + 1))]);
            if (url.Contains("after=", StringComparison.Ordinal)) return url;
        }

        return null;
    }

    // The slowest statements as the server saw them while the pages were asked for once more, with their plans.
    private static async Task Explain(Product product)
    {
        await using var connection = new NpgsqlConnection(product.ConnectionString);
        await connection.OpenAsync();
        await connection.ExecuteAsync("alter system set session_preload_libraries = 'auto_explain'");
        foreach (var setting in new[] { "auto_explain.log_min_duration = '20ms'", "auto_explain.log_analyze = on", "auto_explain.log_buffers = on" }) await connection.ExecuteAsync($"alter system set {setting}");
        await connection.ExecuteAsync("select pg_reload_conf()");
        Console.WriteLine("Statements over 20 ms are now explained in the server's log, in the data folder's postgres/log. Run again and read it there.");
    }
}
