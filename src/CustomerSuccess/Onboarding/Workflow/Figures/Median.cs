using System.Runtime.InteropServices;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>Means and medians of seconds, said in hours with one decimal, half up; null of nothing. Pure.</summary>
public static class Median
{
    public static decimal? Hours(List<int> seconds) => seconds.Count == 0 ? null : Hours(Of(seconds));

    public static decimal? Mean(List<int> seconds) => seconds.Count == 0 ? null : Hours((decimal)seconds.Sum(each => (long)each) / seconds.Count);

    /// <summary>The middle one; of an even number the mean of the middle two. Turns the list round as it goes.</summary>
    public static decimal Of(List<int> values)
    {
        var span = CollectionsMarshal.AsSpan(values);
        var upper = Nth(span, span.Length / 2);
        if (span.Length % 2 == 1) return upper;
        // All that are less stand before it by now.
        var lower = int.MinValue;
        foreach (var value in span[..(span.Length / 2)]) lower = Math.Max(lower, value);
        return (lower + (decimal)upper) / 2;
    }

    private static decimal Hours(decimal seconds) => Math.Round(seconds / 3600, 1, MidpointRounding.AwayFromZero);

    // Hoare's selection: the nth smallest, without sorting the rest.
    private static int Nth(Span<int> values, int nth)
    {
        var (low, high) = (0, values.Length - 1);
        while (low < high)
        {
            var pivot = values[low + (high - low) / 2];
            var (left, right) = (low, high);
            while (left <= right)
            {
                while (values[left] < pivot) left++;
                while (values[right] > pivot) right--;
                if (left <= right) (values[left], values[right]) = (values[right--], values[left++]);
            }

            if (nth <= right) high = right;
            else if (nth >= left) low = left;
            else break;
        }

        return values[nth];
    }
}
