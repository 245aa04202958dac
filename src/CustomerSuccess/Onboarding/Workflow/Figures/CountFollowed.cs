using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>
/// Figures of some customers by task and by stage, the newest version's first. What is called otherwise by now is the same task; what older versions had is
/// listed while somebody is on them. Pure.
/// </summary>
public static class CountFollowed
{
    private sealed class Sum
    {
        public int[] States { get; } = new int[6];

        public List<int> Seconds { get; } = [];

        public int Waiting { get; set; }

        public int Stuck { get; set; }

        public int Reached { get; set; }
    }

    public static IReadOnlyList<TaskFigure> Tasks(KnownDefinitions definitions, IReadOnlyCollection<Followed> customers, DateTime now)
    {
        var versions = definitions.Versions.Values.Reverse().ToList();
        var names = Names(versions);
        var sums = new Dictionary<string, Sum>(StringComparer.Ordinal);
        // The same few words a million times: found by where they are before it is asked what they say.
        var met = new Dictionary<string, Sum>(ReferenceEqualityComparer.Instance);
        foreach (var customer in customers)
        {
            foreach (var (task, state, seconds) in customer.Tasks)
            {
                var sum = Get(task);
                sum.States[(int)state]++;
                if (seconds >= 0) sum.Seconds.Add(seconds);
            }

            if (customer.NextTask.Length == 0) continue;
            var next = Get(customer.NextTask);
            next.Waiting++;
            if (customer.Stuck(now)) next.Stuck++;
        }

        var (on, figures) = (On(customers), new List<TaskFigure>());
        foreach (var (definition, task) in versions.SelectMany(version => version.Tasks, (version, task) => (version, task)).DistinctBy(one => names[one.task.Id], StringComparer.Ordinal))
        {
            var of = versions.Where(version => version.Tasks.Any(each => names[each.Id] == task.Id)).Sum(version => on.GetValueOrDefault(version.Version));
            if (of == 0 && definition.Version != definitions.Current.Version) continue;
            var sum = sums.GetValueOrDefault(task.Id) ?? new();
            int In(TaskState state) => sum.States[(int)state];
            // Locked ones of which nothing happened are no rows.
            var told = sum.States.Sum() - In(TaskState.Locked);
            figures.Add(new(task.Id, task.Title, definition.StageOf(task.Id).Id, task.Required, of, Math.Max(0, of - told), In(TaskState.Available), In(TaskState.InProgress), In(TaskState.Completed), In(TaskState.Skipped), In(TaskState.Failed),
                Percent.Rate(In(TaskState.Completed), of), Median.Hours(sum.Seconds), Median.Mean(sum.Seconds), sum.Seconds.Count, sum.Waiting, sum.Stuck));
        }

        return figures;

        Sum Get(string task)
        {
            if (met.TryGetValue(task, out var known)) return known;
            var name = names.GetValueOrDefault(task, task);
            if (!sums.TryGetValue(name, out var sum)) sums[name] = sum = new();
            return met[task] = sum;
        }
    }

    public static IReadOnlyList<StageFigure> Stages(KnownDefinitions definitions, IReadOnlyCollection<Followed> customers, DateTime now)
    {
        var versions = definitions.Versions.Values.Reverse().ToList();
        var sums = new Dictionary<string, Sum>(StringComparer.Ordinal);
        foreach (var customer in customers)
        {
            foreach (var (stage, reached, completed, seconds) in customer.Stages)
            {
                var sum = Get(stage);
                if (reached || completed) sum.Reached++;
                if (completed) sum.States[(int)TaskState.Completed]++;
                if (seconds >= 0) sum.Seconds.Add(seconds);
            }

            var here = Get(customer.Stage);
            here.Waiting++;
            if (customer.Stuck(now)) here.Stuck++;
        }

        var (on, figures) = (On(customers), new List<StageFigure>());
        foreach (var (definition, stage) in versions.SelectMany(version => version.Stages, (version, stage) => (version, stage)).DistinctBy(one => one.stage.Id, StringComparer.Ordinal))
        {
            var of = versions.Where(version => version.Stages.Any(each => each.Id == stage.Id)).Sum(version => on.GetValueOrDefault(version.Version));
            if (of == 0 && definition.Version != definitions.Current.Version) continue;
            var sum = Get(stage.Id);
            var completed = sum.States[(int)TaskState.Completed];
            figures.Add(new(stage.Id, stage.Title, of, sum.Reached, completed, sum.Waiting, sum.Stuck, Percent.Rate(completed, sum.Reached), Median.Hours(sum.Seconds), Median.Mean(sum.Seconds), sum.Seconds.Count) { Seconds = sum.Seconds.Sum(seconds => (long)seconds) });
        }

        return figures;

        Sum Get(string stage)
        {
            if (!sums.TryGetValue(stage, out var sum)) sums[stage] = sum = new();
            return sum;
        }
    }

    private static Dictionary<string, string> Names(List<WorkflowDefinition> versions)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var task in versions.SelectMany(version => version.Tasks))
        {
            foreach (var id in task.Was.Prepend(task.Id)) names.TryAdd(id, task.Id);
        }

        return names;
    }

    private static Dictionary<int, int> On(IReadOnlyCollection<Followed> customers) => customers.CountBy(customer => customer.Version).ToDictionary();
}
