using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Explore;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Funnel.Engine.Sessions;

/// <summary>The page of sessions. What makes no sense in its address counts as left out.</summary>
internal static class ShowSessions
{
    public static async Task<RazorComponentResult<SessionsPage>> Handle(string? days, GetSessions sessions, TimeProvider clock, CancellationToken ct)
    {
        var many = days is "7" or "90" ? int.Parse(days, System.Globalization.CultureInfo.InvariantCulture) : GetSessions.UsualDays;
        var today = clock.Today();
        SessionsAnswer? answer = null;
        string? tooLarge = null;
        try
        {
            await Patience.Within(async wanted => answer = await sessions.Run(today.AddDays(1 - many), today, wanted), ct);
        }
        catch (TooLargeException large)
        {
            tooLarge = large.Message;
        }

        return new RazorComponentResult<SessionsPage>(new { Answer = answer, Days = many, Reading = sessions.Progress, TooLarge = tooLarge });
    }
}
