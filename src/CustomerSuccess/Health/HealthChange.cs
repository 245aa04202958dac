namespace CustomerSuccess.Health;

/// <summary>How one component moved between two days; the differences sum to the difference of the raw totals.</summary>
public sealed record HealthChange(string Name, decimal Before, decimal Now, decimal Difference, string WhyBefore, string WhyNow)
{
    /// <summary>Line by line, the largest difference first. A line that only one day has counts as 0 on the other. Pure.</summary>
    public static IReadOnlyList<HealthChange> Between(IReadOnlyList<HealthLine> before, IReadOnlyList<HealthLine> now) =>
        [.. now.Select(line => line.Name).Union(before.Select(line => line.Name), StringComparer.Ordinal)
            .Select(name => (Name: name, Was: before.FirstOrDefault(line => line.Name == name), Is: now.FirstOrDefault(line => line.Name == name)))
            .Select(each => new HealthChange(
                each.Name, each.Was?.Points ?? 0, each.Is?.Points ?? 0, (each.Is?.Points ?? 0) - (each.Was?.Points ?? 0), each.Was?.Why ?? "", each.Is?.Why ?? ""))
            .OrderByDescending(change => Math.Abs(change.Difference))];
}
