using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Engagement;

/// <summary>What a customer did, by day and in total.</summary>
public static class GetEngagement
{
    /// <summary>One UTC day; a day on which nothing happened is all zeros.</summary>
    public sealed record Day(DateOnly Date, long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests, long ApiCalls, long ActivePeople);

    /// <summary>Sums, and the success rate ⌊100·merged/generated⌋, at most 100.</summary>
    public sealed record Totals(
        long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests, long ApiCalls, int SuccessRate, long DaysActive, DateOnly? LastActive);

    /// <summary>Period covers the days asked for; lifetime everything.</summary>
    public sealed record Answer(string CustomerId, DateOnly From, DateOnly To, Totals Period, Totals Lifetime, IReadOnlyList<Day> Days);

    /// <summary>The days from @from on, of one customer.</summary>
    public const string DaysQuery =
        """
        select day as date, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls, active_people
        from activity where customer_id = @id and day between @from and @today order by day
        """;

    /// <summary>One row of lifetime sums; none where nothing was counted.</summary>
    public const string LifetimeQuery =
        """
        select issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls,
          case when prs_generated > 0 then least(100, 100 * prs_merged / prs_generated)::integer else 0 end as success_rate, days_active, last_active
        from engagement where customer_id = @id
        """;

    /// <summary>Per day and in total over the last 7, 30 or 90 days including today, and over the whole lifetime.</summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem>> Handle(string id, string? days, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (days is not (null or "7" or "30" or "90")) return EventAnswers.Invalid([new Fault("days", "must be 7, 30 or 90")]);
        var today = clock.Today();
        var from = today.AddDays(1 - (days is null ? 30 : int.Parse(days)));
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            $"select exists (select 1 from customers where customer_id = @id); {DaysQuery}; {LifetimeQuery}", new { id, from, today }, cancellationToken: ct));
        if (!await read.ReadSingleAsync<bool>()) return TypedResults.NotFound();
        var all = EveryDay((await read.ReadAsync<Day>()).AsList(), from, today);
        return TypedResults.Ok(new Answer(id, from, today, Sum(all), await read.ReadSingleOrDefaultAsync<Totals>() ?? Sum([]), all));
    }

    /// <summary>Also the days on which nothing was counted. Pure.</summary>
    public static IReadOnlyList<Day> EveryDay(IReadOnlyList<Day> counted, DateOnly from, DateOnly to)
    {
        var known = counted.ToDictionary(day => day.Date);
        return [.. Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Select(n => from.AddDays(n))
            .Select(date => known.TryGetValue(date, out var day) ? day : new Day(date, 0, 0, 0, 0, 0, 0, 0))];
    }

    /// <summary>Pure.</summary>
    public static Totals Sum(IReadOnlyList<Day> days)
    {
        var active = days.Where(day => day.IssuesTagged > 0 || day.PrsGenerated > 0 || day.PrsMerged > 0 || day.PrsRejected > 0 || day.SupportRequests > 0 || day.ApiCalls > 0).ToList();
        var (generated, merged) = (days.Sum(day => day.PrsGenerated), days.Sum(day => day.PrsMerged));
        return new Totals(
            days.Sum(day => day.IssuesTagged), generated, merged, days.Sum(day => day.PrsRejected), days.Sum(day => day.SupportRequests), days.Sum(day => day.ApiCalls),
            Counts.Rate(merged, generated), active.Count, active.Count == 0 ? null : active.Max(day => day.Date));
    }
}
