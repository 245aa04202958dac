using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Pages;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Journeys;

/// <summary>The list of journeys: who is behind each figure of the funnel.</summary>
public static class ShowJourneys
{
    public static async Task<RazorComponentResult<JourneysPage>> Handle([AsParameters] JourneyFilter filter, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        // An address somebody bent shows what of it makes sense.
        var window = filter.Window(clock.Today(), []);
        if (Journey.Column(filter.Reached) is null) filter = filter with { Reached = null };
        return new(new { Filter = filter, Answer = await ListJourneys.Run(db, filter, window, ct), Window = window });
    }
}
