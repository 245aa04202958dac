using System.Runtime.InteropServices;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>Counts customers by stage, the newest version's stages first; what older versions had is listed while somebody is on them.</summary>
public sealed class StageSums(KnownDefinitions definitions, DateTime now) : IDisposable
{
    private sealed class Sum
    {
        public int Reached { get; set; }

        public int Completed { get; set; }

        public int Here { get; set; }

        public int Stuck { get; set; }

        public Lengths Seconds { get; } = new();
    }

    private readonly Dictionary<string, Sum> sums = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> on = [];

    public void Add(Followed customer)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(on, customer.Version, out _)++;
        foreach (var (stage, reached, completed, seconds) in customer.Stages)
        {
            var sum = Get(stage);
            if (reached || completed) sum.Reached++;
            if (completed) sum.Completed++;
            if (seconds >= 0) sum.Seconds.Add(seconds);
        }

        var here = Get(customer.Stage);
        here.Here++;
        if (customer.Stuck(now)) here.Stuck++;
    }

    public IReadOnlyList<StageFigure> Figures()
    {
        var (versions, figures) = (definitions.Versions.Values.Reverse().ToList(), new List<StageFigure>());
        foreach (var (definition, stage) in versions.SelectMany(version => version.Stages, (version, stage) => (version, stage)).DistinctBy(one => one.stage.Id, StringComparer.Ordinal))
        {
            var of = versions.Where(version => version.Stages.Any(each => each.Id == stage.Id)).Sum(version => on.GetValueOrDefault(version.Version));
            if (of == 0 && definition.Version != definitions.Current.Version) continue;
            var sum = Get(stage.Id);
            figures.Add(new(stage.Id, stage.Title, of, sum.Reached, sum.Completed, sum.Here, sum.Stuck, Percent.Rate(sum.Completed, sum.Reached), sum.Seconds.Middle, sum.Seconds.Mean, sum.Seconds.Count) { Seconds = sum.Seconds.Sum });
        }

        return figures;
    }

    public void Dispose()
    {
        foreach (var sum in sums.Values) sum.Seconds.Dispose();
    }

    private Sum Get(string stage)
    {
        if (!sums.TryGetValue(stage, out var sum)) sums[stage] = sum = new();
        return sum;
    }
}
