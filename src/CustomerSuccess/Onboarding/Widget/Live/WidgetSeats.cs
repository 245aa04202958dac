using System.Globalization;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Widget.Live;

/// <summary>How many streams there may be.</summary>
/// <param name="Streams">CS_WIDGET_STREAMS: open checklists that are kept up to date at once by one process, 0 to 100,000; others ask every quarter of a minute.</param>
public sealed record WidgetStreams(int Streams = 2000)
{
    public static WidgetStreams Read(IConfiguration source) => source["CS_WIDGET_STREAMS"] is not { Length: > 0 } text ? new()
        : int.TryParse(text, CultureInfo.InvariantCulture, out var many) && many is >= 0 and <= 100_000 ? new(many)
        : throw new Trouble($"CS_WIDGET_STREAMS is '{text}', which is no number of streams.", "Use a whole number from 0 to 100000, or leave it out.");
}

/// <summary>
/// The open checklists, by customer. A hint wakes those of its customers and no others: a product with a thousand of them open does not
/// look a thousand times at each event. Only who has a right token gets a seat, and a customer only so many.
/// </summary>
public sealed class WidgetSeats(Signals signals, WidgetStreams most) : BackgroundService
{
    /// <summary>Of one customer.</summary>
    public const int MostOfOne = 40;

    private readonly Lock gate = new();
    private readonly Dictionary<string, HashSet<Seat>> taken = new(StringComparer.Ordinal);
    private int count;

    /// <summary>A seat, given back when disposed; null when there are none left.</summary>
    public Seat? Take(string customer)
    {
        lock (gate)
        {
            var own = taken.GetValueOrDefault(customer);
            if (count >= most.Streams || own?.Count >= MostOfOne) return null;
            if (own is null) taken[customer] = own = [];
            var seat = new Seat(this, customer);
            own.Add(seat);
            count++;
            return seat;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Listen(Signals.Workflow, stoppingToken), Listen(Signals.Standings, stoppingToken));

    private async Task Listen(string channel, CancellationToken ct)
    {
        using var hints = signals.Subscribe(channel);
        await foreach (var hint in hints.Hints.ReadAllAsync(ct))
        {
            lock (gate)
            {
                // A hint too long for a notification names nobody: it may be anyone. Of standings, which change with every day, that is none of ours.
                if (hint.Length == 0 && channel == Signals.Workflow) foreach (var seat in taken.Values.SelectMany(seats => seats)) seat.Wake();
                if (taken.Count == 0) continue;
                foreach (var customer in hint.AsSpan().Split(','))
                {
                    if (!taken.TryGetValue(hint[customer], out var seats)) continue;
                    foreach (var seat in seats) seat.Wake();
                }
            }
        }
    }

    private void Leave(Seat seat, string customer)
    {
        lock (gate)
        {
            if (!taken.TryGetValue(customer, out var seats) || !seats.Remove(seat)) return;
            count--;
            if (seats.Count == 0) taken.Remove(customer);
        }
    }

    public sealed class Seat(WidgetSeats seats, string customer) : IDisposable
    {
        private readonly SemaphoreSlim news = new(0, 1);

        /// <summary>Until there may be something new, at most this long.</summary>
        public Task Wait(TimeSpan atMost, CancellationToken ct) => news.WaitAsync(atMost, ct);

        public void Dispose()
        {
            seats.Leave(this, customer);
            news.Dispose();
        }

        // Under the gate, so never by two at once.
        internal void Wake()
        {
            if (news.CurrentCount == 0) news.Release();
        }
    }
}
