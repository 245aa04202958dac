using System.Collections.Concurrent;
using System.Threading.Channels;
using CustomerSuccess.Access.Keys;

namespace CustomerSuccess.Funnel.Calls;

/// <summary>What was noted of calls and is not written yet. Bounded: where it is full, a note is dropped and the next call of that customer is noted instead.</summary>
public sealed class CallNotes(int most = 1_000)
{
    private const int MostCustomers = 200_000;

    private readonly Channel<Call> calls = Channel.CreateBounded<Call>(new BoundedChannelOptions(most) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    // How many of its first two calls are on their way or in the log.
    private readonly ConcurrentDictionary<string, int> noted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Key, int Status), Tally> refusals = new();

    /// <summary>A successful call. Ingest: of a door for events, which is no activity.</summary>
    public sealed record Call(string CustomerId, string Key, int Status, bool Ingest, DateTime At);

    /// <summary>A call with a key that is or was somebody's, as far as it says itself.</summary>
    public sealed record Refusal(string Key, string Secret, int Status);

    /// <summary>Refused calls of one key, with the hash of what was presented as its secret.</summary>
    public sealed record Tally(byte[] Hash, long Calls, DateTime Since, DateTime Last);

    public ChannelReader<Call> Calls => calls.Reader;

    /// <summary>Both first calls of this customer are known: nothing to do, for every call but two.</summary>
    public bool Enough(string customer) => noted.TryGetValue(customer, out var count) && count >= 2;

    public void Note(Call call)
    {
        if (noted.Count > MostCustomers) noted.Clear();
        var count = noted.AddOrUpdate(call.CustomerId, 1, static (_, before) => before + 1);
        if (count <= 2 && !calls.Writer.TryWrite(call)) Forget(call.CustomerId);
    }

    public void Note(Refusal refusal, DateTime at)
    {
        var key = (refusal.Key, refusal.Status);
        if (refusals.Count >= most && !refusals.ContainsKey(key)) return;
        var hash = ApiKey.Hash(refusal.Secret);
        // Somebody else who made up a secret must not hide the customer's own calls: the last one presented counts.
        refusals.AddOrUpdate(key, new Tally(hash, 1, at, at), (_, before) => before with { Hash = hash, Calls = before.Calls + 1, Last = at });
    }

    /// <summary>It did not get into the log: the next call may.</summary>
    public void Forget(string customer) => noted.TryRemove(customer, out _);

    /// <summary>Both are in the log.</summary>
    public void Settle(string customer) => noted[customer] = 2;

    /// <summary>The refusals since the last time, of keys that are due.</summary>
    public IReadOnlyList<((string Key, int Status) Of, Tally Tally)> TakeRefusals(Func<(string Key, int Status), bool> due)
    {
        var taken = new List<((string, int), Tally)>();
        foreach (var key in refusals.Keys.Where(due))
        {
            if (refusals.TryRemove(key, out var tally)) taken.Add((key, tally));
        }

        return taken;
    }
}
