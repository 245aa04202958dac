using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Retention;

/// <summary>Of the customers who signed up together, how many were active in each week of their life.</summary>
public static class GetRetention
{
    public const int FewestWeeks = 4, MostWeeks = 52, UsualWeeks = 12;

    /// <param name="Number">0 is the first seven days, the day of sign-up included.</param>
    /// <param name="Of">How many of the cohort have lived this week to its end.</param>
    /// <param name="Active">How many of those were active in it.</param>
    /// <param name="Rate">Active of those as a percentage with two decimals; null where nobody has lived it.</param>
    public sealed record Week(int Number, long Of, long Active, decimal? Rate);

    /// <param name="Name">The Monday of the week of sign-up, or the cohort field.</param>
    /// <param name="Size">How many customers.</param>
    /// <param name="Weeks">One a week of life.</param>
    public sealed record Cohort(string Name, long Size, IReadOnlyList<Week> Weeks);

    /// <param name="By">week or cohort.</param>
    /// <param name="First">First day of sign-up that counts.</param>
    /// <param name="Today">The UTC day it was.</param>
    /// <param name="Cohorts">In the order of their names.</param>
    /// <param name="Curve">All cohorts together.</param>
    public sealed record Answer(string By, DateOnly First, DateOnly Today, IReadOnlyList<Cohort> Cohorts, IReadOnlyList<Week> Curve);

    private sealed record Row(string Cohort, long Size, long[] Lived, long[] Active);

    /// <summary>
    /// Retention of the customers who signed up in the last 4 to 52 weeks (12 unless given), by=week of sign-up or by=cohort. Active means as everywhere:
    /// one of the five counts or an API call on a UTC day. Test and archived customers are left out.
    /// </summary>
    public static async Task<Results<Ok<Answer>, ValidationProblem>> Handle(string? by, string? weeks, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        var (how, many) = Read(by, weeks, faults);
        return faults.Count > 0 ? EventAnswers.Invalid(faults) : TypedResults.Ok(await Run(how, many, db, clock, ct));
    }

    public static (string By, int Weeks) Read(string? by, string? weeks, List<Fault> faults)
    {
        if (by is not (null or "" or "week" or "cohort")) faults.Add(new Fault("by", "must be week or cohort"));
        var many = UsualWeeks;
        if (!string.IsNullOrEmpty(weeks) && (!int.TryParse(weeks, NumberStyles.None, CultureInfo.InvariantCulture, out many) || many is < FewestWeeks or > MostWeeks))
            faults.Add(new Fault("weeks", $"must be a whole number from {FewestWeeks} to {MostWeeks}"));
        return (string.IsNullOrEmpty(by) ? "week" : by, many);
    }

    public static async Task<Answer> Run(string by, int weeks, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var today = clock.Today();
        // Whole weeks, so that the oldest cohort is a whole one.
        var first = today.AddDays(-7 * weeks);
        first = first.AddDays(-(((int)first.DayOfWeek + 6) % 7));
        string Sums(Func<int, string> one) => string.Join(", ", Enumerable.Range(0, weeks).Select(one));
        string Lived(int week) => string.Create(CultureInfo.InvariantCulture, $"m.signup_date + {7 * (week + 1)} <= @today");
        var sql = Sql.Read("Funnel/Engine/Retention/retention.sql")
            .Replace("/*lived*/", Sums(week => $"count(*) filter (where {Lived(week)})"), StringComparison.Ordinal)
            .Replace("/*active*/", Sums(week => string.Create(CultureInfo.InvariantCulture, $"count(*) filter (where {Lived(week)} and a.bits >> {week} & 1 = 1)")), StringComparison.Ordinal);
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(sql, new { by, first, today, weeks }, cancellationToken: ct))).AsList();
        return new Answer(by, first, today, [.. rows.Select(row => new Cohort(row.Cohort, row.Size, Weeks(row.Lived, row.Active)))],
            Weeks([.. Enumerable.Range(0, weeks).Select(n => rows.Sum(row => row.Lived[n]))], [.. Enumerable.Range(0, weeks).Select(n => rows.Sum(row => row.Active[n]))]));
    }

    private static IReadOnlyList<Week> Weeks(long[] lived, long[] active) =>
        [.. lived.Select((of, n) => new Week(n, of, active[n], FunnelAnswer.Rate(active[n], of)))];
}
