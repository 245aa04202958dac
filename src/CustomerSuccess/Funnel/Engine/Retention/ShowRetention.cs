using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Pages;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Retention;

/// <summary>The page of retention. What makes no sense in its address counts as left out.</summary>
public static class ShowRetention
{
    public static async Task<RazorComponentResult<RetentionPage>> Handle(string? by, string? weeks, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var faults = new List<Fault>();
        var (how, many) = GetRetention.Read(by, weeks, faults);
        if (faults.Count > 0) (how, many) = ("week", GetRetention.UsualWeeks);
        return new RazorComponentResult<RetentionPage>(new { Answer = await GetRetention.Run(how, many, db, clock, ct), Weeks = many });
    }
}
