using CustomerSuccess.Onboarding.Workflow.Course;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>A task of a customer: its state, and the seconds from when it could be worked on until it was done (-1: nobody knows, or it is not done).</summary>
public readonly record struct FollowedTask(string Task, TaskState State, int Seconds);

/// <summary>A stage of a customer: whether it was ever open, and the seconds from then until it was done (-1: it is not).</summary>
public readonly record struct FollowedStage(string Stage, bool Reached, bool Completed, int Seconds);

/// <summary>
/// A customer in totals, with what the figures of the onboarding need. Stage: where they stand, 'completed' once all is done. NextTask: '' where there is none.
/// Tasks: those that are not locked, or of which something has happened.
/// </summary>
public sealed record Followed(
    string CustomerId, int Version, DateTime StartedAt, DateTime? CompletedAt, string Stage, string NextTask, DateTime? StuckAt, string StuckBy,
    string Cohort, string Plan, string Industry, string Owner, int SupportRequests, FollowedTask[] Tasks, FollowedStage[] Stages)
{
    public bool Stuck(DateTime now) => StuckAt <= now;

    /// <summary>From the start until all was done, never negative; null before.</summary>
    public int? SecondsToComplete => CompletedAt is { } at ? (int)Math.Clamp((at - StartedAt).TotalSeconds, 0, int.MaxValue) : null;
}
