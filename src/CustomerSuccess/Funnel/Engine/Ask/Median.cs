using System.Runtime.CompilerServices;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>The middle value. Hoare's selection: half a million values need not be sorted to find it.</summary>
internal static class Median
{
    /// <summary>In seconds, of microseconds; of an even number the mean of the two in the middle, null of none. Leaves the values in another order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double? Seconds(Span<long> micros)
    {
        if (micros.Length == 0) return null;
        var upper = Nth(micros, micros.Length / 2);
        if (micros.Length % 2 == 1) return upper / 1e6;
        var lower = long.MinValue;
        foreach (var value in micros[..(micros.Length / 2)]) lower = Math.Max(lower, value);
        return (lower + upper) / 2e6;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Nth(Span<long> values, int n)
    {
        var (left, right) = (0, values.Length - 1);
        while (left < right)
        {
            var pivot = values[left + (right - left) / 2];
            var (i, j) = (left, right);
            while (i <= j)
            {
                while (values[i] < pivot) i++;
                while (values[j] > pivot) j--;
                if (i > j) break;
                (values[i], values[j]) = (values[j], values[i]);
                (i, j) = (i + 1, j - 1);
            }

            if (n <= j) right = j;
            else if (n >= i) left = i;
            else break;
        }

        return values[n];
    }
}
