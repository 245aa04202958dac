using CustomerSuccess.Onboarding.Workflow.Figures;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>Some customers together: how many began, are stuck, came through, and after how long.</summary>
public sealed class GroupSum : IDisposable
{
    public int Started { get; private set; }

    public int Stuck { get; private set; }

    public Lengths Through { get; } = new();

    public void Add(Followed one, DateTime now)
    {
        Started++;
        if (one.Stuck(now)) Stuck++;
        if (one.SecondsToComplete is { } seconds) Through.Add(seconds);
    }

    public void Add(GroupSum other)
    {
        (Started, Stuck) = (Started + other.Started, Stuck + other.Stuck);
        Through.Add(other.Through);
    }

    public void Dispose() => Through.Dispose();
}

/// <summary>Customers by what they have in common, and by when they began.</summary>
public sealed class GroupSums(DateTime now) : IDisposable
{
    private const int MostNames = 12;

    private readonly Dictionary<string, Dictionary<string, GroupSum>> byKind = new(StringComparer.Ordinal);
    private readonly Dictionary<DateOnly, GroupSum> byPeriod = [];

    public void Add(string kind, string name, Followed one)
    {
        if (!byKind.TryGetValue(kind, out var names)) byKind[kind] = names = new(StringComparer.Ordinal);
        if (!names.TryGetValue(name, out var sum)) names[name] = sum = new();
        sum.Add(one, now);
    }

    public void Add(DateOnly period, Followed one)
    {
        if (!byPeriod.TryGetValue(period, out var sum)) byPeriod[period] = sum = new();
        sum.Add(one, now);
    }

    public GroupSum? Of(DateOnly period) => byPeriod.GetValueOrDefault(period);

    /// <summary>The largest first; those beyond the twelfth together as (other).</summary>
    public IReadOnlyList<CohortFigure> Figures(string kind)
    {
        if (!byKind.TryGetValue(kind, out var names)) return [];
        var inOrder = names.OrderByDescending(each => each.Value.Started).ThenBy(each => each.Key, StringComparer.Ordinal).ToList();
        using var others = new GroupSum();
        foreach (var (_, sum) in inOrder.Skip(MostNames)) others.Add(sum);
        return [.. inOrder.Take(MostNames).Select(each => Figure(each.Key, each.Value)), .. others.Started > 0 ? [Figure("(other)", others)] : Array.Empty<CohortFigure>()];
    }

    public void Dispose()
    {
        foreach (var sum in byKind.Values.SelectMany(names => names.Values).Concat(byPeriod.Values)) sum.Dispose();
    }

    private static CohortFigure Figure(string name, GroupSum sum) => new(name, sum.Started, sum.Through.Count, sum.Stuck, Percent.Rate(sum.Through.Count, sum.Started), sum.Through.Mean);
}
