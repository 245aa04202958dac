using CustomerSuccess.Engagement;
using CustomerSuccess.Onboarding;

namespace CustomerSuccess.Health;

/// <summary>Facts and a model in, a score with its lines out. Pure: the day is an argument, money-exact decimals throughout.</summary>
public static class ScoreHealth
{
    /// <summary>After this many days without activity a customer is inactive, whatever the score.</summary>
    public const int InactiveAfterDays = 30;

    public static HealthScore Of(HealthFacts facts, HealthModel model, DateOnly day, int inactiveAfter = InactiveAfterDays)
    {
        var lines = model.Components.Select(component => Line(component, facts)).ToList();
        var raw = lines.Sum(line => line.Points);
        var score = (int)Math.Truncate(raw);
        var band = Band(score);
        var status = Inactive(facts.LastActive, facts.SignupDate, day, inactiveAfter) ? "inactive" : band;
        return new HealthScore(facts.CustomerId, day, model.Name, model.Version, score, raw, band, status, lines);
    }

    public static string Band(int score) => score switch
    {
        >= 85 => "champion",
        >= 70 => "healthy",
        >= 50 => "needs_attention",
        _ => "at_risk",
    };

    public static bool Inactive(DateOnly? lastActive, DateOnly signup, DateOnly day, int after = InactiveAfterDays) =>
        day.DayNumber - (lastActive ?? signup).DayNumber >= after;

    /// <summary>Today minus 7 days ago: +3 or more is rising, −3 or less declining; without an earlier score: new.</summary>
    public static string Trend(int today, int? weekAgo) => weekAgo switch
    {
        null => "new",
        { } before when today - before >= 3 => "rising",
        { } before when today - before <= -3 => "declining",
        _ => "steady",
    };

    private static HealthLine Line(HealthComponent component, HealthFacts facts)
    {
        var (metric, why) = Metric(component.Metric, facts);
        var points = metric * component.Per;
        if (component.Curve == Curve.Bounded) points = Math.Min(points, component.Weight);
        return new HealthLine(component.Name, points, component.Weight, metric, why);
    }

    private static (decimal Value, string Why) Metric(string name, HealthFacts facts)
    {
        switch (name)
        {
            case "onboarding_percent":
                var done = System.Numerics.BitOperations.PopCount((uint)facts.Steps);
                return facts.Completed
                    ? (100, done == 5 ? "Onboarding completed" : $"Onboarding completed, {done} of 5 steps now")
                    : (OnboardingSteps.Percentage(done), $"{done} of 5 steps");
            case "days_active":
                return (facts.DaysActive, $"{facts.DaysActive} active {(facts.DaysActive == 1 ? "day" : "days")}");
            case "success_rate":
                return (Counts.Rate(facts.PrsMerged, facts.PrsGenerated), $"{facts.PrsMerged} of {facts.PrsGenerated} PRs merged");
            case "prs_generated":
                return (facts.PrsGenerated, $"{facts.PrsGenerated} PRs generated");
            default:
                throw new InvalidOperationException($"A health model names the metric '{name}', which does not exist.");
        }
    }
}
