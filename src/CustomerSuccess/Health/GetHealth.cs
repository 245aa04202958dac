using CustomerSuccess.Events;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Health;

/// <summary>A customer's score with its proof: every point, the trend and what speaks against it, as of now or of any past day.</summary>
public static class GetHealth
{
    /// <summary>Confidence: low under 3 active days, medium under 10, else high. Changes: against 7 days before, by component; empty without an earlier score.</summary>
    public sealed record Answer(
        string CustomerId, DateOnly AsOf, int Score, string Status, string Band, string Stage, int OnboardingPercent, decimal Raw, decimal Rounding,
        string Model, int Version, string Trend, int? WeekAgo, string Confidence, IReadOnlyList<HealthLine> Components, IReadOnlyList<RiskFactor> RiskFactors,
        IReadOnlyList<HealthChange> Changes);

    /// <summary>The score and why; with as_of, as of the end of that day, with what was known then.</summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem>> Handle(
        string id, [FromQuery(Name = "as_of")] string? asOf, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (PastDay.Fault(asOf, clock, out var day) is { } fault) return EventAnswers.Invalid([fault]);
        return await Run(db, [id], day, clock, ct) is [var answer] ? TypedResults.Ok(answer) : TypedResults.NotFound();
    }

    /// <summary>The same for many customers; those that do not exist are left out.</summary>
    public static async Task<IReadOnlyList<Answer>> Run(NpgsqlDataSource db, string[] customers, DateOnly? asOf, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var today = clock.Today();
        var day = asOf ?? today;
        var facts = asOf is null || asOf == today
            ? await Facts.Now(connection, null, customers, ct)
            : await Facts.AsOf(connection, null, customers, day, ct);
        var weekAgo = (await Facts.AsOf(connection, null, customers, day.AddDays(-7), ct)).ToDictionary(one => one.CustomerId, StringComparer.Ordinal);
        return [.. facts.Select(one => Explain(one, weekAgo.GetValueOrDefault(one.CustomerId), day))];
    }

    /// <summary>The score with its proof, against what was known 7 days before, if anything was. Pure.</summary>
    public static Answer Explain(HealthFacts facts, HealthFacts? weekAgo, DateOnly day)
    {
        var before = weekAgo is null ? null : ScoreHealth.Of(weekAgo, HealthModel.EarlyAccess, day.AddDays(-7));
        return Explain(facts, before?.Score, before?.Lines ?? [], day);
    }

    /// <summary>The score with its proof, against what it was 7 days before. Pure.</summary>
    public static Answer Explain(HealthFacts facts, int? weekAgo, IReadOnlyList<HealthLine> linesWeekAgo, DateOnly day)
    {
        var score = ScoreHealth.Of(facts, HealthModel.EarlyAccess, day);
        return new Answer(
            facts.CustomerId, day, score.Score, score.Status, score.Band, OnboardingSteps.Stage(facts.Steps, facts.Completed),
            OnboardingSteps.Percentage(System.Numerics.BitOperations.PopCount((uint)facts.Steps)), score.Raw, score.Score - score.Raw,
            score.Model, score.Version, ScoreHealth.Trend(score.Score, weekAgo), weekAgo,
            facts.DaysActive < 3 ? "low" : facts.DaysActive < 10 ? "medium" : "high",
            score.Lines, RiskFactors.Of(facts, score, weekAgo, day), weekAgo is null ? [] : HealthChange.Between(linesWeekAgo, score.Lines));
    }
}
