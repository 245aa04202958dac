using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Cli.Demo;

/// <summary>The two customers of the tracking files' documentation, row by row as an import of those files would bring them.</summary>
public static class SampleCustomers
{
    public static IEnumerable<Envelope> Events() =>
    [
        .. Of("c1001", "o1001", "john@example.com", "Acme Inc", "acme-dev", new(2025, 5, 1), "SaaS", 12, done: 4, "", "Authentication issues resolved"),
        .. Of("c1002", "o1002", "sarah@example.com", "TechCorp", "techcorp-dev", new(2025, 5, 3), "FinTech", 25, done: 3, "github_config", "Needs help with repository permissions"),
        Row("e1001", "c1001", new(2025, 5, 2), 5, 3, 2, 1, 1),
        Row("e1002", "c1001", new(2025, 5, 3), 7, 4, 3, 1, 0),
        Row("e1003", "c1002", new(2025, 5, 4), 3, 0, 0, 0, 2),
    ];

    private static IEnumerable<Envelope> Of(
        string id, string row, string email, string organization, string gitHub, DateOnly signup, string industry, int team, int done, string blocker, string notes)
    {
        var at = signup.Start();
        yield return Event(id, $"{EventTypes.CustomerCreated}:{id}", EventTypes.CustomerCreated, at, new JsonObject
        {
            ["email"] = email,
            ["organization"] = organization,
            ["github_username"] = gitHub,
            ["signup_date"] = signup.Iso(),
            ["cohort"] = "VIP",
            ["industry"] = industry,
            ["team_size"] = team,
            ["status"] = "active",
            ["onboarding_row"] = row,
        });
        // The files name no day for a step: it counts from signup, and its time is unknown.
        foreach (var step in OnboardingSteps.All.Take(done))
            yield return Event(id, $"{row}:{step}", EventTypes.StepPrefix + step, at, new JsonObject { ["untimed"] = true });
        yield return blocker.Length > 0
            ? Event(id, $"{row}:blocker", EventTypes.Blocked, at, new JsonObject { ["blocker_type"] = blocker, ["notes"] = notes })
            : Event(id, $"{row}:blocker", EventTypes.Unblocked, at, new JsonObject { ["notes"] = notes });
    }

    private static Envelope Row(string row, string customer, DateOnly day, int tagged, int generated, int merged, int rejected, int support) =>
        Event(customer, row, EventTypes.EngagementRecorded, day.Start().AddHours(12), new JsonObject
        {
            ["row"] = row,
            ["date"] = day.Iso(),
            ["issues_tagged"] = tagged,
            ["prs_generated"] = generated,
            ["prs_merged"] = merged,
            ["prs_rejected"] = rejected,
            ["support_requests"] = support,
        });

    private static Envelope Event(string customer, string id, string type, DateTime at, JsonObject properties) => new()
    {
        Id = id,
        Source = "csv",
        Type = type,
        CustomerId = customer,
        OccurredAt = at,
        ReceivedAt = at,
        Properties = properties.ToJsonString(),
        History = true,
        Actor = "cli",
    };
}
