namespace CustomerSuccess.Milestones.Analytics;

/// <summary>Shares and their difference, with intervals that hold for small numbers, too. Pure.</summary>
public static class Proportions
{
    /// <summary>Of the normal distribution, for 95 %.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>
    /// Where the true share lies. E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927) 209–212.
    /// </summary>
    public static (double Low, double High) Wilson(long hits, long of)
    {
        double n = of, p = hits / n;
        var middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
        var half = Z * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
    }

    /// <summary>
    /// Where the true difference of two shares (first less second) lies. R. G. Newcombe, Interval estimation for the difference between
    /// independent proportions: comparison of eleven methods, Statistics in Medicine 17 (1998) 873–890, method 10.
    /// </summary>
    public static (double Difference, double Low, double High) Newcombe(long hits, long of, long otherHits, long otherOf)
    {
        double p = (double)hits / of, q = (double)otherHits / otherOf;
        var ((l1, u1), (l2, u2)) = (Wilson(hits, of), Wilson(otherHits, otherOf));
        return (p - q, p - q - Math.Sqrt(Math.Pow(p - l1, 2) + Math.Pow(u2 - q, 2)), p - q + Math.Sqrt(Math.Pow(u1 - p, 2) + Math.Pow(q - l2, 2)));
    }
}
