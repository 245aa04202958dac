using System.Diagnostics;
using CustomerSuccess.Platform;
using Npgsql;
using NpgsqlTypes;

namespace CustomerSuccess.Bench;

/// <summary>
/// How far single events are from HTTP itself, and batches from PostgreSQL's own COPY. Both sides of a ratio run in turns in
/// the same minutes on the same machine, so the ratio means more than the figures.
/// </summary>
internal static class Ratios
{
    private const int Connections = 64;

    public static async Task<int> Run(Options options)
    {
        var (seconds, rounds) = (options.Number("seconds", 5), options.Number("rounds", 3));
        await using var product = await Product.Open(options);
        var customers = await product.Customers(500);
        var bareUrl = new Uri($"http://127.0.0.1:{product.Url.Port + 1}");
        using var bare = await Bare.Start(bareUrl);
        var (bareRate, singleRate, batchRate, copyRate) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var (single, run) = (new Histogram(), $"r{Environment.ProcessId}");
        var next = 0;
        try
        {
            for (var round = 0; round <= rounds; round++)
            {
                // The first round only warms up.
                var keep = round > 0;
                Add(bareRate, await Closed(bareUrl, "/metrics/track", null, () => Traffic.Track(run, Interlocked.Increment(ref next), customers), seconds, new Histogram()));
                Add(singleRate, await Closed(product.Url, "/metrics/track", product.Key, () => Traffic.Track(run, Interlocked.Increment(ref next), customers), seconds, keep ? single : new Histogram()));
                Add(batchRate, 100 * await Closed(product.Url, "/api/v1/events", product.Key, () => Traffic.Batch(run, Interlocked.Add(ref next, 100), 100, customers), seconds, new Histogram(), 16));
                Add(copyRate, await Copy(product.ConnectionString, seconds, next));
                void Add(List<double> rates, double rate)
                {
                    if (keep) rates.Add(rate);
                }
            }
        }
        finally
        {
            bare.Kill();
            await bare.WaitForExitAsync();
        }

        Machine.Print("ratios", ["what", "a second", "ratio"],
        [
            [$"bare Kestrel that parses the JSON, {Connections} connections", Machine.N(Median(bareRate)), "1"],
            [$"single events, {Connections} connections ({single})", Machine.N(Median(singleRate)), Machine.N(Median(singleRate) / Median(bareRate), "0.00")],
            ["raw COPY of the same rows, same indexes, commits of 500", Machine.N(Median(copyRate)), "1"],
            ["events in batches of 100, 16 connections", Machine.N(Median(batchRate)), Machine.N(Median(batchRate) / Median(copyRate), "0.00")],
        ], await Machine.Line(product.ConnectionString));
        return 0;
    }

    private static double Median(List<double> rates) => rates.Order().ElementAt(rates.Count / 2);

    private static async Task<double> Closed(Uri server, string path, string? key, Func<byte[]> body, int seconds, Histogram latency, int connections = Connections)
    {
        var (began, before) = (Stopwatch.GetTimestamp(), latency.Count);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var wire = new Wire(server, path, key);
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
            {
                var sent = Stopwatch.GetTimestamp();
                var (status, text) = await wire.Post(body());
                if (status != 202) throw new InvalidOperationException($"{path} answered {status} {text}");
                latency.Add(Histogram.Since(sent));
            }
        })));
        return (latency.Count - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<double> Copy(string connectionString, int seconds, int first)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using (var table = new NpgsqlCommand("create table if not exists bench_copy (like events including indexes including defaults)", connection)) await table.ExecuteNonQueryAsync();
        var (rows, began) = (0, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            var now = Days.Micro(TimeProvider.System.Now());
            await using (var copy = await connection.BeginBinaryImportAsync("copy bench_copy (subject, source, id, type, occurred_at, received_at, customer_id, properties, history, actor) from stdin (format binary)"))
            {
                for (var n = 0; n < 500; n++, rows++)
                {
                    var customer = $"l{(first + rows) * 7 % 500:0000}";
                    await copy.StartRowAsync();
                    await copy.WriteAsync(customer, NpgsqlDbType.Text);
                    await copy.WriteAsync("native", NpgsqlDbType.Text);
                    await copy.WriteAsync($"copy-{first}-{rows}", NpgsqlDbType.Text);
                    await copy.WriteAsync("issue_resolution", NpgsqlDbType.Text);
                    await copy.WriteAsync(now, NpgsqlDbType.TimestampTz);
                    await copy.WriteAsync(now, NpgsqlDbType.TimestampTz);
                    await copy.WriteAsync(customer, NpgsqlDbType.Text);
                    await copy.WriteAsync($$"""{"issue_url":"https://github.com/acme/app/issues/{{rows}}","pr_url":"https://github.com/acme/app/pull/{{rows}}","success":true,"duration_ms":5}""", NpgsqlDbType.Jsonb);
                    await copy.WriteAsync(false, NpgsqlDbType.Boolean);
                    await copy.WriteAsync("key:bench", NpgsqlDbType.Text);
                }

                await copy.CompleteAsync();
            }
        }

        return rows / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
