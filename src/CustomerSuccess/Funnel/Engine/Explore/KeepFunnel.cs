using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Saved;
using CustomerSuccess.Platform.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Explore;

/// <summary>The page's forms that keep a funnel under a name and give it up.</summary>
public static class KeepFunnel
{
    public sealed record Form
    {
        public string? Name { get; init; }

        /// <summary>The question as the page's address has it.</summary>
        public string? Query { get; init; }
    }

    public static async Task<RedirectHttpResult> Submit([FromForm] Form form, HttpContext http, SaveFunnel save, CancellationToken ct)
    {
        var (asked, faults) = (ExploreForm.Read(form.Query ?? ""), new List<Fault>());
        var request = new SaveFunnel.Request { Name = form.Name, Question = asked.Question(faults) };
        faults.AddRange(save.Faults(request));
        var kept = faults.Count == 0 && await save.Add(request, http.User, ct) is not null;
        Flash.Say(http, kept ? $"“{form.Name!.Trim()}” is kept; everyone finds it on this page." : faults.Count > 0 ? $"Nothing was saved: {faults[0].Field} {faults[0].Message}." : "Nothing was saved: there are too many funnels.");
        return TypedResults.Redirect(asked.Url());
    }

    public static async Task<Results<RedirectHttpResult, NotFound>> Remove(string id, HttpContext http, SaveFunnel save, NpgsqlDataSource db, CancellationToken ct)
    {
        SavedFunnel? saved;
        await using (var connection = await db.OpenConnectionAsync(ct)) saved = await SavedFunnel.Read(connection, id, ct);
        if (saved is null || !await save.GiveUp(id, http.User, ct)) return TypedResults.NotFound();
        Flash.Say(http, $"“{saved.Name}” is no longer kept.");
        return TypedResults.Redirect(ExploreForm.Of(saved.Question).Url());
    }
}
