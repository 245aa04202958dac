namespace CustomerSuccess.Onboarding.Workflow.Definitions;

/// <summary>Whether people can get through a definition: no circle, and nothing required that waits for what can be skipped. Pure.</summary>
public static class CanBeDone
{
    /// <summary>What stands in the way, as sentences; empty where nothing does.</summary>
    public static IReadOnlyList<string> Faults(WorkflowDefinition definition)
    {
        if (Circle(definition) is { } circle) return [$"wait for each other in a circle: {string.Join(" → ", circle.Select(Shown))}"];
        if (Left(definition, _ => true) is { Count: > 0 } never) return [$"can never be reached by hand: {string.Join(", ", never)}; look at the unlock conditions of their stages"];
        return Left(definition, task => task.Required) is { Count: > 0 } held
            ? [$"would be out of reach for a customer who skips what can be skipped: {string.Join(", ", held)}; look at the unlock conditions of their stages"] : [];
    }

    // Do whatever is open, again and again, and see which of those that are done at all are left.
    private static List<string> Left(WorkflowDefinition definition, Func<TaskDefinition, bool> does)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        while (definition.Stages.Where(stage => stage.Unlock.All(unlock => Holds(unlock, definition, done)))
            .SelectMany(stage => stage.Tasks).FirstOrDefault(task => does(task) && !done.Contains(task.Id) && task.DependsOn.All(done.Contains)) is { } next) done.Add(next.Id);
        return [.. definition.Tasks.Where(task => does(task) && !done.Contains(task.Id)).Select(task => $"'{task.Id}'")];
    }

    /// <summary>Whether a condition holds once these tasks are done.</summary>
    public static bool Holds(UnlockCondition unlock, WorkflowDefinition definition, IReadOnlySet<string> done)
    {
        if (unlock.Task is { } task) return done.Contains(task);
        if (unlock.Points is { } points) return definition.Tasks.Where(each => done.Contains(each.Id)).Sum(each => each.Points) >= points;
        var stage = definition.Stages.First(each => each.Id == unlock.Stage);
        return unlock.Tasks is { } many ? stage.Tasks.Count(each => done.Contains(each.Id)) >= many : IsDone(stage, done);
    }

    /// <summary>A stage is done with its required tasks; with none, with all of them.</summary>
    public static bool IsDone(StageDefinition stage, IReadOnlySet<string> done)
    {
        var required = stage.Tasks.Any(task => task.Required);
        return stage.Tasks.All(task => done.Contains(task.Id) || required && !task.Required);
    }

    // A node is a task, or a stage with # in front (its opening) or $ (its completion).
    private static List<string>? Circle(WorkflowDefinition definition)
    {
        var waits = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var stage in definition.Stages)
        {
            waits["#" + stage.Id] = [.. stage.Unlock.SelectMany(unlock => unlock.Task is { } task ? [task] : unlock.Stage is { } other && unlock.Tasks is null ? new[] { "$" + other } : [])];
            waits["$" + stage.Id] = [.. (stage.Tasks.Any(task => task.Required) ? stage.Tasks.Where(task => task.Required) : stage.Tasks).Select(task => task.Id)];
            foreach (var task in stage.Tasks) waits[task.Id] = ["#" + stage.Id, .. task.DependsOn];
        }

        var clear = new HashSet<string>(StringComparer.Ordinal);
        return waits.Keys.Select(start => Walk(start, [])).FirstOrDefault(found => found is not null);

        List<string>? Walk(string node, List<string> path)
        {
            if (path.IndexOf(node) is >= 0 and var from) return [.. path[from..], node];
            if (clear.Contains(node)) return null;
            var found = waits[node].Select(next => Walk(next, [.. path, node])).FirstOrDefault(circle => circle is not null);
            if (found is null) clear.Add(node);
            return found;
        }
    }

    private static string Shown(string node) => node[0] switch { '#' => $"stage '{node[1..]}' opens", '$' => $"stage '{node[1..]}' is done", _ => $"'{node}'" };
}
