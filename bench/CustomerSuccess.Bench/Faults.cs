using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace CustomerSuccess.Bench;

/// <summary>
/// The database stopped, frozen, or out of disk for a while under load (RELIABILITY 3). Every call is answered in time,
/// what was acknowledged is stored once, and the product comes back by itself.
/// </summary>
internal static class Faults
{
    private sealed record Answer(long At, int Status, double Milliseconds);

    public static async Task<int> Run(Options options)
    {
        var failed = 0;
        foreach (var what in options.Text("what", "stop,freeze,disk").Split(','))
        {
            failed += what switch
            {
                "stop" => await Stopped(options),
                "freeze" => await Frozen(options),
                "disk" => await DiskFull(options),
                _ => throw new ArgumentException($"there is no fault '{what}': stop, freeze or disk", nameof(options)),
            };
        }

        return failed == 0 ? 0 : 1;
    }

    private static async Task<int> Stopped(Options options)
    {
        await using var server = await OwnServer.Start();
        Product.Environment = new() { ["CS_DATABASE"] = server.ConnectionString, ["CS_SECRET"] = "bench-secret-of-32-characters-or-more" };
        try
        {
            await using var product = await Product.Open(options, server.ConnectionString);
            return await Under("stopped", product, options, server.Stop, () => server.Start(CancellationToken.None), mostMilliseconds: 1_000);
        }
        finally
        {
            Product.Environment = [];
        }
    }

    private static async Task<int> Frozen(Options options)
    {
        await using var product = await Product.Open(options);
        return await Under("frozen", product, options, () => Signal(product, "-STOP"), () => Signal(product, "-CONT"), mostMilliseconds: 4_000);
    }

    private static async Task<int> DiskFull(Options options)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Console.Error.WriteLine("disk: needs root, to make a small disk in memory (tmpfs).");
            return 1;
        }

        var disk = Directory.CreateTempSubdirectory("cs-disk-").FullName;
        await OwnServer.Run("mount", "-t", "tmpfs", "-o", "size=700m,mode=755", "tmpfs", disk);
        try
        {
            await using var product = await Product.Open(options, data: disk + "/data");
            var fill = disk + "/fill";
            return await Under("disk full", product, options,
                async () =>
                {
                    var free = new DriveInfo(disk).AvailableFreeSpace;
                    await OwnServer.Run("dd", "if=/dev/zero", "of=" + fill, "bs=1M", string.Create(CultureInfo.InvariantCulture, $"count={(free / 1048576) - 2}"), "status=none");
                },
                () => Task.Run(() => File.Delete(fill)), mostMilliseconds: 4_000);
        }
        finally
        {
            await OwnServer.Run("umount", "-l", disk);
            Directory.Delete(disk);
        }
    }

    private static async Task<int> Under(string name, Product product, Options options, Func<Task> begin, Func<Task> end, double mostMilliseconds)
    {
        var customers = await product.Customers(100);
        var answers = new ConcurrentBag<Answer>();
        var run = string.Create(CultureInfo.InvariantCulture, $"fault{Environment.ProcessId}");
        var traffic = Enumerable.Range(0, options.Number("connections", 16)).Select(n => Traffic.Of($"{run}.{n}", options, customers)).ToArray();
        var acknowledged = Array.ConvertAll(traffic, one => new Tally(one.Run));
        using var over = new CancellationTokenSource();
        var senders = traffic.Select((one, n) => Task.Run(() => Send(product, one, answers, acknowledged[n], over.Token))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(5));
        var began = Stopwatch.GetTimestamp();
        await begin();
        await Task.Delay(TimeSpan.FromSeconds(options.Number("for", 60)));
        var ended = Stopwatch.GetTimestamp();
        await end();
        await Task.Delay(TimeSpan.FromSeconds(15));
        await over.CancelAsync();
        await Task.WhenAll(senders);

        var found = await Verify.Run(product, acknowledged);
        var refused = answers.Where(one => one.Status is < 200 or >= 300).ToList();
        var slowest = answers.Where(one => one.At >= began && one.At <= ended).Select(one => one.Milliseconds).DefaultIfEmpty().Max();
        var back = answers.Where(one => one.At > ended && one.Status is >= 200 and < 300).Select(one => Stopwatch.GetElapsedTime(ended, one.At)).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        Machine.Print($"database {name} for {options.Number("for", 60)} s", ["what", "figure"],
        [
            ["answers by status", string.Join(", ", answers.GroupBy(one => one.Status).OrderBy(group => group.Key).Select(group => $"{group.Key} × {group.Count()}"))],
            ["slowest answer meanwhile", $"{Machine.N(slowest)} ms (at most {Machine.N(mostMilliseconds)} and what the machine adds)"],
            ["first 2xx after the end", $"{Machine.N(back.TotalSeconds, "0.00")} s"],
            ["acknowledged", Machine.N(found.Acknowledged)],
            ["acknowledged and lost", Machine.N(found.Lost)],
            ["stored or counted twice", Machine.N(found.Twice)],
        ], await Machine.Line(product.ConnectionString));
        return found.Lost + found.Twice == 0 && refused.TrueForAll(one => one.Status == 503) && slowest < mostMilliseconds + 500 && back < TimeSpan.FromSeconds(10) ? 0 : 1;
    }

    // One sender: the next event goes out when the last one is acknowledged.
    private static async Task Send(Product product, Traffic traffic, ConcurrentBag<Answer> answers, Tally acknowledged, CancellationToken ct)
    {
        using var wire = new Wire(product.Url, "/metrics/track", product.Key);
        for (var n = 0; !ct.IsCancellationRequested;)
        {
            var (status, at) = (0, Stopwatch.GetTimestamp());
            try
            {
                (status, _) = await wire.Post(traffic.Track(n), ct: CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
            }
            catch (Exception error) when (error is SocketException or IOException or TimeoutException)
            {
                wire.Dispose();
            }

            answers.Add(new Answer(Stopwatch.GetTimestamp(), status, Stopwatch.GetElapsedTime(at).TotalMilliseconds));
            if (status is >= 200 and < 300) acknowledged.Add([n++]);
            await Task.Delay(status is >= 200 and < 300 ? 20 : 100, CancellationToken.None);
        }
    }

    private static Task Signal(Product product, string signal) =>
        OwnServer.Run("kill", [signal, .. product.ServerProcesses().Select(id => id.ToString(CultureInfo.InvariantCulture))]);
}
