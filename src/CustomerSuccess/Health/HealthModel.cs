namespace CustomerSuccess.Health;

/// <summary>What a score is made from: everything known about one customer on one day.</summary>
public sealed record HealthFacts(
    string CustomerId, DateOnly SignupDate, int Steps, bool Completed, long DaysActive, DateOnly? LastActive,
    long PrsGenerated, long PrsMerged, string BlockerType);

/// <summary>How the metric becomes points. Linear: metric × per. Bounded: the same, at most the weight.</summary>
public enum Curve
{
    Linear,
    Bounded,
}

/// <summary>One line of a model: a metric, its curve and the most it can earn.</summary>
public sealed record HealthComponent(string Name, string Metric, Curve Curve, decimal Per, decimal Weight);

/// <summary>Versioned data: how a score is made.</summary>
public sealed record HealthModel(string Name, int Version, IReadOnlyList<HealthComponent> Components)
{
    /// <summary>The model of a new installation (SPEC: early access): onboarding 30, activity 30, success 25, volume 15.</summary>
    public static HealthModel EarlyAccess { get; } = new("early_access", 1,
    [
        new("onboarding", "onboarding_percent", Curve.Bounded, 0.3m, 30m),
        new("activity", "days_active", Curve.Bounded, 5m, 30m),
        new("success", "success_rate", Curve.Linear, 0.25m, 25m),
        new("volume", "prs_generated", Curve.Bounded, 2m, 15m),
    ]);
}

/// <summary>One line of a score; the lines sum to the raw total exactly. Why: the evidence in words.</summary>
public sealed record HealthLine(string Name, decimal Points, decimal Of, decimal Metric, string Why);

/// <summary>A score with its proof: Raw is the sum of the lines, Score is Raw truncated.</summary>
public sealed record HealthScore(
    string CustomerId, DateOnly Day, string Model, int Version, int Score, decimal Raw, string Band, string Status,
    IReadOnlyList<HealthLine> Lines);
