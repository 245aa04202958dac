using CustomerSuccess.Engagement;
using CustomerSuccess.Onboarding;

namespace CustomerSuccess.Health;

/// <summary>Something that speaks against a customer staying, in words, with the evidence.</summary>
public sealed record RiskFactor(string Name, string Why);

/// <summary>What speaks against a customer, worst first. Pure.</summary>
public static class RiskFactors
{
    public static IReadOnlyList<RiskFactor> Of(HealthFacts facts, HealthScore score, int? weekAgo, DateOnly day)
    {
        var factors = new List<RiskFactor>();
        var idle = day.DayNumber - (facts.LastActive ?? facts.SignupDate).DayNumber;
        if (facts.BlockerType.Length > 0) factors.Add(new("blocked", $"Onboarding is blocked: {facts.BlockerType}"));
        if (score.Status == "inactive")
            factors.Add(new("inactive", facts.LastActive is null ? $"No activity since signup {idle} days ago" : $"No activity for {idle} days"));
        else if (idle >= 7)
            factors.Add(new("quiet", facts.LastActive is null ? $"No activity since signup {idle} days ago" : $"No activity for {idle} days"));
        if (weekAgo is { } before && score.Score - before <= -3)
            factors.Add(new("declining", $"Score {score.Score}, {before - score.Score} less than 7 days ago"));
        if (!facts.Completed && day.DayNumber - facts.SignupDate.DayNumber >= 7)
        {
            var missing = OnboardingSteps.All.First(step => !OnboardingSteps.Has(facts.Steps, step));
            factors.Add(new("stuck", $"{day.DayNumber - facts.SignupDate.DayNumber} days after signup, {OnboardingSteps.Title(missing)} is still missing"));
        }

        if (facts.PrsGenerated >= 5 && Counts.Rate(facts.PrsMerged, facts.PrsGenerated) < 50)
            factors.Add(new("rejected", $"Only {facts.PrsMerged} of {facts.PrsGenerated} PRs merged"));
        return factors;
    }
}
