using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>Ad hoc funnels at ten million events: the first question, later ones with other steps, the memory they take, and the same asked in SQL.</summary>
internal static class Funnels
{
    private static readonly string[] Five = ["page_view", "pricing_viewed", "button_click", "trial_started", "docs_search"];

    private static readonly string[][] Others =
    [
        ["page_view", "signup", "api_key_created", "api_call", "pr_merged"], ["page_view", "docs_search", "button_click", "pricing_viewed", "trial_started"],
        ["button_click", "page_view", "docs_search", "page_view", "video_played"], ["pricing_viewed", "trial_started", "signup", "api_key_created", "api_call"],
        ["page_view", "page_view", "page_view", "pricing_viewed", "button_click"],
    ];

    public static async Task<int> Run(Options options)
    {
        var events = options.Number("events", 10_000_000);
        var folder = options.Text("data", "/var/tmp/cs-bench-funnel");
        if (!options.Has("url")) await FunnelData.Make(folder, events, options.Number("visitors", 850_000), options.Number("days", 180), !options.Has("no-rebuild"));
        // Cold is cold: nothing kept from the run before.
        var kept = Path.Combine(folder, "funnel-log");
        File.Delete(kept);
        await using var product = await Product.Open(options, data: folder);
        await Quiet(product.ConnectionString);
        await Task.Delay(TimeSpan.FromSeconds(options.Number("rest", 5)));
        var http = product.Client();
        http.DefaultRequestHeaders.Add("x-api-key", product.Key);
        http.Timeout = TimeSpan.FromMinutes(5);
        var before = product.Memory();
        var rows = new List<string[]>();
        var cpu = product.CpuSeconds();
        // Processor time says what a quiet machine would do, however busy this one is.
        void Add(string name, IReadOnlyList<double> took, int? limit)
        {
            var now = product.CpuSeconds();
            rows.Add([name, Machine.N(took.Order().ElementAt(took.Count / 2)), Machine.N(took.Max()), limit is { } most ? Machine.N(most) : "",
                Machine.N((now.Web - cpu.Web) * 1000 / took.Count), Machine.N((now.Database - cpu.Database) * 1000 / took.Count)]);
            cpu = now;
        }

        Add("cold", [await Ask(http, Five, "sequential")], 2_500);
        var loaded = product.Memory();
        if (product.Ours)
        {
            for (var tries = 0; !File.Exists(kept) && tries < 100; tries++) await Task.Delay(100);
            await product.KillApp();
            // The private server went with it.
            NpgsqlConnection.ClearAllPools();
            await Task.Delay(TimeSpan.FromSeconds(options.Number("rest", 5)));
            cpu = product.CpuSeconds();
            Add("after a restart", [await Ask(http, Five, "sequential")], 2_500);
        }

        foreach (var order in new[] { "sequential", "strict", "any" })
        {
            var took = new List<double>();
            for (var round = 0; round < options.Number("rounds", 3); round++)
            {
                foreach (var steps in Others) took.Add(await Ask(http, steps, order));
            }

            Add($"repeated, other steps, {order}", took, 300);
        }

        Add("by plan of the customer", [await Ask(http, Five, "sequential", breakdown: "customer.plan")], null);
        Add("by first touch, first time", [await Ask(http, Five, "sequential", breakdown: "first_touch.source")], null);
        Add("by first touch, again", [await Ask(http, Five, "any", breakdown: "first_touch.source")], null);
        var (most, highest) = (product.Memory(), product.MostMemory());
        await Figures(product, http, Add);
        if (!options.Has("no-sql")) rows.AddRange(await Sql(product.ConnectionString, events));
        Machine.Print($"five ordered steps, 14 days, {events:#,0} events", ["question", "ms", "max", "limit", "our processor ms", "PostgreSQL's"], rows, await Machine.Line(product.ConnectionString));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory of the process: {before:0} MB at rest, {loaded:0} MB after the first question, {most:0} MB with a breakdown beside it; {highest:0} MB at most since the restart"));
        return 0;
    }

    // What the data left to do (scores of every customer, journeys) would be measured, too.
    private static async Task Quiet(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        while (await connection.ExecuteScalarAsync<bool>("select exists (select from touched) or exists (select from funnel_waiting)")) await Task.Delay(500);
    }

    // The figures that are kept: any window, and the page as nobody else has just asked for it.
    private static async Task Figures(Product product, HttpClient http, Action<string, IReadOnlyList<double>, int?> add)
    {
        var today = TimeProvider.System.Today();
        string Window(int ago, int days) => $"from={today.AddDays(-ago - days + 1).Iso()}&to={today.AddDays(-ago).Iso()}";
        var signedIn = product.Ours ? await Dashboards.SignIn(product) : null;
        foreach (var (name, client, address, limit) in new (string, HttpClient?, Func<int, string>, int)[]
        {
            ("summary, 30 days until now", http, _ => "/api/v1/funnel/summary?days=30", 100),
            ("summary, 7 to 180 days until now", http, n => $"/api/v1/funnel/summary?days={new[] { 7, 14, 60, 90, 180 }[n % 5]}", 100),
            ("summary, any other window", http, n => "/api/v1/funnel/summary?" + Window(3 + 17 * n % 90, 1 + 13 * n % 80), 1_000),
            ("page, windows until now", signedIn, n => $"/funnel?days={20 + n}", 100),
            ("page, any other window", signedIn, n => "/funnel?" + Window(2 + 11 * n % 60, 3 + 7 * n % 60), 1_000),
        })
        {
            if (client is null) continue;
            var took = new List<double>();
            // The first one warms up.
            for (var n = 0; n < 16; n++)
            {
                var began = Stopwatch.GetTimestamp();
                using var answer = await client.GetAsync(address(n));
                await answer.Content.ReadAsStringAsync();
                if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{address(n)} answered {(int)answer.StatusCode}");
                if (n > 0) took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            add(name, took, limit);
        }
    }

    private static async Task<double> Ask(HttpClient http, string[] steps, string order, string? breakdown = null)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await http.PostAsJsonAsync("/api/v1/funnels/query",
            new { steps = steps.Select(type => new { type }), order, window = "14d", from = TimeProvider.System.Today().AddDays(-200).Iso(), breakdown });
        var body = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(body);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    // The shapes that others send to their database, here over our table and as the server likes them best.
    private static async Task<IEnumerable<string[]>> Sql(string connectionString, int events)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var rows = new List<string[]>();
        foreach (var (name, sql) in new[] { ("Umami's shape: a self-join a step", UmamiShape()), ("window functions", Windows()) })
        {
            await connection.ExecuteAsync("set statement_timeout = '120s'; set work_mem = '256MB'");
            var began = Stopwatch.GetTimestamp();
            try
            {
                await connection.ExecuteScalarAsync(sql, commandTimeout: 0);
                rows.Add([$"SQL, {name}", Machine.N(Stopwatch.GetElapsedTime(began).TotalMilliseconds), "", "", "", ""]);
            }
            catch (PostgresException error)
            {
                rows.Add([$"SQL, {name}", error.SqlState == "57014" ? "over 120,000" : error.MessageText, "", "", "", ""]);
            }
        }

        return rows;
    }

    private static string UmamiShape()
    {
        var levels = Five.Select((type, n) => n == 0
            ? $"level1 as (select distinct subject, occurred_at from events where type = '{type}')"
            : $"level{n + 1} as (select distinct e.subject, e.occurred_at from level{n} l join events e on l.subject = e.subject where e.occurred_at between l.occurred_at and l.occurred_at + interval '14 days' and e.type = '{type}')");
        return $"with {string.Join(", ", levels)} select {string.Join(", ", Five.Select((_, n) => $"(select count(distinct subject) from level{n + 1})"))}";
    }

    // The latest time at which each step was reached with all steps before it, carried along a visitor's events.
    private static string Windows()
    {
        var sql = $"select subject, occurred_at, type, max(occurred_at) filter (where type = '{Five[0]}') over w as t1 from events where type in ({string.Join(", ", Five.Distinct().Select(type => $"'{type}'"))}) window w as (partition by subject order by occurred_at)";
        for (var n = 1; n < Five.Length; n++)
            sql = $"select *, max(t{n}) filter (where type = '{Five[n]}' and occurred_at <= t{n} + interval '14 days') over w as t{n + 1} from ({sql}) s{n} window w as (partition by subject order by occurred_at)";
        return $"select {string.Join(", ", Five.Select((_, n) => $"count(distinct subject) filter (where t{n + 1} is not null)"))} from ({sql}) s";
    }
}
