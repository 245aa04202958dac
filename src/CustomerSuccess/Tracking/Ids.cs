using System.Globalization;

namespace CustomerSuccess.Tracking;

/// <summary>Ids made here: a letter and a number (c1001). Numbers start at 1001 and none is given twice.</summary>
public static class Ids
{
    public const long First = 1001;

    public static string Next(char prefix, IEnumerable<string> taken)
    {
        var last = First - 1;
        foreach (var id in taken) last = Math.Max(last, Number(prefix, id));
        return prefix + (last + 1).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The number of an id made of this letter and digits; 0 for any other id.</summary>
    public static long Number(char prefix, string id) =>
        id.Length is > 1 and <= 16 && id[0] == prefix && long.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The natural order of ids: c2 before c10. Letters first, then the digits at the end by value, then the text.</summary>
    public static int Compare(string a, string b)
    {
        var (left, right) = (Head(a), Head(b));
        var order = a.AsSpan(0, left).SequenceCompareTo(b.AsSpan(0, right));
        if (order != 0) return order;
        var x = a.AsSpan(left).TrimStart('0');
        var y = b.AsSpan(right).TrimStart('0');
        if (x.Length != y.Length) return x.Length.CompareTo(y.Length);
        order = x.SequenceCompareTo(y);
        return order != 0 ? order : string.CompareOrdinal(a, b);
    }

    /// <summary>The id of a day that was counted from events rather than recorded.</summary>
    public static string OfDay(string customerId, DateOnly day) =>
        $"e-{customerId}-{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";

    private static int Head(string id)
    {
        var at = id.Length;
        while (at > 0 && char.IsAsciiDigit(id[at - 1])) at--;
        return at;
    }
}
