using System.Runtime.InteropServices;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>
/// Counts customers by task, the newest version's tasks first. What is called otherwise by now is the same task; what older versions had is listed while somebody is on them.
/// </summary>
public sealed class TaskSums : IDisposable
{
    private sealed class Sum
    {
        public int[] States { get; } = new int[6];

        public Lengths Seconds { get; } = new();

        public int Waiting { get; set; }

        public int Stuck { get; set; }
    }

    private readonly KnownDefinitions definitions;
    private readonly DateTime now;
    private readonly List<WorkflowDefinition> versions;
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Sum> sums = new(StringComparer.Ordinal);

    // The same few words a million times: found by where they are before it is asked what they say.
    private readonly Dictionary<string, Sum> met = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, int> on = [];

    public TaskSums(KnownDefinitions definitions, DateTime now)
    {
        (this.definitions, this.now) = (definitions, now);
        versions = [.. definitions.Versions.Values.Reverse()];
        foreach (var task in versions.SelectMany(version => version.Tasks))
        {
            foreach (var id in task.Was.Prepend(task.Id)) names.TryAdd(id, task.Id);
        }
    }

    public void Add(Followed customer)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(on, customer.Version, out _)++;
        foreach (var (task, state, seconds) in customer.Tasks)
        {
            var sum = Get(task);
            sum.States[(int)state]++;
            if (seconds >= 0) sum.Seconds.Add(seconds);
        }

        if (customer.NextTask.Length == 0) return;
        var next = Get(customer.NextTask);
        next.Waiting++;
        if (customer.Stuck(now)) next.Stuck++;
    }

    public IReadOnlyList<TaskFigure> Figures()
    {
        var figures = new List<TaskFigure>();
        foreach (var (definition, task) in versions.SelectMany(version => version.Tasks, (version, task) => (version, task)).DistinctBy(one => names[one.task.Id], StringComparer.Ordinal))
        {
            var of = versions.Where(version => version.Tasks.Any(each => names[each.Id] == task.Id)).Sum(version => on.GetValueOrDefault(version.Version));
            if (of == 0 && definition.Version != definitions.Current.Version) continue;
            var sum = sums.GetValueOrDefault(task.Id) ?? new();
            int In(TaskState state) => sum.States[(int)state];
            // Locked ones of which nothing happened are no rows.
            var told = sum.States.Sum() - In(TaskState.Locked);
            figures.Add(new(task.Id, task.Title, definition.StageOf(task.Id).Id, task.Required, of, Math.Max(0, of - told), In(TaskState.Available), In(TaskState.InProgress), In(TaskState.Completed), In(TaskState.Skipped), In(TaskState.Failed),
                Percent.Rate(In(TaskState.Completed), of), sum.Seconds.Middle, sum.Seconds.Mean, sum.Seconds.Count, sum.Waiting, sum.Stuck));
        }

        return figures;
    }

    public void Dispose()
    {
        foreach (var sum in sums.Values) sum.Seconds.Dispose();
    }

    private Sum Get(string task)
    {
        if (met.TryGetValue(task, out var known)) return known;
        var name = names.GetValueOrDefault(task, task);
        if (!sums.TryGetValue(name, out var sum)) sums[name] = sum = new();
        return met[task] = sum;
    }
}
