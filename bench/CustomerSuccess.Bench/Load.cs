using System.Diagnostics;
using System.Globalization;

namespace CustomerSuccess.Bench;

/// <summary>
/// So many events a second, sent when they are due whether or not the answers to earlier ones are there; each latency
/// counts from the moment the event was due. Afterwards every acknowledged id is looked up in the database.
/// </summary>
internal static class Load
{
    public static async Task<int> Run(Options options)
    {
        var (rate, seconds, batch) = (options.Number("rate", 2_000), options.Number("seconds", 60), options.Number("batch", 1));
        await using var product = await Product.Open(options);
        var customers = await product.Customers(options.Number("customers", 500));
        Sender To(string run) => new(product, Traffic.Of($"{run}{Environment.ProcessId}", options, customers), options.Number("connections", 64), batch, options.Number("duplicates", 5));
        var (warm, sender) = (To("warm"), To("load"));
        await using var dashboards = await Dashboards.Open(product, options.Number("dashboards", 5));
        // Compiled code and warm caches first, with ids of their own; they are checked afterwards as well.
        await warm.Send(rate, options.Number("warm", 10), new Histogram(), CancellationToken.None);
        var latency = new Histogram();
        var (cpu, began) = (product.CpuSeconds(), Stopwatch.GetTimestamp());
        using var kills = new CancellationTokenSource();
        var gaps = Kill(product, sender, options, seconds, kills.Token);
        await sender.Send(rate, seconds, latency, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var used = product.CpuSeconds();
        var (web, database) = (used.Web - cpu.Web, used.Database - cpu.Database);
        await kills.CancelAsync();

        var found = await Verify.Run(product, warm.Tally, sender.Tally);
        Machine.Print("load", ["what", "figure"],
        [
            ["asked for, events a second", Machine.N((double)rate * batch)],
            ["acknowledged, events a second", Machine.N(latency.Count * batch / took)],
            ["latency from due to answered", latency.ToString()],
            ["refused, then sent again", string.Join(", ", sender.Refused.OrderBy(one => one.Key).Select(one => $"{one.Key} × {one.Value}"))],
            ["open dashboards, messages they got", dashboards.ToString()],
            ["CPU an event, web + database", product.Ours && !options.Has("kill") ? $"{Machine.N(web * 1e6 / latency.Count / batch)} + {Machine.N(database * 1e6 / latency.Count / batch)} µs" : "–"],
            ["memory of the web process", product.Ours ? $"{Machine.N(product.Memory())} MB, at most {Machine.N(product.MostMemory())}" : "–"],
            ["acknowledged", Machine.N(found.Acknowledged)],
            ["acknowledged and lost", Machine.N(found.Lost)],
            ["stored or counted twice", Machine.N(found.Twice)],
            .. (await gaps).Select((gap, n) => new[] { $"gap after kill {n + 1}", Machine.N(gap.TotalSeconds, "0.00") + " s" }),
        ], await Machine.Line(product.ConnectionString));
        return found.Lost + found.Twice == 0 ? 0 : 1;
    }

    // Spread over the run; a gap is the longest time without an answer after a kill.
    private static async Task<List<TimeSpan>> Kill(Product product, Sender sender, Options options, int seconds, CancellationToken ct)
    {
        var gaps = new List<TimeSpan>();
        var (what, times) = (options.Text("kill", ""), options.Number("times", 1));
        if (what.Length == 0) return gaps;
        var (began, between) = (Stopwatch.GetTimestamp(), TimeSpan.FromSeconds((double)seconds / (times + 1)));
        for (var n = 1; n <= times; n++)
        {
            try
            {
                var wait = between * n - Stopwatch.GetElapsedTime(began);
                await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, ct);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            sender.LongestSilence = TimeSpan.Zero;
            if (what == "app") await product.KillApp();
            else product.KillPostgres();
            await Task.Delay(between * 0.8 < TimeSpan.FromSeconds(10) ? between * 0.8 : TimeSpan.FromSeconds(10), CancellationToken.None);
            gaps.Add(sender.LongestSilence);
        }

        return gaps;
    }
}
