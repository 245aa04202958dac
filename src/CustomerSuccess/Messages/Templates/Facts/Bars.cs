using CustomerSuccess.Platform;
using System.Globalization;

namespace CustomerSuccess.Messages.Templates.Facts;

/// <summary>Figures for charts that are made of table cells. Pure.</summary>
public static class Bars
{
    /// <summary>One bar a day; the highest has the full height, a day without any a thin line.</summary>
    public static IReadOnlyList<BarPart> Of(DateOnly from, IReadOnlyList<long> values, int height)
    {
        var most = Math.Max(1, values.Max());
        return [.. values.Select((value, n) => new BarPart(
            from.AddDays(n).ToString("ddd", CultureInfo.InvariantCulture), value, value == 0 ? 2 : (int)Math.Max(4, height * value / most), value == 0 ? "rest" : "bar"))];
    }

    /// <summary>A figure of fourteen days: the last seven against the seven before.</summary>
    public static FigurePart Figure(string label, DateOnly from, IReadOnlyList<long> fourteen)
    {
        var (before, now) = (fourteen.Take(7).Sum(), fourteen.Skip(7).Sum());
        return Figure(label, now, before, Of(from, [.. fourteen.Skip(7)], 28));
    }

    public static FigurePart Figure(string label, long now, long before, IReadOnlyList<BarPart> bars) => new(
        label, now, before, Change(now - before), now > before ? "up" : now < before ? "down" : "same", bars);

    public static string Change(long by) => by > 0 ? $"up {by:#,0}" : by < 0 ? $"down {-by:#,0}" : "same";

    /// <summary>Shares in whole percent, and widths that fill a bar: what truncation leaves goes to the largest.</summary>
    public static IReadOnlyList<SharePart> Shares(IReadOnlyList<(string Tone, string Label, long Value)> parts)
    {
        var whole = parts.Sum(part => part.Value);
        var largest = parts.MaxBy(part => part.Value).Tone;
        var rest = whole == 0 ? 0 : 100 - parts.Sum(part => Percent.Of(part.Value, whole));
        return [.. parts.Select(part => new SharePart(part.Label, part.Value, Percent.Of(part.Value, whole), Percent.Of(part.Value, whole) + (part.Tone == largest ? rest : 0), part.Tone))];
    }
}
