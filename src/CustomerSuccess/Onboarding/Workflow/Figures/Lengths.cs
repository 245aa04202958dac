using System.Buffers;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>Seconds that are gathered to be told in hours. In rented memory: hundreds of thousands are gathered for each answer.</summary>
public sealed class Lengths : IDisposable
{
    private int[] values = [];

    public int Count { get; private set; }

    public long Sum { get; private set; }

    /// <summary>Hours with one decimal, half up; null of nothing.</summary>
    public decimal? Mean => Count == 0 ? null : Hours((decimal)Sum / Count);

    /// <summary>The middle one, of an even number the mean of the middle two; null of nothing. Turns them round as it goes.</summary>
    public decimal? Middle => Count == 0 ? null : Hours(Median.Of(values.AsSpan(0, Count)));

    public void Add(int seconds)
    {
        if (Count == values.Length) Grow(Count + 1);
        values[Count++] = seconds;
        Sum += seconds;
    }

    public void Add(Lengths other)
    {
        foreach (var seconds in other.values.AsSpan(0, other.Count)) Add(seconds);
    }

    public void Dispose()
    {
        if (values.Length > 0) ArrayPool<int>.Shared.Return(values);
        (values, Count, Sum) = ([], 0, 0);
    }

    private void Grow(int least)
    {
        var larger = ArrayPool<int>.Shared.Rent(Math.Max(16, Math.Max(least, 2 * Count)));
        values.AsSpan(0, Count).CopyTo(larger);
        if (values.Length > 0) ArrayPool<int>.Shared.Return(values);
        values = larger;
    }

    private static decimal Hours(decimal seconds) => Math.Round(seconds / 3600, 1, MidpointRounding.AwayFromZero);
}
