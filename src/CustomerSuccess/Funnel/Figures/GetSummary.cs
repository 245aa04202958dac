using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Figures;

/// <summary>How many came, signed up, made a key, called the API and called it again.</summary>
public static class GetSummary
{
    public const int UsualDays = 30;

    /// <summary>Rates are per cent of the stage before, with two decimals; null where that is 0.</summary>
    public sealed record Answer(
        DateOnly From, DateOnly To, long WebsiteVisits, long UniqueVisitors, long Signups, long ApiKeysCreated, long ActivatedUsers, long RetainedUsers,
        decimal? VisitToSignupRate, decimal? SignupToApiKeyRate, decimal? ApiKeyToActivationRate, decimal? ActivationToRetentionRate, long Bots)
    {
        public static Answer Of(DateOnly from, DateOnly to, FunnelCounts counts) => new(
            from, to, counts.WebsiteVisits, counts.UniqueVisitors, counts.Signups, counts.ApiKeysCreated, counts.ActivatedUsers, counts.RetainedUsers,
            counts.VisitToSignupRate, counts.SignupToApiKeyRate, counts.ApiKeyToActivationRate, counts.ActivationToRetentionRate, counts.Bots);
    }

    /// <summary>
    /// The funnel of the last `days` UTC days, today included (30 unless told), or of the days `from` to `to`. Test customers
    /// and bots are left out.
    /// </summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem>> Handle(
        [AsParameters] FunnelPeriod period, NpgsqlDataSource db, ILogger<FunnelWorker> log, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        if (period.Read(clock.Today(), faults) is not { } window) return EventAnswers.Invalid(faults);
        return TypedResults.Ok(await Run(db, window, log, ct));
    }

    public static async Task<Answer> Run(NpgsqlDataSource db, FunnelWindow window, ILogger log, CancellationToken ct)
    {
        await FollowEvents.Freshen(db, log, ct);
        return Answer.Of(window.From, window.To, (await FunnelFigures.Read(db, window, ct)).Total);
    }
}
