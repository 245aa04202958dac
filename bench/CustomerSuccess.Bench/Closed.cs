using System.Diagnostics;

namespace CustomerSuccess.Bench;

/// <summary>
/// A closed loop: each connection sends the next call when the last one is answered. Some per cent of the events are sent a
/// second time, singles right after their answer, batches within the connection's next call.
/// </summary>
internal sealed class Closed(Uri server, string? key, Traffic traffic, Tally tally, int duplicates)
{
    private static int next;

    /// <summary>Events answered a second, over so many connections; a call carries batch events (1: /metrics/track).</summary>
    public async Task<double> Run(int connections, int batch, int seconds, Histogram latency)
    {
        var (began, answered) = (Stopwatch.GetTimestamp(), 0L);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var wire = new Wire(server, batch == 1 ? "/metrics/track" : "/api/v1/events", key);
            var (mine, again) = (new List<int>(), new List<int>());
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
            {
                var fresh = again.Count == batch ? [] : Numbers(batch - again.Count);
                var body = batch > 1 ? traffic.Batch([.. again, .. fresh]) : traffic.Track(again.Count > 0 ? again[0] : fresh[0]);
                var sent = Stopwatch.GetTimestamp();
                var (status, text) = await wire.Post(body);
                if (status != 202) throw new InvalidOperationException($"{server} answered {status} {text}");
                latency.Add(Histogram.Since(sent));
                Interlocked.Add(ref answered, batch);
                mine.AddRange(fresh);
                again = [.. fresh.Where(n => n % 100 < duplicates)];
            }

            tally.Add(mine);
        })));
        return answered / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static int[] Numbers(int count)
    {
        var last = Interlocked.Add(ref next, count);
        return [.. Enumerable.Range(last - count, count)];
    }
}
