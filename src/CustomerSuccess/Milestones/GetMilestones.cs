using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Analytics;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace CustomerSuccess.Milestones;

/// <summary>Milestones: what there is, how far a customer is, and what they tell about all customers.</summary>
public static class GetMilestones
{
    /// <summary>A milestone as it is now. ReachedOn: in words. Plans, cohorts: of whom it is for; empty for everybody.</summary>
    public sealed record Shown(
        string Id, string Title, string Words, string ReachedOn, int Needed, int Points, string Badge, IReadOnlyList<string> Celebrate, IReadOnlyList<string> Plans, IReadOnlyList<string> Cohorts, bool Off);

    /// <summary>Customer: with customer_id, that customer's progress. Analytics: without it, figures over all customers.</summary>
    public sealed record Answer(int Version, string Title, IReadOnlyList<Shown> Milestones, CustomerMilestones? Customer, MilestoneAnalytics? Analytics);

    /// <summary>
    /// All milestones; with customer_id how far that customer is, without it the analytics: how many reached each, how fast, and whether those who reached it
    /// within their first landmark days (7, 30 or 90; 30 unless told) stay more often than those who did not.
    /// </summary>
    public static async Task<Results<Ok<Answer>, NotFound, ValidationProblem>> Handle(
        [FromQuery(Name = "customer_id")] string? customer, string? landmark, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (TakeFigures.Landmark(landmark) is not { } days) return EventAnswers.Invalid([new Fault("landmark", $"must be one of {string.Join(", ", TakeFigures.Landmarks)} days")]);
        await using var connection = await db.OpenConnectionAsync(ct);
        var book = await KnownBooks.Current(connection, null, ct);
        IReadOnlyList<Shown> shown = [.. book.Milestones.Select(one => new Shown(one.Id, one.Title, one.Words, one.ReachedOn.ToString(), one.ReachedOn.Needed, one.Points, one.Badge ?? "",
            one.Celebrate, one.Audience?.Plans ?? [], one.Audience?.Cohorts ?? [], one.Off))];
        if (string.IsNullOrEmpty(customer)) return TypedResults.Ok(new Answer(book.Version, book.Title, shown, null, MilestoneAnalytics.Of(book, await TakeFigures.Latest(connection, days, clock.Now(), ct))));
        return await ReadProgress.One(connection, customer, clock.Today(), ct) is { } progress ? TypedResults.Ok(new Answer(book.Version, book.Title, shown, progress, null)) : TypedResults.NotFound();
    }
}
