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

    /// <summary>Types of which any event matters; and types of which only events before an instant do, because what they complete is complete.</summary>
    public static (string[] Any, Dictionary<string, DateTime> Before) Of(WorkflowDefinition definition, IReadOnlyDictionary<string, Counted> counted)
    {
        var (any, before) = (new SortedSet<string>(StringComparer.Ordinal), new SortedDictionary<string, DateTime>(StringComparer.Ordinal));
        foreach (var task in definition.Tasks.Where(task => task is { Step: null, CompletesOn: { ActiveWeeks: null } }))
        {
            foreach (var type in Types(task.CompletesOn!))
            {
                if (counted.GetValueOrDefault(task.Id)?.ReachedAt is not { } at || Corrected.Contains(type, StringComparer.Ordinal)) any.Add(type);
                // What is counted by day, is settled with its day.
                else if ((Measure.Of(task.CompletesOn!.Event!) is null ? at.AddMicroseconds(1) : at.Date.AddDays(1)) is var end) before[type] = before.TryGetValue(type, out var other) && other > end ? other : end;
            }

            if (task.OfEveryone) any.Add(Events.EventTypes.PersonUpdated);
        }

        foreach (var type in any) before.Remove(type);
        return ([.. any], new(before, StringComparer.Ordinal));
    }
}
