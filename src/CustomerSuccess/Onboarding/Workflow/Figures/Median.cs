namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>The middle of many numbers, without putting all of them in order. Pure.</summary>
public static class Median
{
    /// <summary>The middle one; of an even number the mean of the middle two. Of at least one; turns them round as it goes.</summary>
    public static decimal Of(Span<int> values)
    {
        var upper = Nth(values, values.Length / 2);
        if (values.Length % 2 == 1) return upper;
        // All that are less stand before it by now.
        var lower = int.MinValue;
        foreach (var value in values[..(values.Length / 2)]) lower = Math.Max(lower, value);
        return (lower + (decimal)upper) / 2;
    }

    // Hoare's selection: the nth smallest.
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
