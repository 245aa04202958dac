using CustomerSuccess.Customers;
using CustomerSuccess.Customers.Notes;
using CustomerSuccess.Customers.People;
using CustomerSuccess.Engagement;
using CustomerSuccess.Health;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CustomerSuccess.Web.CustomerPage;

/// <summary>What the page of a customer shows, for programs.</summary>
public static class GetOverview
{
    /// <summary>Period: the last days asked for; Lifetime: everything; Days: every day of the period.</summary>
    public sealed record Activity(GetEngagement.Totals Period, GetEngagement.Totals Lifetime, IReadOnlyList<GetEngagement.Day> Days);

    public sealed record Score(DateOnly Day, int Value);

    /// <summary>Taken: done or scheduled in the last 14 days.</summary>
    public sealed record Action(string Name, string Title, string Why, string? Taken);

    /// <summary>Scores: one a day, at most 90, between two changes the same.</summary>
    public sealed record Answer(
        Customer Customer, OnboardingRecord Onboarding, GetHealth.Answer Health, Activity Engagement, IReadOnlyList<Score> Scores,
        IReadOnlyList<Person> People, IReadOnlyList<Note> Notes, IReadOnlyList<Action> Actions);

    /// <summary>
    /// Everything about a customer at once: fields, onboarding, health with its proof, engagement, people, notes and what to do next.
    /// days: 7, 30 or 90; as_of: health as it was at the end of a past day (as of today where nothing was known then).
    /// </summary>
    public static async Task<Results<Ok<Answer>, NotFound>> Handle(string id, [AsParameters] CustomerLook look, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (await CustomerView.Read(db, id, look, clock.Today(), ct) is not { } view) return TypedResults.NotFound();
        return TypedResults.Ok(new Answer(
            view.Customer, view.Onboarding, view.Shown, new Activity(view.Period, view.Lifetime, view.Days),
            [.. CustomerView.ByDay(view.Scores, view.Today).Select(each => new Score(each.Day, each.Score))], view.People, view.Notes,
            [.. view.Proposals("").Select(each => new Action(each.Proposal.Name, each.Proposal.Title, each.Proposal.Why, each.Taken?.Action.Split(':')[^1]))]));
    }
}
