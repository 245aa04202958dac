using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Ask;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Funnel.Engine.Saved;

/// <summary>What a saved funnel comes to now.</summary>
internal static class AskSavedFunnel
{
    /// <summary>Answer a saved funnel, over its own days or those given (UTC, both included).</summary>
    public static async Task<Results<Ok<FunnelAnswer>, NotFound, ValidationProblem, ProblemHttpResult>> Handle(
        string id, string? from, string? to, NpgsqlDataSource db, AskFunnel ask, TimeProvider clock, CancellationToken ct)
    {
        SavedFunnel? saved;
        await using (var connection = await db.OpenConnectionAsync(ct)) saved = await SavedFunnel.Read(connection, id, ct);
        if (saved is null) return TypedResults.NotFound();
        var faults = new List<Fault>();
        var question = saved.Question with { From = Day(from, "from", faults) ?? saved.Question.From, To = Day(to, "to", faults) ?? saved.Question.To };
        if (faults.Count > 0) return EventAnswers.Invalid(faults);
        return (await AskFunnel.Handle(question, ask, clock, ct)).Result switch
        {
            Ok<FunnelAnswer> ok => ok,
            ValidationProblem wrong => wrong,
            var other => (ProblemHttpResult)other,
        };
    }

    private static DateOnly? Day(string? text, string field, List<Fault> faults)
    {
        if (text is null) return null;
        if (Days.TryParse(text, out var day)) return day;
        faults.Add(new Fault(field, "must be a day like 2026-11-20"));
        return null;
    }
}
