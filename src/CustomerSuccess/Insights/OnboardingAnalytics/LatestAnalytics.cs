using System.Collections.Concurrent;
using CustomerSuccess.Funnel.Journeys;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Onboarding.Workflow.Figures;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>The analytics of a window, counted anew only where somebody moved since, or a minute went by.</summary>
public sealed class LatestAnalytics(NpgsqlDataSource db, FollowedCustomers followed, TimeProvider clock)
{
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(1), OldestChannels = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(DateOnly From, DateOnly To, string? Interval), (long Round, Task<IReadOnlyDictionary<string, string>> Channels, AnalyticsAnswer Answer)> kept = new();
    private readonly Lock gate = new();
    private (long At, Task<IReadOnlyDictionary<string, string>> Read)? channels;

    public async Task<AnalyticsAnswer> Of(DateOnly from, DateOnly to, string? interval, CancellationToken ct)
    {
        var (all, now, known) = (await followed.Now(ct), clock.Now(), Channels());
        var by = await known;
        if (kept.TryGetValue((from, to, interval), out var last) && last.Round == all.Round && last.Channels == known && now - last.Answer.GeneratedAt < Oldest) return last.Answer;
        await using var connection = await db.OpenConnectionAsync(ct);
        var answer = AnalyzeOnboarding.Of(all.All, by, await KnownDefinitions.Read(connection, null, ct), from, to, interval, now, await DemoMark.Is(connection, ct));
        if (kept.Count > 100) kept.Clear();
        kept[(from, to, interval)] = (all.Round, known, answer);
        return answer;
    }

    // Where customers came from changes with their first visit, and seldom after: the old one serves while a new one is read.
    private Task<IReadOnlyDictionary<string, string>> Channels()
    {
        lock (gate)
        {
            if (channels is { Read.IsFaulted: false } known && clock.GetElapsedTime(known.At) < OldestChannels) return known.Read;
            var reading = Task.Run(Read);
            if (channels is not { Read.IsCompletedSuccessfully: true } old)
            {
                channels = (clock.GetTimestamp(), reading);
                return reading;
            }

            channels = (clock.GetTimestamp(), old.Read);
            _ = reading.ContinueWith(done =>
            {
                lock (gate) channels = (clock.GetTimestamp(), done);
            }, CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            return old.Read;
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> Read()
    {
        await using var connection = await db.OpenConnectionAsync();
        var found = await connection.QueryAsync<(string, string)>(new CommandDefinition("select customer_id, first_origin from journeys where first_origin is not null", commandTimeout: 60, flags: CommandFlags.None));
        return found.ToDictionary(one => one.Item1, one => Origin.Channel(one.Item2), StringComparer.Ordinal);
    }
}
