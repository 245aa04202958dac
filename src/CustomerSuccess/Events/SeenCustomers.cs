namespace CustomerSuccess.Events;

/// <summary>
/// Customers whose events were committed within the last seconds: they exist, and need not be looked up for every event.
/// For one writer alone. It forgets after 10 to 20 seconds and at 100,000, whichever comes first.
/// </summary>
internal sealed class SeenCustomers(TimeProvider clock)
{
    private const int Most = 100_000;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(10);

    private HashSet<string> now = new(StringComparer.Ordinal);
    private HashSet<string> before = new(StringComparer.Ordinal);
    private long turned = clock.GetTimestamp();

    public bool Contains(string customer) => now.Contains(customer) || before.Contains(customer);

    /// <summary>Only what is committed: a transaction that is rolled back may have made its customer itself.</summary>
    public void Add(IReadOnlyList<Envelope> events, IReadOnlyList<Receipt> receipts)
    {
        if (now.Count > Most || clock.GetElapsedTime(turned) > Turn)
        {
            (before, now, turned) = (now, new(StringComparer.Ordinal), clock.GetTimestamp());
        }

        for (var n = 0; n < events.Count; n++)
        {
            // Seen before is not seen now: it is looked up again when its time is over.
            if (receipts[n].Stored && events[n].CustomerId is { } customer && !before.Contains(customer)) now.Add(customer);
        }
    }
}
