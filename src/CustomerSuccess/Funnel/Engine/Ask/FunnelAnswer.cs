namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>What a funnel came to.</summary>
/// <param name="From">First UTC day whose entries count.</param>
/// <param name="To">Last UTC day whose entries count.</param>
/// <param name="AsOf">What was stored by then is in it.</param>
/// <param name="Unit">person or customer.</param>
/// <param name="Steps">One a step.</param>
/// <param name="Entered">How many reached the first step.</param>
/// <param name="Converted">How many reached the last.</param>
/// <param name="Conversion">Converted of entered as a percentage with two decimals; null where nobody entered.</param>
/// <param name="MedianSeconds">From the entry to the last step, of those who converted; null where nobody did.</param>
/// <param name="Histogram">How long they took.</param>
/// <param name="Breakdown">By segment, largest first; empty unless asked for.</param>
/// <param name="Before">The period of the same length before; null unless asked for.</param>
/// <param name="BotEvents">Events of bots that were left out.</param>
public sealed record FunnelAnswer(
    DateOnly From, DateOnly To, DateTime AsOf, string Unit, IReadOnlyList<FunnelAnswer.Step> Steps, long Entered, long Converted, decimal? Conversion,
    double? MedianSeconds, IReadOnlyList<FunnelAnswer.Bar> Histogram, IReadOnlyList<FunnelAnswer.Segment> Breakdown, FunnelAnswer.Earlier? Before, long BotEvents)
{
    /// <param name="Name">As page_view of /pricing.</param>
    /// <param name="Count">How many came this far.</param>
    /// <param name="OfFirst">Of those who entered, as a percentage with two decimals; null where nobody did.</param>
    /// <param name="OfPrevious">Of those who reached the step before.</param>
    /// <param name="Dropped">How many came this far and no further.</param>
    /// <param name="MedianSeconds">From the step before to this one; null for the first step and where nobody came.</param>
    public sealed record Step(string Name, long Count, decimal? OfFirst, decimal? OfPrevious, long Dropped, double? MedianSeconds);

    /// <param name="UpToSeconds">Took at most this long, and longer than the bar before says.</param>
    /// <param name="Count">How many.</param>
    public sealed record Bar(long UpToSeconds, long Count);

    /// <param name="Value">The segment; (none) where nothing is known, (other) for the small ones together.</param>
    /// <param name="Counts">How many reached each step.</param>
    /// <param name="Conversion">Last of first, as a percentage with two decimals.</param>
    public sealed record Segment(string Value, IReadOnlyList<long> Counts, decimal? Conversion);

    /// <param name="From">First UTC day.</param>
    /// <param name="To">Last UTC day.</param>
    /// <param name="Counts">How many reached each step.</param>
    /// <param name="Conversion">Last of first, as a percentage with two decimals.</param>
    public sealed record Earlier(DateOnly From, DateOnly To, IReadOnlyList<long> Counts, decimal? Conversion);

    /// <summary>Part of whole with two decimals, halves up: 45 of 1234 is 3.65. Null where the whole is 0.</summary>
    public static decimal? Rate(long part, long whole) => whole == 0 ? null : Math.Round(100m * part / whole, 2, MidpointRounding.AwayFromZero);
}
