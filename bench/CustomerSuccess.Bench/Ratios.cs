using CustomerSuccess.Platform;

namespace CustomerSuccess.Bench;

/// <summary>
/// How many events a second single calls and batches bring in, beside what HTTP alone (a bare endpoint) and PostgreSQL alone
/// (COPY) do with the same events. The four run in turns in the same minutes on the same machine, so the ratios mean more
/// than the figures. Fails when something acknowledged is not stored, or stored twice.
/// </summary>
internal static class Ratios
{
    public static async Task<int> Run(Options options)
    {
        var (seconds, rounds) = (options.Number("seconds", 10), options.Number("rounds", 3));
        var (connections, senders, batch) = (options.Number("connections", 64), options.Number("batch-connections", 16), options.Number("batch", 100));
        await using var product = await Product.Open(options, data: options.Number("rows", 0) is > 0 and var kept ? $"/var/tmp/cs-bench-rows-{kept}" : null);
        var customers = await product.Customers(options.Number("customers", 500));
        await ManyRows.Make(product, options.Number("rows", 0), customers.Length);
        var traffic = Traffic.Of($"r{Environment.ProcessId}", options, customers);
        var (tally, nothing) = (new Tally(traffic.Run), new Tally(""));
        var bareUrl = new Uri($"http://127.0.0.1:{product.Url.Port + 1}");
        using var bare = await Bare.Start(bareUrl);
        var (http, ours) = (new Closed(bareUrl, null, traffic, nothing, 0), new Closed(product.Url, product.Key, traffic, tally, options.Number("duplicates", 5)));
        var (bareRate, copyRate, single, batches) = (new List<double>(), new List<double>(), new Measured(product), new Measured(product));
        try
        {
            // Compiled code and warm caches first.
            for (var warm = 0; warm < options.Number("warm", 20); warm += 4)
            {
                await http.Run(connections, 1, 1, new Histogram());
                await ours.Run(connections, 1, 2, new Histogram());
                await ours.Run(senders, batch, 2, new Histogram());
            }

            for (var round = 0; round < rounds; round++)
            {
                bareRate.Add(await http.Run(connections, 1, seconds, new Histogram()));
                await single.Take(latency => ours.Run(connections, 1, seconds, latency));
                await batches.Take(latency => ours.Run(senders, batch, seconds, latency));
                copyRate.Add(await Copy.Run(product.ConnectionString, traffic, seconds));
            }
        }
        finally
        {
            bare.Kill();
            await bare.WaitForExitAsync();
        }

        // Open loops: events come at half the rate that was just found, whether or not earlier ones are answered. This program's own code
        // for that is compiled first, or its first tenth of a second would be the latency of one event in a hundred.
        var (calm, calmBatches) = (new Histogram(), new Histogram());
        var half = await Half("h", 1, (int)(single.Median / 2), calm);
        var halfBatches = await Half("b", batch, (int)(batches.Median / 2 / batch), calmBatches);

        var found = await Verify.Run(product, [tally, .. half, .. halfBatches]);
        Machine.Print($"ratios, mix {traffic.Mix}", ["what", "a second", "ratio", "CPU an event: web + database + sender", "latency"],
        [
            [$"bare Kestrel that parses the JSON, {connections} connections", Machine.N(Measured.Middle(bareRate)), "1", "", ""],
            [$"single events, {connections} connections", Machine.N(single.Median), Machine.N(single.Median / Measured.Middle(bareRate), "0.00"), single.Cpu, single.Latency.ToString()],
            [$"  at half of that", Machine.N(single.Median / 2), "", "", calm.ToString()],
            ["raw COPY of the same rows, same indexes, commits of 500", Machine.N(Measured.Middle(copyRate)), "1", "", ""],
            [$"batches of {batch}, {senders} connections", Machine.N(batches.Median), Machine.N(batches.Median / Measured.Middle(copyRate), "0.00"), batches.Cpu, batches.Latency.ToString()],
            [$"  at half of that, {connections} connections", Machine.N(batches.Median / 2), "", "", calmBatches.ToString()],
            ["acknowledged, lost, stored twice", $"{Machine.N(found.Acknowledged)}, {found.Lost}, {found.Twice}", "", "", ""],
            ["memory of the web process, now and at most", product.Ours ? $"{Machine.N(product.Memory())}, {Machine.N(product.MostMemory())} MB" : "–", "", "", ""],
        ], await Machine.Line(product.ConnectionString));
        return found.Lost + found.Twice == 0 ? 0 : 1;

        async Task<Tally[]> Half(string name, int size, int rate, Histogram latency)
        {
            var (warm, sender) = (To("w" + name), To(name));
            await warm.Send(rate, 3, new Histogram(), default);
            await sender.Send(rate, seconds, latency, default);
            return [warm.Tally, sender.Tally];

            Sender To(string run) => new(product, new Traffic(traffic.Run + run, traffic.Mix, customers), connections, size, 0);
        }
    }

    /// <summary>Rounds of one kind of load: rates, latencies, processor time.</summary>
    private sealed class Measured(Product product)
    {
        private readonly List<double> rates = [];
        private (double Web, double Database, double Sender, double Events) used;

        public Histogram Latency { get; } = new();

        public double Median => Middle(rates);

        public string Cpu => product.Ours
            ? $"{Machine.N(used.Web * 1e6 / used.Events, "0.0")} + {Machine.N(used.Database * 1e6 / used.Events, "0.0")} + {Machine.N(used.Sender * 1e6 / used.Events, "0.0")} µs" : "–";

        public static double Middle(List<double> rates) => rates.Order().ElementAt(rates.Count / 2);

        public async Task Take(Func<Histogram, Task<double>> run)
        {
            var (before, sender, began) = (product.CpuSeconds(), Bench.Cpu.Self, TimeProvider.System.GetTimestamp());
            var rate = await run(Latency);
            var (after, events) = (product.CpuSeconds(), rate * TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            rates.Add(rate);
            used = (used.Web + after.Web - before.Web, used.Database + after.Database - before.Database, used.Sender + Bench.Cpu.Self - sender, used.Events + events);
        }
    }
}
