using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>
/// Weeks with activity that need no second look: Counted are there already; Until: nothing after it matters (null: there is no end yet).
/// </summary>
public sealed record CountedWeeks(IReadOnlyList<DateOnly> Counted, DateTime? Until)
{
    private static readonly CountedWeeks NoneAwaited = new([], DateTime.UnixEpoch);

    public static CountedWeeks Of(WorkflowDefinition definition, IReadOnlyDictionary<string, Counted> counted, IReadOnlyList<DateOnly>? weeks)
    {
        // Of several tasks that wait for weeks, the one that waits for most waits for the others' too.
        if (definition.Tasks.Where(task => task.CompletesOn?.ActiveWeeks is not null).MaxBy(task => task.CompletesOn!.ActiveWeeks) is not { } task) return NoneAwaited;
        weeks ??= [];
        if (counted.GetValueOrDefault(task.Id)?.ReachedAt is not { } at) return new(weeks, null);
        // An earlier day of the last of them would still change when it was reached.
        return new([.. weeks.Take(task.CompletesOn!.ActiveWeeks!.Value - 1)], at.Day().Start());
    }
}
