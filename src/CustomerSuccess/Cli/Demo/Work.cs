using System.Globalization;
using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Cli.Demo;

/// <summary>The daily work of a customer of the demo: issues tagged, pull requests made, merged or turned down, calls and questions.</summary>
internal static class Work
{
    private const int Lately = 10;

    private static readonly string[] Repositories = ["api", "web", "billing", "infra", "mobile"];

    private static readonly (string Topic, string Message)[] Questions =
    [
        ("permissions", "How do I let the app open pull requests in one repository only?"),
        ("quality", "The fix renamed a public method. Can we keep names out of it?"),
        ("billing", "Does a closed pull request count towards our plan?"),
        ("setup", "The Action stops with \"resource not accessible by integration\"."),
        ("how_to", "How do I exclude generated code?"),
        ("how_to", "“Can it use our own runner?” asks our security team — and what does it send out?"),
    ];

    public static void Tell(Company company, Told told, DateOnly? working, Random chance)
    {
        var last = told.Today.AddDays(-company.Quiet);
        var issue = 100 + chance.Next(400);
        for (var day = told.Today.AddDays(-company.SignedUp); day <= last; day = day.AddDays(1))
        {
            var rest = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.12 : 1;
            if (chance.NextDouble() < company.Asks * rest) Ask(told, At(told, day, company, chance), chance);
            if (company.Recorded && day.DayOfWeek == DayOfWeek.Friday && day > told.Today.AddDays(-60)) Record(told, day, chance);
            if (working is not { } start || day < start) continue;
            var late = company.MergedLately is not null && day > told.Today.AddDays(-Lately);
            var count = Count(company.Pace * rest * (late ? 2.2 : 1), chance);
            if (count > 0 || chance.NextDouble() < company.Pace * rest * 0.3)
                told.Tell(At(told, day, company, chance), EventTypes.ApiCall, new JsonObject { ["status"] = 200 }, "native", person: "p" + chance.Next(1, Math.Clamp(company.Team / 10, 2, 5)));
            for (; count > 0; count--) Resolve(company, told, At(told, day, company, chance), ++issue, late ? company.MergedLately!.Value : company.Merged, last, chance);
        }
    }

    private static void Resolve(Company company, Told told, DateTime at, int number, double merged, DateOnly last, Random chance)
    {
        var repository = $"https://github.com/{company.GitHub}/{Repositories[number % Math.Clamp(company.Team / 12, 1, 5)]}";
        var issue = string.Create(CultureInfo.InvariantCulture, $"{repository}/issues/{number}");
        var pull = string.Create(CultureInfo.InvariantCulture, $"{repository}/pull/{number + 1000}");
        told.Tell(at, EventTypes.IssueTagged, new JsonObject { ["issue_url"] = issue }, "github");
        var success = chance.NextDouble() < 0.82;
        var took = chance.Next(90, 1800);
        told.Tell(at.AddSeconds(took), EventTypes.IssueResolution, new JsonObject
        {
            ["issue_url"] = issue,
            ["pr_url"] = success ? pull : null,
            ["success"] = success,
            ["duration_ms"] = took * 1000,
        }, "native");
        if (!success) return;
        var closed = at.AddHours(1 + chance.NextDouble() * 40);
        var draw = chance.NextDouble();
        if (closed.Day() > last) return;
        if (draw < merged) told.Tell(closed, EventTypes.PrMerged, new JsonObject { ["pr_url"] = pull }, "github");
        else if (draw < merged + (1 - merged) * 0.7) told.Tell(closed, EventTypes.PrRejected, new JsonObject { ["pr_url"] = pull }, "github");
    }

    private static void Ask(Told told, DateTime at, Random chance)
    {
        var (topic, message) = Questions[chance.Next(Questions.Length)];
        told.Tell(at, EventTypes.SupportRequest, new JsonObject { ["topic"] = topic, ["message"] = message }, "native", person: "p1");
    }

    private static void Record(Told told, DateOnly day, Random chance) =>
        told.Tell(told.Noon(day, 0), EventTypes.EngagementRecorded, new JsonObject
        {
            ["row"] = string.Create(CultureInfo.InvariantCulture, $"e{1004 + told.Events.Count(e => e.Type == EventTypes.EngagementRecorded)}"),
            ["date"] = day.Iso(),
            ["issues_tagged"] = chance.Next(2, 6),
            ["prs_generated"] = 2,
            ["prs_merged"] = 1 + chance.Next(2),
            ["prs_rejected"] = 0,
            ["support_requests"] = 0,
        }, "cli", actor: "cli");

    // A working moment: between nine and five where its people are.
    private static DateTime At(Told told, DateOnly day, Company company, Random chance) =>
        told.Fit(day.Start().AddMinutes(Math.Clamp((9 - company.Zone) * 60 + chance.Next(8 * 60), 5, 23 * 60)));

    // Few on a day, sometimes many; the mean is pace.
    private static int Count(double pace, Random chance)
    {
        var (count, left) = (0, Math.Exp(-pace));
        for (var product = chance.NextDouble(); product > left && count < 12; product *= chance.NextDouble()) count++;
        return count;
    }
}
