using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding;

/// <summary>The five-step record of every customer: what is done, what stands in the way, when it was completed.</summary>
public static class OnboardingRoom
{
    public static IReadOnlyList<Replay> Replays { get; } =
    [
        new("onboarding", ["customer_id"],
            ["customer_id", "row_id", .. OnboardingSteps.All, "sources", "untimed", "done", "completed_at", "blocker_type", "notes", "blocked_at", "blocked_by"],
            Sql.Read("Onboarding/onboarding.sql"), Replayed),
    ];

    /// <summary>The fifth step leads, once in a customer's life, to onboarding_completed.</summary>
    public static IReadOnlyList<Decision> Decisions { get; } =
        [new(EventTypes.OnboardingCompleted, Sql.Read("Onboarding/completed.sql"), Replayed)];

    private static bool Replayed(string type) =>
        type.StartsWith("onboarding_", StringComparison.Ordinal) || type is EventTypes.CustomerCreated or EventTypes.CustomerUpdated;
}
