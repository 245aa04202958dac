using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Funnel.Engine.Memory;
using CustomerSuccess.Funnel.Engine.Pages;
using CustomerSuccess.Funnel.Engine.Saved;
using CustomerSuccess.Platform;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Explore;

/// <summary>What the page of ad hoc funnels shows.</summary>
/// <param name="Form">What was asked.</param>
/// <param name="Rows">How many rows for steps the form has.</param>
/// <param name="Types">Event types there are, with how many events, most first.</param>
/// <param name="Faults">What is wrong with the question.</param>
/// <param name="Answer">Null where nothing was asked, or it is not there yet.</param>
/// <param name="Reading">How much of the log is read (0 to 1) and how many events that were, while the answer is not there yet.</param>
/// <param name="TooLarge">Why there will be no answer.</param>
/// <param name="Saved">Funnels that are kept.</param>
public sealed record ExploreModel(
    ExploreForm Form, int Rows, IReadOnlyList<(string Type, long Count)> Types, IReadOnlyList<Fault> Faults, FunnelAnswer? Answer,
    (double Share, long Events)? Reading, string? TooLarge, IReadOnlyList<SavedFunnel> Saved);

/// <summary>Funnels put together on a page. While the log is read, the page says how far that is and asks again.</summary>
internal static class ShowExplore
{
    private const int FewestRows = 3;

    public static async Task<RazorComponentResult<ExplorePage>> Handle(HttpContext http, LogReadings readings, AskFunnel ask, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        var form = ExploreForm.Read(http.Request.QueryString.Value ?? "");
        var faults = new List<Fault>();
        var funnel = form.Empty ? null : CheckFunnel.Of(form.Question(faults), clock.Today(), faults);
        if (faults.Count > 0) funnel = null;
        var rows = Math.Clamp(int.TryParse(http.Request.Query["rows"].ToString(), out var wished) ? wished : 0, Math.Max(FewestRows, form.Rows.Count), CheckFunnel.MostSteps);
        var saved = await SavedFunnel.All(db, ct);
        var types = new List<(string, long)>();
        FunnelAnswer? answer = null;
        string? tooLarge = null;
        var reading = readings.Everything;
        var there = false;
        try
        {
            there = await Patience.Within(wanted => Types(readings, db, types, wanted), ct);
            if (there && funnel is not null)
            {
                reading = readings.Of(new Plan(funnel).Reading);
                there = await Patience.Within(async wanted => answer = await ask.Run(funnel, wanted), ct);
            }
        }
        catch (TooLargeException large)
        {
            (there, tooLarge) = (true, large.Message);
        }

        return new RazorComponentResult<ExplorePage>(new { Model = new ExploreModel(form, rows, types, faults, answer, there ? null : reading.Progress, tooLarge, saved) });
    }

    private static async Task Types(LogReadings readings, NpgsqlDataSource db, List<(string, long)> types, CancellationToken ct)
    {
        try
        {
            var track = await readings.Everything.Now(ct);
            types.AddRange(track.Labels.Select((label, tag) => (label, track.Counts[tag])).Where(each => each.Item2 > 0 && each.label != track.Labels[Labels.Bot]).OrderByDescending(each => each.Item2));
        }
        catch (ReadLog.TooMany)
        {
            // The log does not stay in memory: a hundredth of it tells what there is.
            await using var connection = await db.OpenConnectionAsync(ct);
            types.AddRange(await connection.QueryAsync<(string, long)>(new CommandDefinition(
                "select type, count(*) * 100 from events tablesample system (1) group by type order by 2 desc limit 500", cancellationToken: ct)));
        }
    }
}
