namespace CustomerSuccess.Platform.Kit;

/// <summary>What BarChart and LineChart draw: one value per series and point, oldest first. Tone is a text colour class; unit is what a point is.</summary>
public sealed record Chart(string Title, IReadOnlyList<string> Points, IReadOnlyList<Chart.Series> Lines, string Unit = "Day")
{
    /// <summary>What is to be known about some points, by their place: told beside the point and in the table.</summary>
    public IReadOnlyDictionary<int, string> Marks { get; init; } = new Dictionary<int, string>();

    /// <param name="Name">What it counts or measures.</param>
    /// <param name="Tone">A text colour class.</param>
    /// <param name="Values">One a point.</param>
    /// <param name="Level">A level, as a score is: its last value is shown, not the sum.</param>
    public sealed record Series(string Name, string Tone, IReadOnlyList<long> Values, bool Level = false)
    {
        public long Total => Level ? Values.LastOrDefault() : Values.Sum();

        public string Summary => Level
            ? $"{Name}: {Words.Number(Total)} now, from {Words.Number(Values.DefaultIfEmpty().Min())} to {Words.Number(Values.DefaultIfEmpty().Max())}"
            : $"{Name}: {Words.Number(Total)} in all, at most {Words.Number(Values.DefaultIfEmpty().Max())}";
    }

    /// <summary>The top of the axis: the next of 1, 2, 5 × 10ⁿ (and 4) at or above the largest value, so that half of it is a whole number too.</summary>
    public static long Top(long largest)
    {
        if (largest <= 2) return 2;
        for (long unit = 1; ; unit *= 10)
        {
            foreach (var step in (ReadOnlySpan<long>)[2, 4, 6, 8, 10])
            {
                if (step * unit >= largest) return step * unit;
            }
        }
    }

    /// <summary>Which points carry a label: the first, the last and a few between, evenly.</summary>
    public static IEnumerable<int> Ticks(int points, int most = 6)
    {
        if (points == 0) yield break;
        var every = Math.Max(1, (int)Math.Ceiling((points - 1) / (double)Math.Max(1, most - 1)));
        for (var n = points - 1; n >= 0; n -= every) yield return n;
    }

    public string Alternative => $"{Title}. " + string.Join(", ", Lines.Select(line => line.Summary)) + ". The table below has every value.";
}
