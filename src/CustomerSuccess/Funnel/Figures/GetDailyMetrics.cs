using CustomerSuccess.Events;
using CustomerSuccess.Events.Ingestion;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Figures;

/// <summary>The funnel, a row a day.</summary>
public static class GetDailyMetrics
{
    public sealed record Day(
        DateOnly PeriodStart, long WebsiteVisits, long UniqueVisitors, long Signups, long ApiKeysCreated, long ActivatedUsers, long RetainedUsers,
        decimal? VisitToSignupRate, decimal? SignupToApiKeyRate, decimal? ApiKeyToActivationRate, decimal? ActivationToRetentionRate, long Bots, DateTime? RestatedAt);

    /// <summary>
    /// Every UTC day `from` to `to`, oldest first, also those on which nothing happened; or the last `days` (30 unless told).
    /// Unique visitors are those of the day. `restated_at`: when the last event came that belongs to the day, after the day was over.
    /// </summary>
    public static async Task<Results<Ok<IReadOnlyList<Day>>, ValidationProblem>> Handle(
        [AsParameters] FunnelPeriod period, NpgsqlDataSource db, ILogger<FunnelWorker> log, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        if (period.Read(clock.Today(), faults) is not { } window) return EventAnswers.Invalid(faults);
        return TypedResults.Ok(await Run(db, window, log, ct));
    }

    public static async Task<IReadOnlyList<Day>> Run(NpgsqlDataSource db, FunnelWindow window, ILogger log, CancellationToken ct)
    {
        await FollowEvents.Freshen(db, log, ct);
        var restated = await RestatedDays.Of(db, window.From, window.To, ct);
        return [.. (await FunnelFigures.Read(db, window, ct)).Days.Select(each => each.Counts is var counts ? new Day(
            each.Day, counts.WebsiteVisits, counts.UniqueVisitors, counts.Signups, counts.ApiKeysCreated, counts.ActivatedUsers, counts.RetainedUsers,
            counts.VisitToSignupRate, counts.SignupToApiKeyRate, counts.ApiKeyToActivationRate, counts.ActivationToRetentionRate, counts.Bots,
            restated.GetValueOrDefault(each.Day)?.LastAt) : null!)];
    }
}
