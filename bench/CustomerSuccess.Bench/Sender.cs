using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace CustomerSuccess.Bench;

/// <summary>Sends at a fixed pace over a number of connections; what fails is sent again under the same id until it is answered.</summary>
internal sealed class Sender(Product product, Traffic traffic, int connections, int batch, int duplicates)
{
    private long lastAnswer;

    /// <summary>What the product said it has.</summary>
    public Tally Tally { get; } = new(traffic.Run);

    /// <summary>How often which status was answered instead of 2xx; 0 is a broken connection.</summary>
    public ConcurrentDictionary<int, int> Refused { get; } = [];

    public TimeSpan LongestSilence { get; set; }

    public async Task Send(int rate, int seconds, Histogram latency, CancellationToken ct)
    {
        var due = Channel.CreateUnbounded<(int N, long At)>(new UnboundedChannelOptions { SingleWriter = true });
        var pace = Pace(due.Writer, rate, seconds, ct);
        lastAnswer = Stopwatch.GetTimestamp();
        await Task.WhenAll([pace, .. Enumerable.Range(0, connections).Select(_ => Task.Run(() => Work(due.Reader, latency, ct), ct))]);
    }

    private static async Task Pace(ChannelWriter<(int N, long At)> due, int rate, int seconds, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var n = 0; n < rate * seconds;)
        {
            await tick.WaitForNextTickAsync(ct);
            for (var now = Stopwatch.GetTimestamp(); n < rate * seconds; n++)
            {
                var at = began + (long)((double)n / rate * Stopwatch.Frequency);
                if (at > now) break;
                due.TryWrite((n, at));
            }
        }

        due.Complete();
    }

    private async Task Work(ChannelReader<(int N, long At)> due, Histogram latency, CancellationToken ct)
    {
        using var wire = new Wire(product.Url, batch == 1 ? "/metrics/track" : "/api/v1/events", product.Key);
        await foreach (var (n, at) in due.ReadAllAsync(ct))
        {
            var numbers = Enumerable.Range(n * batch, batch);
            var body = batch == 1 ? traffic.Track(n) : traffic.Batch(numbers);
            await UntilAnswered(wire, body, ct);
            latency.Add(Histogram.Since(at));
            Tally.Add(numbers);
            // Senders that did not hear the answer send again.
            if (n % 100 < duplicates) await UntilAnswered(wire, body, ct);
        }
    }

    private async Task UntilAnswered(Wire wire, byte[] body, CancellationToken ct)
    {
        while (true)
        {
            var status = 0;
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
                limit.CancelAfter(TimeSpan.FromSeconds(10));
                (status, _) = await wire.Post(body, ct: limit.Token);
            }
            catch (Exception error) when (error is SocketException or IOException || error is OperationCanceledException && !ct.IsCancellationRequested)
            {
                // Sent again below.
            }

            if (status is >= 200 and < 300)
            {
                var now = Stopwatch.GetTimestamp();
                var silence = Stopwatch.GetElapsedTime(Interlocked.Exchange(ref lastAnswer, now), now);
                if (silence > LongestSilence) LongestSilence = silence;
                return;
            }

            Refused.AddOrUpdate(status, 1, (_, times) => times + 1);
            await Task.Delay(50, ct);
        }
    }
}
