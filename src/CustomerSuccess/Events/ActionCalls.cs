using System.Collections.Concurrent;
using System.Text.Json;

namespace CustomerSuccess.Events;

/// <summary>
/// Stores what the GitHub Action calls with. An Action that reports its work is installed: the first such call about a customer says so,
/// as a step of its own in the call's transaction. Its id exists once, so that neither another process nor a later call says it again,
/// also after a reset.
/// </summary>
public sealed class ActionCalls(Ingest ingest)
{
    private const int Most = 200_000;

    // Told by this process: most calls of most customers add nothing.
    private readonly ConcurrentDictionary<string, bool> told = new(StringComparer.Ordinal);

    /// <summary>Store one call; throws <see cref="IngestUnavailable"/> as the door for all events does.</summary>
    public async Task<Receipt> Accept(Envelope call, CancellationToken ct)
    {
        if (call.Type != EventTypes.IssueResolution || call.CustomerId is not { } customer || told.ContainsKey(customer)) return (await ingest.Accept([call], ct))[0];
        var receipts = await ingest.Accept([call, Installed(call)], ct);
        if (receipts[1].UnknownCustomer) return receipts[0];
        if (told.Count >= Most) told.Clear();
        told[customer] = true;
        return receipts[0];
    }

    private static Envelope Installed(Envelope call) => call with
    {
        Id = "first_call:" + call.CustomerId,
        Source = "system",
        Type = EventTypes.StepPrefix + Steps.GithubActionInstalled,
        Properties = JsonSerializer.Serialize(new { step = Steps.GithubActionInstalled }),
    };
}
