using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Tests.Events;

/// <summary>Makes envelopes the way a test tells a story: who, what, on which day.</summary>
public static class Story
{
    public static readonly DateTime Start = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    public static Envelope Created(string customer, DateOnly? signup = null) => Event(customer, "customer_created", Start, new
    {
        email = $"hello@{customer}.example",
        organization = customer,
        signup_date = (signup ?? Start.Day()).Iso(),
    }) with
    { Id = $"customer_created:{customer}", Source = "system" };

    public static Envelope Event(string customer, string type, DateTime at, object? properties = null, string? id = null) => new()
    {
        Id = id ?? Guid.CreateVersion7().ToString("N"),
        Source = "native",
        Type = type,
        CustomerId = customer,
        OccurredAt = at,
        ReceivedAt = at,
        Properties = JsonSerializer.Serialize(properties ?? new { }),
    };

    /// <summary>A random life of these customers: steps done, reset and done again, URLs seen twice, rows corrected, in any order and late.</summary>
    public static List<Envelope> Random(int seed, string[] customers, int count)
    {
        var chance = new Random(seed);
        var events = new List<Envelope>();
        for (var n = 0; n < count; n++)
        {
            var customer = customers[chance.Next(customers.Length)];
            var at = Start.AddMinutes(chance.Next(0, 10 * 24 * 60) / 30 * 30);
            var step = OnboardingSteps.All[chance.Next(5)];
            var url = $"https://github.com/{customer}/app/pull/{chance.Next(4)}";
            var e = chance.Next(12) switch
            {
                0 or 1 or 2 or 3 => Event(customer, EventTypes.StepPrefix + step, at),
                4 => Event(customer, EventTypes.StepReset, at, new { step }),
                5 => Event(customer, EventTypes.Blocked, at, new { blocker_type = "github_config", notes = "n" + n }),
                6 => Event(customer, EventTypes.Unblocked, at),
                7 => Event(customer, EventTypes.IssueResolution, at, new { issue_url = url.Replace("pull", "issues", StringComparison.Ordinal), pr_url = chance.Next(2) == 0 ? url : null }),
                8 => Event(customer, chance.Next(2) == 0 ? EventTypes.PrMerged : EventTypes.PrGenerated, at, new { pr_url = chance.Next(3) == 0 ? null : url }),
                9 => Event(customer, EventTypes.ApiCall, at) with { PersonId = "p" + chance.Next(3) },
                10 => Recorded(customer, $"e{chance.Next(4)}", at, chance.Next(-2, 3), chance.Next(2)),
                _ => Event(customer, EventTypes.SupportRequest, at, new { topic = "how" }),
            };
            e = e with { Id = string.Create(CultureInfo.InvariantCulture, $"{seed}-{n}"), ReceivedAt = Start.AddDays(10).AddMinutes(n) };
            events.Add(e);
            if (chance.Next(5) == 0) events.Add(e);
        }

        return [.. events.OrderBy(_ => chance.Next())];
    }

    /// <summary>The same of anybody: half of it is done by one of these subjects, who may come to be linked to a customer.</summary>
    public static List<Envelope> OfAnybody(int seed, string[] customers, string[] subjects, int count)
    {
        var chance = new System.Random(seed * 31);
        return [.. Random(seed, customers, count).GroupBy(e => e.Id).SelectMany(same =>
        {
            var who = chance.Next(2) == 0 ? null : subjects[chance.Next(subjects.Length)];
            return same.Select(e => who is null ? e : About(e, who));
        }).OrderBy(_ => chance.Next())];
    }

    public static Envelope About(Envelope e, string subject) => e with
    {
        CustomerId = null,
        GroupId = subject[1] == 'g' ? subject[3..] : null,
        PersonId = subject[1] == 'p' ? subject[3..] : null,
        VisitorId = subject[1] == 'v' ? subject[3..] : null,
    };

    public static Envelope Recorded(string customer, string row, DateTime at, int prs, int copies) => Event(customer, EventTypes.EngagementRecorded, at, new
    {
        row,
        date = at.Day().Iso(),
        issues_tagged = prs,
        prs_generated = prs,
        copies,
    });
}
