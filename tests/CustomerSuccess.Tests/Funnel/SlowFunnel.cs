using CustomerSuccess.Funnel.Engine.Walk;

namespace CustomerSuccess.Tests.Funnel;

/// <summary>
/// The funnel as docs/guide/funnels.md says it, sentence by sentence, without any thought for speed: try every entry, every
/// order of events of one instant, every choice of events. What the product computes must come to the same.
/// </summary>
internal static class SlowFunnel
{
    /// <param name="Time">When.</param>
    /// <param name="Steps">Which steps (0 …) it can be.</param>
    /// <param name="Excluded">Whether it takes an attempt out.</param>
    public sealed record Event(long Time, IReadOnlyList<int> Steps, bool Excluded);

    /// <param name="Depth">How many steps the best attempt reached.</param>
    /// <param name="Entry">When it began.</param>
    /// <param name="Last">When it reached the last of them.</param>
    public sealed record Outcome(int Depth, long Entry, long Last);

    public static Outcome? Of(IReadOnlyList<Event> events, Shape shape)
    {
        Outcome? best = null;
        foreach (var entry in events.Select(e => e.Time).Where(t => t >= shape.From && t < shape.To).Distinct().Order())
        {
            var reached = Chains(events, entry, shape).Where(chain => chain[^1] - entry <= shape.Window).ToList();
            if (reached.Count == 0) continue;
            var depth = reached.Max(chain => chain.Count);
            var last = reached.Where(chain => chain.Count == depth).Min(chain => chain[^1]);
            var until = depth == shape.Steps ? last : entry + shape.Window + 1;
            if (events.Any(e => e.Excluded && e.Time > entry && e.Time < until)) continue;
            if (best is null || depth > best.Depth) best = new Outcome(depth, entry, last);
        }

        return best;
    }

    /// <summary>The instants of every series of events that serves the first steps and begins at this instant.</summary>
    private static IEnumerable<List<long>> Chains(IReadOnlyList<Event> events, long entry, Shape shape) => shape.Order switch
    {
        StepOrder.Sequential => Chosen(events, entry, [], [], shape.Steps, anyOrder: false),
        StepOrder.Any => Chosen(events, entry, [], [], shape.Steps, anyOrder: true),
        _ => Neighbours(events, entry, shape.Steps),
    };

    // Any events, each once and none before the one chosen last; in order the next step, else any step not yet served.
    private static IEnumerable<List<long>> Chosen(IReadOnlyList<Event> events, long entry, List<Event> chain, List<int> served, int steps, bool anyOrder)
    {
        if (chain.Count > 0) yield return chain.ConvertAll(e => e.Time);
        foreach (var next in events)
        {
            if (chain.Contains(next, ReferenceEqualityComparer.Instance) || (chain.Count == 0 ? next.Time != entry : next.Time < chain[^1].Time)) continue;
            foreach (var step in next.Steps.Where(step => anyOrder ? !served.Contains(step) : step == chain.Count))
            {
                foreach (var longer in Chosen(events, entry, [.. chain, next], [.. served, step], steps, anyOrder)) yield return longer;
            }
        }
    }

    // For every order the events can have: one behind the other without a gap.
    private static IEnumerable<List<long>> Neighbours(IReadOnlyList<Event> events, long entry, int steps)
    {
        foreach (var order in Orders(events))
        {
            for (var from = 0; from < order.Count; from++)
            {
                if (order[from].Time != entry) continue;
                var chain = order.Skip(from).Take(steps).TakeWhile((e, step) => e.Steps.Contains(step)).Select(e => e.Time).ToList();
                for (var length = 1; length <= chain.Count; length++) yield return chain[..length];
            }
        }
    }

    private static IEnumerable<List<Event>> Orders(IReadOnlyList<Event> events)
    {
        if (events.Count == 0) return [[]];
        var first = events.Min(e => e.Time);
        return from next in events
               where next.Time == first
               from rest in Orders([.. events.Where(e => !ReferenceEquals(e, next))])
               select new List<Event>([next, .. rest]);
    }
}
