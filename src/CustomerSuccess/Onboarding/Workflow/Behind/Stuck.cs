using CustomerSuccess.Onboarding.Workflow.Course;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>Since when, or from when on if nothing moves, a customer is stuck. By: blocked, failed or silent.</summary>
public sealed record Stuck(DateTime At, string By)
{
    /// <summary>Null once all is done. What was said to stand in the way comes first, then a task that failed, then silence.</summary>
    public static Stuck? Of(CustomerProgress progress, DateTime? blockedAt)
    {
        if (progress.Current is not { } stage) return null;
        if (blockedAt is { } at) return new(at, "blocked");
        if (progress.Tasks.Where(task => task.State == TaskState.Failed).MinBy(task => task.Since) is { } failed) return new(failed.Since, "failed");
        return new(progress.LastProgressAt.AddHours(stage.StuckAfterHours), "silent");
    }
}
