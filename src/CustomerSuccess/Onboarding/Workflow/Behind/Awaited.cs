using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>What could still change where a customer stands, so that everything else is passed over. Pure.</summary>
public static class Awaited
{
    // Corrections take counts back: of these no event is too late to matter.
    private static readonly string[] Corrected = [Events.EventTypes.EngagementRecorded];

    /// <summary>Types a definition waits for, beside those that move every workflow.</summary>
    public static IReadOnlyList<string> Types(WorkflowDefinition definition) =>
        [.. definition.Tasks.Where(task => task.CompletesOn is not null && task.Step is null).SelectMany(task => Types(task.CompletesOn!)).Concat(definition.Tasks.Any(task => task.OfEveryone) ? [Events.EventTypes.PersonUpdated] : [])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Types(Completion on) => on.ActiveWeeks is not null ? Measure.Activity : Measure.Of(on.Event!)?.Types ?? [on.Event!];

    /// <summary>
    /// Types of which any event matters; and types of which only events before an instant do, because what they complete is complete. A step
    /// that is told again and again is settled with the moment it was done; a reset opens it again, and every reset matters.
    /// </summary>
    public static (string[] Any, Dictionary<string, DateTime> Before) Of(CustomerProgress progress, IReadOnlyDictionary<string, Counted> counted)
    {
        var (any, before) = (new SortedSet<string>(StringComparer.Ordinal), new SortedDictionary<string, DateTime>(StringComparer.Ordinal));
        foreach (var task in progress.Tasks)
        {
            if (task.Task.Step is { } step)
            {
                if (task.Done) Until(Events.EventTypes.StepPrefix + step, task.Since.AddMicroseconds(1));
                continue;
            }

            if (task.Task.CompletesOn is not { ActiveWeeks: null } on) continue;
            foreach (var type in Types(on))
            {
                if (counted.GetValueOrDefault(task.Task.Id)?.ReachedAt is not { } at || Corrected.Contains(type, StringComparer.Ordinal)) any.Add(type);
                else Until(type, After(on, at));
            }

            if (task.Task.OfEveryone) any.Add(Events.EventTypes.PersonUpdated);
        }

        foreach (var type in any) before.Remove(type);
        return ([.. any], new(before, StringComparer.Ordinal));

        void Until(string type, DateTime end) => before[type] = before.TryGetValue(type, out var other) && other > end ? other : end;
    }

    // Where all that is known is the day, it is settled with its end.
    private static DateTime After(Completion on, DateTime at) => Measure.Of(on.Event!) is not null && at == at.Date ? at.AddDays(1) : at.AddMicroseconds(1);
}
