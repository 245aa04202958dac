using System.Diagnostics;
using System.Globalization;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Bench;

/// <summary>Retention at 100,000 customers of a year who were active on every eighth day of theirs, in a database of its own that goes afterwards.</summary>
internal static class Retention
{
    public static async Task<int> Run(Options options)
    {
        await using var product = await Product.Open(options);
        var customers = options.Number("customers", 100_000);
        await using var connection = new NpgsqlConnection(product.ConnectionString);
        await connection.OpenAsync();
        if (!options.Has("url"))
        {
            await connection.ExecuteAsync(
                """
                insert into customers (customer_id, email, organization, signup_date, cohort)
                select 'r' || n, 'team@r' || n || '.example', 'R ' || n, current_date - n % 365, 'cohort ' || n % 7 from generate_series(1, @customers) n;
                insert into activity (customer_id, day, api_calls)
                select 'r' || n, signed + offs, 1
                from (select n, current_date - n % 365 as signed, n % 365 as age from generate_series(1, @customers) n) c, generate_series(0, 364, 1) offs
                where offs <= age and hashint8extended(n::bigint * 1000 + offs, 7) & 7 = 0
                """, new { customers }, commandTimeout: 0);
            foreach (var table in new[] { "customers", "activity" }) await connection.ExecuteAsync("vacuum analyze " + table);
        }

        var http = product.Client();
        http.DefaultRequestHeaders.Add("x-api-key", product.Key);
        var rows = new List<string[]>();
        foreach (var question in new[] { "", "?by=cohort", "?weeks=26", "?weeks=52", "?weeks=52&by=cohort" })
        {
            var took = new List<double>();
            for (var n = -1; n < options.Number("requests", 10); n++)
            {
                var began = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync("/api/v1/retention" + question);
                var body = await answer.Content.ReadAsStringAsync();
                if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(body);
                if (n >= 0) took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            took.Sort();
            rows.Add([question.Length == 0 ? "12 weeks" : question[1..], Machine.N(took[took.Count / 2]), Machine.N(took[^1])]);
        }

        var days = await connection.ExecuteScalarAsync<long>("select count(*) from activity");
        Machine.Print(string.Create(CultureInfo.InvariantCulture, $"retention at {customers:#,0} customers and {days:#,0} days of activity"), ["question", "ms", "max"], rows, await Machine.Line(product.ConnectionString));
        return 0;
    }
}
