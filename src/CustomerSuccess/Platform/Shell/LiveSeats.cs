using System.Security.Claims;
using CustomerSuccess.Platform.Metrics;

namespace CustomerSuccess.Platform.Shell;

/// <summary>How many live pages one reader has open. Each is rendered anew when something happens, so they are not without end.</summary>
public sealed class LiveSeats
{
    /// <summary>More tabs than anyone looks at.</summary>
    public const int Most = 100;

    public static readonly Metric Metric = Metric.Gauge("cs_live_streams", "Pages that are open and follow what happens");

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> taken = new(StringComparer.Ordinal);

    /// <summary>Of all readers.</summary>
    public int Taken
    {
        get
        {
            lock (gate) return taken.Values.Sum();
        }
    }

    /// <summary>A seat, given back when disposed; null when the reader has them all.</summary>
    public IDisposable? Take(ClaimsPrincipal who)
    {
        var reader = who.FindFirstValue(ClaimTypes.NameIdentifier) ?? who.Identity?.Name ?? "";
        lock (gate)
        {
            var now = taken.GetValueOrDefault(reader);
            if (now >= Most) return null;
            taken[reader] = now + 1;
        }

        return new Seat(this, reader);
    }

    private void Leave(string reader)
    {
        lock (gate)
        {
            if (--taken[reader] == 0) taken.Remove(reader);
        }
    }

    private sealed class Seat(LiveSeats seats, string reader) : IDisposable
    {
        public void Dispose() => seats.Leave(reader);
    }
}
