using CustomerSuccess.Events;
using CustomerSuccess.Events.Visits;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Walk;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Funnel.Engine.Sessions;

/// <summary>Visits to the website: a session is what one visitor did with no pause over thirty minutes.</summary>
internal sealed class GetSessions(LogReadings readings)
{
    public const int UsualDays = 30, MostDays = 366, MostPages = 25;

    // As visits.sql has it: whoever signs in is the visitor of before, and colleagues of one group are several.
    private const string Visitor = "coalesce('~v:' || visitor_id, '~p:' || person_id, subject)";

    // A page or not, the page without host and query, where it came from unless from the same host, and its tags of campaigns.
    private static readonly Reading Visits = new(
        """
        case when type in ('page_view', 'screen_view') then 'p' || chr(9) || left(coalesce(case when url like '/%' then split_part(url, '?', 1)
          else coalesce(nullif(substr(split_part(url, '?', 1), nullif(strpos(substr(split_part(url, '?', 1), 9), '/'), 0) + 8), ''), '/') end, properties ->> 'name', ''), 120)
          || chr(9) || case when split_part(referrer, '/', 3) = split_part(url, '/', 3) then '' else coalesce(left(split_part(referrer, '/', 3), 80), '') end
          || chr(9) || coalesce(left(utm_source, 40), '') || chr(9) || coalesce(left(utm_medium, 40), '')
        else '' end
        """,
        $"""
        (visitor_id is not null or type in ('page_view', 'screen_view', 'page_leave', 'outbound_click')) and type not in ('{string.Join("', '", EventTypes.Reserved.Keys)}')
          and (customer_id is null or customer_id not in (select customer_id from customers where is_test))
        """, [], Visitor);

    /// <summary>
    /// Sessions that began on these UTC days (the last 30 unless given): by day, in all, where they came from, and their pages with entries,
    /// exits and time. Bots and test customers are left out.
    /// </summary>
    public static async Task<Results<Ok<SessionsAnswer>, ValidationProblem, ProblemHttpResult>> Handle(string? from, string? to, GetSessions sessions, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        var period = Read(from, to, clock.Today(), faults);
        if (faults.Count > 0) return EventAnswers.Invalid(faults);
        try
        {
            return TypedResults.Ok(await sessions.Run(period.From, period.To, ct));
        }
        catch (TooLargeException large)
        {
            return TypedResults.Problem(large.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
    }

    public static (DateOnly From, DateOnly To) Read(string? from, string? to, DateOnly today, List<Fault> faults)
    {
        var (first, last) = (today.AddDays(1 - UsualDays), today);
        if (!string.IsNullOrEmpty(to) && !Days.TryParse(to, out last)) faults.Add(new Fault("to", "must be a day like 2026-11-20"));
        else if (!string.IsNullOrEmpty(to) && string.IsNullOrEmpty(from)) first = last.AddDays(1 - UsualDays);
        if (!string.IsNullOrEmpty(from) && !Days.TryParse(from, out first)) faults.Add(new Fault("from", "must be a day like 2026-11-20"));
        else if (faults.Count == 0 && (first > last || last.DayNumber - first.DayNumber >= MostDays)) faults.Add(new Fault("from", $"must be at most {MostDays} days before to"));
        return (first, last);
    }

    public (double Share, long Events) Progress => readings.Of(Visits).Progress;

    public async Task<SessionsAnswer> Run(DateOnly from, DateOnly to, CancellationToken ct)
    {
        var all = new SessionTally([], 0, 0);
        var (asOf, bots) = await readings.Each(Visits, track =>
        {
            var meanings = new SessionTally.Meaning[Packed.Tags];
            for (var tag = 0; tag < track.Labels.Count; tag++) meanings[tag] = Meaning(track.Labels[tag]);
            foreach (var tally in track.WalkActors(() => new SessionTally(meanings, Packed.Micros(from.Start()), Packed.Micros(to.End())), (mine, in _, events) => mine.Count(events), ct)) all.Add(tally);
        }, ct);
        return Answer(all, from, to, asOf, bots);
    }

    private static SessionTally.Meaning Meaning(string label)
    {
        var parts = label.Split('\t');
        return parts.Length < 5 ? default : new(parts[1], Channel.Of(new Visit(null, parts[2].Length == 0 ? null : $"https://{parts[2]}/", parts[3], parts[4])));
    }

    private static SessionsAnswer Answer(SessionTally all, DateOnly from, DateOnly to, DateTime asOf, long bots)
    {
        var days = Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Select(n => from.AddDays(n)).Select(date =>
        {
            var day = all.Days.GetValueOrDefault(date.DayNumber - DateOnly.FromDateTime(Packed.Epoch).DayNumber) ?? new();
            return new SessionsAnswer.Day(date, day.Sessions, day.Pages, day.Bounces, Seconds(day.Micros, day.Sessions));
        }).ToList();
        var (sessions, pages) = (days.Sum(day => day.Sessions), days.Sum(day => day.Pages));
        return new SessionsAnswer(from, to, asOf, sessions, all.Visitors, pages, sessions == 0 ? null : Math.Round((decimal)pages / sessions, 2, MidpointRounding.AwayFromZero),
            FunnelAnswer.Rate(days.Sum(day => day.Bounces), sessions), all.Lengths.Median(), days,
            [.. all.Channels.OrderByDescending(each => each.Value).Select(each => new SessionsAnswer.Source(each.Key, each.Value))],
            [.. all.Pages.OrderByDescending(each => each.Value.Views).ThenBy(each => each.Key, StringComparer.Ordinal).Take(MostPages)
                .Select(each => new SessionsAnswer.Page(each.Key, each.Value.Views, each.Value.Entries, each.Value.Exits, Seconds(each.Value.Micros, each.Value.Timed)))], bots);
    }

    private static double? Seconds(long micros, long of) => of == 0 ? null : Math.Round(micros / 1e6 / of, 1);
}
