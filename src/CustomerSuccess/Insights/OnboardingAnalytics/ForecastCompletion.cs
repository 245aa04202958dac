namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>
/// How many of those who are on the way will be through within so many days. Expected: rounded to one decimal; null with Why where too few are through to say. Open: those it is
/// about; From: completions it was learned from.
/// </summary>
public sealed record Forecast(int Days, decimal? Expected, int Open, int From, string? Why);

/// <summary>
/// The share that is not through after so long is estimated by Kaplan and Meier's product-limit estimator, so that those who are still on the way count for as long as
/// they were seen (E. L. Kaplan, P. Meier: Nonparametric Estimation from Incomplete Observations, Journal of the American Statistical Association 53, 1958). Who has been on the way for a
/// completes within the next d with 1 − S(a + d) / S(a); these add up. Beyond the longest time seen S stays as it is, so that nothing is promised that was never seen. Pure.
/// </summary>
public static class ForecastCompletion
{
    public const int Horizon = 30, Fewest = 20;

    /// <param name="customers">Seconds until they were through, or so far; and which of both.</param>
    /// <param name="days">How far ahead.</param>
    /// <param name="fewest">With fewer completions nothing is said.</param>
    public static Forecast Of(IReadOnlyCollection<(int Seconds, bool Completed)> customers, int days = Horizon, int fewest = Fewest)
    {
        var through = customers.Count(one => one.Completed);
        var open = customers.Count - through;
        if (through < fewest) return new(days, null, open, through, $"{through} of at least {fewest} completions that an estimate needs");
        var (at, left) = Curve(customers);
        var expected = 0.0;
        foreach (var (age, completed) in customers)
        {
            if (!completed && Left(at, left, age) is > 0 and var now) expected += 1 - Left(at, left, age + days * 86_400L) / now;
        }

        return new(days, Math.Round((decimal)expected, 1, MidpointRounding.AwayFromZero), open, through, null);
    }

    // Times at which somebody came through, rising, and the share that is left after each.
    private static (List<long> At, List<double> Left) Curve(IReadOnlyCollection<(int Seconds, bool Completed)> customers)
    {
        var sorted = customers.ToArray();
        Array.Sort(sorted, (a, b) => a.Seconds.CompareTo(b.Seconds));
        var (at, left, share) = (new List<long>(), new List<double>(), 1.0);
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            // Who left sight at the same moment was still there.
            var through = 0;
            for (end = first; end < sorted.Length && sorted[end].Seconds == sorted[first].Seconds; end++) through += sorted[end].Completed ? 1 : 0;
            if (through == 0) continue;
            share *= 1 - (double)through / (sorted.Length - first);
            at.Add(sorted[first].Seconds);
            left.Add(share);
        }

        return (at, left);
    }

    private static double Left(List<long> at, List<double> left, long seconds)
    {
        var place = at.BinarySearch(seconds);
        var last = place >= 0 ? place : ~place - 1;
        return last < 0 ? 1 : left[last];
    }
}
