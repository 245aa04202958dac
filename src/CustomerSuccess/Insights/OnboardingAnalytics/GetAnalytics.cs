using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>The analytics of the onboarding.</summary>
public static class GetAnalytics
{
    /// <summary>
    /// How the onboarding went for those who began in some days: completion rate and time, every stage and task, where time goes and people stop, cohorts by plan, cohort, industry and channel, the trend by week
    /// or month, help and features, a forecast, and recommendations with their numbers. Of customers in totals: churned, archived and test ones are left out.
    /// </summary>
    public static async Task<Results<Ok<AnalyticsAnswer>, ValidationProblem>> Handle([AsParameters] AnalyticsFilter filter, LatestAnalytics latest, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        return filter.Read(clock.Today(), faults) is { } window ? TypedResults.Ok(await latest.Of(window.From, window.To, filter.By, ct)) : EventAnswers.Invalid(faults);
    }
}
