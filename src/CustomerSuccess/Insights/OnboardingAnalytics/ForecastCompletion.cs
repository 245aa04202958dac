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
        // In the order of time, so that one walk is enough.
        var sorted = customers.Select(one => one.Seconds).ToArray();
        var done = customers.Select(one => one.Completed).ToArray();
        Array.Sort(sorted, done);
        var (at, left) = Curve(sorted, done);
        var (expected, now, then) = (0.0, 0, 0);
        for (var n = 0; n < sorted.Length; n++)
        {
            if (done[n]) continue;
            while (now < at.Count && at[now] <= sorted[n]) now++;
            while (then < at.Count && at[then] <= sorted[n] + days * 86_400L) then++;
            // The share that is left before anybody came through is 1.
            var (today, later) = (now == 0 ? 1 : left[now - 1], then == 0 ? 1 : left[then - 1]);
            if (today > 0) expected += 1 - later / today;
        }

        return new(days, Math.Round((decimal)expected, 1, MidpointRounding.AwayFromZero), open, through, null);
    }

    // Times at which somebody came through, rising, and the share that is left after each.
    private static (List<int> At, List<double> Left) Curve(int[] sorted, bool[] done)
    {
        var (at, left, share) = (new List<int>(), new List<double>(), 1.0);
        for (int first = 0, end; first < sorted.Length; first = end)
        {
            // Who left sight at the same moment was still there.
            var through = 0;
            for (end = first; end < sorted.Length && sorted[end] == sorted[first]; end++) through += done[end] ? 1 : 0;
            if (through == 0) continue;
            share *= 1 - (double)through / (sorted.Length - first);
            at.Add(sorted[first]);
            left.Add(share);
        }

        return (at, left);
    }
}
