using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Figures;
using CustomerSuccess.Funnel.Sections;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Funnel.Journeys;

/// <summary>Which journeys: of customers that have, or have not, completed a stage; or that reached one in some days.</summary>
public sealed record JourneyFilter
{
    public const int MostRows = 200;

    /// <summary>true: has visited the website; false: has not, as far as is known.</summary>
    [FromQuery(Name = "completed_visit")] public string? CompletedVisit { get; init; }

    [FromQuery(Name = "completed_signup")] public string? CompletedSignup { get; init; }

    [FromQuery(Name = "completed_api_key")] public string? CompletedApiKey { get; init; }

    /// <summary>Has called the API successfully.</summary>
    [FromQuery(Name = "completed_activation")] public string? CompletedActivation { get; init; }

    /// <summary>Has called it successfully twice.</summary>
    [FromQuery(Name = "completed_retention")] public string? CompletedRetention { get; init; }

    /// <summary>visit, signup, api_key, activation or retention: reached it in the window that days, or from and to, give.</summary>
    [FromQuery(Name = "reached")] public string? Reached { get; init; }

    /// <summary>The channel of the first touch: direct, search, social, ai, email, referral, …</summary>
    [FromQuery(Name = "channel")] public string? Channel { get; init; }

    /// <summary>The section of the website the first touch was on, as in Docs.</summary>
    [FromQuery(Name = "landed")] public string? Landed { get; init; }

    /// <summary>true: has called the API, whether or not that worked.</summary>
    [FromQuery(Name = "called")] public bool? Called { get; init; }

    /// <summary>Has called successfully on at least so many days, 1 to 30.</summary>
    [FromQuery(Name = "active_days")] public int? ActiveDays { get; init; }

    /// <summary>true: the last call failed.</summary>
    [FromQuery(Name = "stuck")] public bool? Stuck { get; init; }

    [FromQuery(Name = "days")] public string? Days { get; init; }

    [FromQuery(Name = "from")] public string? From { get; init; }

    [FromQuery(Name = "to")] public string? To { get; init; }

    /// <summary>Rows of a page, 1 to 200; 50 unless told.</summary>
    [FromQuery(Name = "limit")] public int? Limit { get; init; }

    /// <summary>`next` of the page before.</summary>
    [FromQuery(Name = "after")] public string? After { get; init; }

    /// <summary>The stages asked for, with whether they are reached; a form sends the others empty.</summary>
    public IEnumerable<(string Stage, bool Done)> Completed => Asked.Where(each => each.Done is "true" or "false").Select(each => (each.Stage, each.Done == "true"));

    /// <summary>What is asked of the stages and is neither true nor false.</summary>
    public IEnumerable<Fault> Faults => Asked.Where(each => each.Done is not (null or "" or "true" or "false")).Select(each => new Fault("completed_" + each.Stage, "must be true or false"));

    private (string Stage, string? Done)[] Asked => [("visit", CompletedVisit), ("signup", CompletedSignup), ("api_key", CompletedApiKey), ("activation", CompletedActivation), ("retention", CompletedRetention)];

    public int Rows => Math.Clamp(Limit ?? 50, 1, MostRows);

    /// <summary>The window; null with faults where it makes no sense, null without where none is asked for.</summary>
    public FunnelWindow? Window(DateOnly today, List<Fault> faults) =>
        Reached is null && Days is null && From is null && To is null ? null : FunnelWindow.Read(Days, From, To, today, GetSummary.UsualDays, faults);

    public string Url(string path, params IReadOnlyList<(string Name, string? Value)> changes)
    {
        var values = Completed.Select(each => ("completed_" + each.Stage, (string?)(each.Done ? "true" : "false")))
            .Concat([("reached", Reached), ("channel", Channel), ("landed", Landed), ("called", Called == true ? "true" : null),
                ("active_days", ActiveDays?.ToString(CultureInfo.InvariantCulture)), ("stuck", Stuck == true ? "true" : null), ("days", Days), ("from", From), ("to", To), ("limit", Limit?.ToString(CultureInfo.InvariantCulture))]).ToList();
        foreach (var (name, value) in changes)
        {
            values.RemoveAll(each => each.Item1 == name);
            values.Add((name, value));
        }

        var query = string.Join('&', values.Where(each => !string.IsNullOrEmpty(each.Item2)).Select(each => $"{each.Item1}={Uri.EscapeDataString(each.Item2!)}"));
        return query.Length == 0 ? path : $"{path}?{query}";
    }
}

/// <summary>Journeys of customers, a page at a time, the newest first. Test customers are left out.</summary>
public static class ListJourneys
{
    public sealed record Answer(IReadOnlyList<Journey> Journeys, string? Next);

    /// <summary>
    /// Journeys filtered by the stages completed or not, as in `completed_activation=true&amp;completed_retention=false`; newest first.
    /// `next` is the value of `after` for the next page.
    /// </summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem>> Handle(
        [AsParameters] JourneyFilter filter, NpgsqlDataSource db, ILogger<FunnelWorker> log, TimeProvider clock, CancellationToken ct)
    {
        var faults = filter.Faults.ToList();
        if (filter.Reached is not null && Journey.Column(filter.Reached) is null) faults.Add(new Fault("reached", "must be visit, signup, api_key, activation or retention"));
        if (filter.Limit is < 1 or > JourneyFilter.MostRows) faults.Add(new Fault("limit", $"must be from 1 to {JourneyFilter.MostRows}"));
        var window = filter.Window(clock.Today(), faults);
        if (faults.Count > 0) return EventAnswers.Invalid(faults);
        await FollowEvents.Freshen(db, log, ct);
        return TypedResults.Ok(await Run(db, filter, window, ct));
    }

    public static async Task<Answer> Run(NpgsqlDataSource db, JourneyFilter filter, FunnelWindow? window, CancellationToken ct)
    {
        var values = new DynamicParameters();
        var key = Journey.Column(filter.Reached) is { } column ? "j." + column : "coalesce(j.signup_at, j.first_at, j.key_at, j.first_call_at)";
        var where = new List<string> { $"{key} is not null", "not c.is_test" };
        where.AddRange(filter.Completed.Select(each => $"j.{Journey.Column(each.Stage)} is {(each.Done ? "not " : "")}null"));
        if (window is not null)
        {
            where.Add($"{key} >= @start and {key} < @end");
            values.Add("start", window.Start);
            values.Add("end", window.End);
        }

        if (Place(filter.After) is { } place)
        {
            where.Add($"({key}, j.customer_id) < (@at, @id)");
            values.Add("at", place.At);
            values.Add("id", place.Id);
        }

        await using var connection = await db.OpenConnectionAsync(ct);
        if (filter.Called == true) where.Add("j.first_call_at is not null");
        if (filter.Stuck == true) where.Add("j.last_failed_at is not null and (j.last_ok_at is null or j.last_ok_at < j.last_failed_at)");
        if (filter.ActiveDays is { } least)
        {
            where.Add("cardinality(j.ok_days) >= @least");
            values.Add("least", least);
        }

        await Classified(filter.Channel, "j.first_origin", "origins", Origin.Channel);
        if (!string.IsNullOrEmpty(filter.Landed))
        {
            var settings = await FunnelSettings.Read(connection, ct);
            await Classified(filter.Landed, "visit_page(j.first_touch ->> 'url')", "pages", settings.SectionOf);
        }

        values.Add("limit", filter.Rows + 1);
        var rows = (await connection.QueryAsync<Journey.Row>(new CommandDefinition(
            $"""
            select {Journey.Columns}, {key} as sort_key
            from journeys j join customers c on c.customer_id = j.customer_id
            where {string.Join("\n  and ", where)}
            order by {key} desc, j.customer_id desc
            limit @limit
            """, values, cancellationToken: ct))).AsList();
        var shown = rows.Take(filter.Rows).ToList();
        return new Answer([.. shown.Select(row => row.Shown())], rows.Count > shown.Count ? $"{shown[^1].SortKey:yyyy-MM-ddTHH:mm:ss.ffffff}~{shown[^1].CustomerId}" : null);

        // Classes are made here and not in the database: ask for the different values, and then for those of the class.
        async Task Classified(string? wanted, string value, string name, Func<string, string> classOf)
        {
            if (string.IsNullOrEmpty(wanted)) return;
            var different = await connection.QueryAsync<string>(new CommandDefinition($"select distinct {value} from journeys j where j.first_at is not null", cancellationToken: ct));
            where.Add($"j.first_at is not null and {value} = any(@{name})");
            values.Add(name, different.Where(each => classOf(each) == wanted).ToArray());
        }
    }

    // An address somebody bent is read as the first page.
    private static (DateTime At, string Id)? Place(string? cursor) =>
        cursor is not null && cursor.IndexOf('~') is > 0 and var cut && !cursor.Contains('\0')
        && DateTime.TryParse(cursor[..cut], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? (at, cursor[(cut + 1)..]) : null;
}
