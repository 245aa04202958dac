using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>Customers in totals at one moment. Round rises with every change, so that whoever worked something out knows whether it still holds.</summary>
public sealed record FollowedNow(IReadOnlyList<Followed> All, long Round);

/// <summary>
/// Everybody's tasks and stages in memory (about 50 MB for 100,000 customers), for figures over any window: a scan of a million rows takes the
/// database a second. Whoever stands elsewhere is read again when somebody asks next; while somebody asks, all are read again every ten minutes, for what was not announced.
/// </summary>
public sealed class FollowedCustomers(NpgsqlDataSource db, Signals signals, TimeProvider clock, ILogger<FollowedCustomers> log) : BackgroundService
{
    private const int MostAtOnce = 5_000;
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(10), Spacing = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim gate = new(1);
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock mark = new();
    private readonly HashSet<string> changed = new(StringComparer.Ordinal);

    // Read while all are being read: what was read of all may be older.
    private readonly HashSet<string> meanwhile = new(StringComparer.Ordinal);
    private Dictionary<string, Followed> known = new(StringComparer.Ordinal);
    private FollowedNow? now;
    private volatile bool asked;
    private bool reading, everything;
    private long round, readAt;

    /// <summary>With everything that was announced before; waits for the first reading after a start.</summary>
    public async Task<FollowedNow> Now(CancellationToken ct)
    {
        await first.Task.WaitAsync(TimeSpan.FromSeconds(30), ct);
        asked = true;
        await gate.WaitAsync(ct);
        try
        {
            var some = Taken();
            if (some.Count > 0)
            {
                try
                {
                    var read = await ReadFollowed.Run(db, some, ct);
                    foreach (var customer in some)
                    {
                        if (read.TryGetValue(customer, out var one)) known[customer] = one;
                        else known.Remove(customer);
                    }
                }
                catch
                {
                    lock (mark) changed.UnionWith(some);
                    throw;
                }

                (round, now) = (round + 1, null);
            }

            return now ??= new([.. known.Values], round);
        }
        finally
        {
            gate.Release();
        }
    }

    public override void Dispose()
    {
        gate.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hints = signals.Subscribe(Signals.Workflow);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!first.Task.IsCompleted || asked && clock.GetElapsedTime(readAt) > (everything ? Spacing : Oldest)) await ReadAll(stoppingToken);
                await hints.Wait(everything ? Spacing : TimeSpan.FromMinutes(1), stoppingToken, Note);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // Never out of here: an exception that leaves a background service stops the whole process.
                log.LogWarning("Figures of the onboarding wait: {Reason}", error.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    private List<string> Taken()
    {
        lock (mark)
        {
            List<string> some = [.. changed];
            changed.Clear();
            if (reading) meanwhile.UnionWith(some);
            return some;
        }
    }

    // Customers by their ids; a hint without any, or with very many, means all.
    private bool Note(string hint)
    {
        lock (mark)
        {
            if (hint.Length > 0 && changed.Count < MostAtOnce) changed.UnionWith(hint.Split(','));
            else everything = true;
        }

        return true;
    }

    private async Task ReadAll(CancellationToken ct)
    {
        lock (mark)
        {
            changed.Clear();
            meanwhile.Clear();
            (reading, everything, asked) = (true, false, false);
        }

        try
        {
            var all = await ReadFollowed.Run(db, null, ct);
            await gate.WaitAsync(ct);
            try
            {
                (known, now, round, readAt) = (all, null, round + 1, clock.GetTimestamp());
                lock (mark) changed.UnionWith(meanwhile);
            }
            finally
            {
                gate.Release();
            }

            first.TrySetResult();
        }
        catch
        {
            // What was set aside is not read by now.
            lock (mark) everything = true;
            throw;
        }
        finally
        {
            lock (mark) reading = false;
        }
    }
}
