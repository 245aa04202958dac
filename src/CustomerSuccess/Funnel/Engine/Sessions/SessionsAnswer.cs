namespace CustomerSuccess.Funnel.Engine.Sessions;

/// <summary>Sessions that began in a period.</summary>
/// <param name="From">First UTC day.</param>
/// <param name="To">Last UTC day.</param>
/// <param name="AsOf">What was stored by then is in it.</param>
/// <param name="Sessions">How many.</param>
/// <param name="Visitors">Of how many visitors.</param>
/// <param name="Pages">How many page views in them.</param>
/// <param name="PagesASession">With two decimals; null without sessions.</param>
/// <param name="BounceRate">Sessions of one page, as a percentage with two decimals.</param>
/// <param name="MedianSeconds">From the first event of a session to its last.</param>
/// <param name="Days">One a day, also where nothing was.</param>
/// <param name="Sources">By the channel of the first page, most first.</param>
/// <param name="TopPages">The most viewed.</param>
/// <param name="BotEvents">Events of bots that were left out, of all time.</param>
public sealed record SessionsAnswer(
    DateOnly From, DateOnly To, DateTime AsOf, long Sessions, long Visitors, long Pages, decimal? PagesASession, decimal? BounceRate, double? MedianSeconds,
    IReadOnlyList<SessionsAnswer.Day> Days, IReadOnlyList<SessionsAnswer.Source> Sources, IReadOnlyList<SessionsAnswer.Page> TopPages, long BotEvents)
{
    /// <param name="Date">The day on which they began.</param>
    /// <param name="Sessions">How many.</param>
    /// <param name="Pages">Page views in them.</param>
    /// <param name="Bounces">Those of one page.</param>
    /// <param name="MeanSeconds">How long they were; null without any.</param>
    public sealed record Day(DateOnly Date, long Sessions, long Pages, long Bounces, double? MeanSeconds);

    /// <param name="Channel">direct, search, social, ai, email, referral, …</param>
    /// <param name="Sessions">How many.</param>
    public sealed record Source(string Channel, long Sessions);

    /// <param name="Path">Without host and query.</param>
    /// <param name="Views">How often it was seen in sessions.</param>
    /// <param name="Entries">How many sessions began with it.</param>
    /// <param name="Exits">How many ended with it.</param>
    /// <param name="MeanSeconds">Until the next thing that happened in the session; of the last page nobody knows.</param>
    public sealed record Page(string Path, long Views, long Entries, long Exits, double? MeanSeconds);
}
