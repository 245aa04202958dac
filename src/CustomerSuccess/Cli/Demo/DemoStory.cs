using System.Globalization;
using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Cli.Demo;

/// <summary>Everything that happened to the customers of the demo up to now, as history. Pure: the same now gives the same events.</summary>
public static class DemoStory
{
    private const int Seed = 20_250_505;
    private const int FirstNumber = 1003;
    private const int Days = 120;

    /// <summary>In the order in which it happened, but customers first: what they visited before they signed up is told of them already.</summary>
    public static IReadOnlyList<Envelope> Tell(DateTime now) =>
        [.. SampleCustomers.Events().Concat(Companies.All.SelectMany((company, n) => Of(company, n, now))).Concat(Surfing.Strangers(now, Days)).OrderBy(e => e.Type == EventTypes.CustomerCreated ? 0 : 1).ThenBy(e => e.OccurredAt)];

    private static List<Envelope> Of(Company company, int number, DateTime now)
    {
        var chance = new Random(Seed + number);
        var told = new Told(string.Create(CultureInfo.InvariantCulture, $"c{FirstNumber + number}"), now);
        var signup = now.Day().AddDays(-company.SignedUp);
        Account(company, told, signup, number);
        var working = Steps(company, told, signup, chance);
        Work.Tell(company, told, working, chance);
        Remarks(company, told, signup, number);
        if (told.Events.FirstOrDefault(e => e.Type == EventTypes.Signup) is { } signed) Surfing.Before(company, told, signed.OccurredAt, number);
        return told.Events;
    }

    private static void Account(Company company, Told told, DateOnly signup, int number)
    {
        told.Tell(signup.Start(), EventTypes.CustomerCreated, new JsonObject
        {
            ["email"] = $"{(company.IsTest ? "probe" : "hello")}@{company.GitHub}.example",
            ["organization"] = company.Name,
            ["github_username"] = company.GitHub,
            ["signup_date"] = signup.Iso(),
            ["cohort"] = company.Cohort,
            ["industry"] = company.Industry,
            ["team_size"] = company.Team,
            ["plan"] = company.Plan,
            ["mrr"] = company.Mrr,
            ["owner"] = company.IsTest ? "" : Staff.All[number % Staff.All.Count].Name,
            ["is_test"] = company.IsTest,
            ["onboarding_row"] = string.Create(CultureInfo.InvariantCulture, $"o{FirstNumber + number}"),
        }, "system", id: $"{EventTypes.CustomerCreated}:{told.Customer}");
        if (company.Contact.Length > 0)
        {
            told.Tell(signup.Start().AddMinutes(1), EventTypes.PersonUpdated, new JsonObject
            {
                ["email"] = $"hello@{company.GitHub}.example",
                ["name"] = company.Contact,
                ["role"] = company.Team > 100 ? "Head of engineering" : "CTO",
            }, "system", person: "p1");
        }

        if (company.Changed is not { } changed) return;
        var at = told.Noon(told.Today.AddDays(-changed.Ago), company.Zone);
        var fields = JsonNode.Parse(changed.Fields.Replace("@at", at.ToString("O", CultureInfo.InvariantCulture), StringComparison.Ordinal))!.AsObject();
        told.Tell(at, EventTypes.CustomerUpdated, fields, "ui", actor: Staff.Actor(number));
    }

    /// <summary>The steps as told by the company; answers with the day from which it works with the product, if it does.</summary>
    private static DateOnly? Steps(Company company, Told told, DateOnly signup, Random chance)
    {
        var days = company.Steps.Split(' ');
        DateOnly? working = null;
        for (var n = 0; n < days.Length; n++)
        {
            if (days[n] == "-") continue;
            var day = signup.AddDays(int.Parse(days[n], CultureInfo.InvariantCulture));
            var step = OnboardingSteps.All[n];
            var at = n == 0 ? told.Fit(day.Start().AddHours(9 - company.Zone * 0.4)) : told.Fit(day.Start().AddHours(10 + n - company.Zone * 0.4).AddMinutes(chance.Next(55)));
            if (step == OnboardingSteps.AccountCreated)
            {
                told.Tell(at, EventTypes.Signup, new JsonObject { ["channel"] = chance.Next(3) switch { 0 => "docs", 1 => "hacker_news", _ => "recommendation" } }, "system");
                // Most make their key at once; a few leave it at the sign-up for some days, or for good.
                if (company.Key is { } later) told.Tell(at.AddHours(later).AddMinutes(company.Team % 23), EventTypes.ApiKeyCreated, [], "system");
            }

            told.Tell(at, EventTypes.StepPrefix + step, [], n switch { 0 or 1 => "system", 4 => "native", _ => "github" }, id: n is 2 or 3 ? $"step:{told.Customer}-{n}" : null);
            if (step == OnboardingSteps.FirstIssueTagged) working = day;
        }

        if (company.Redone is { } redone)
        {
            told.Tell(told.Noon(signup.AddDays(redone.Reset), company.Zone), EventTypes.StepReset, new JsonObject { ["step"] = redone.Step }, "github");
            told.Tell(told.Noon(signup.AddDays(redone.Again), company.Zone), EventTypes.StepPrefix + redone.Step, [], "github");
        }

        foreach (var (step, ago) in company.TakenBack)
            told.Tell(told.Noon(told.Today.AddDays(-ago), company.Zone), EventTypes.StepReset, new JsonObject { ["step"] = step }, "github");
        return working;
    }

    private static void Remarks(Company company, Told told, DateOnly signup, int number)
    {
        if (company.Solved is { } solved)
        {
            var notes = new JsonObject { ["blocker_type"] = solved.Type, ["notes"] = "Waits for an answer from their side." };
            told.Tell(told.Noon(signup.AddDays(solved.From), company.Zone), EventTypes.Blocked, notes, "ui", actor: Staff.Actor(number));
            told.Tell(told.Noon(signup.AddDays(solved.To), company.Zone), EventTypes.Unblocked, new JsonObject { ["notes"] = "Solved together in a call." }, "ui", actor: Staff.Actor(number));
        }

        if (company.Blocker is { } blocker)
        {
            var notes = new JsonObject { ["blocker_type"] = blocker.Type, ["notes"] = blocker.Notes };
            told.Tell(told.Noon(told.Today.AddDays(-blocker.Since), company.Zone), EventTypes.Blocked, notes, "ui", actor: Staff.Actor(number));
        }

        if (company.Refused is { } refused)
        {
            var last = told.Now.AddHours(-refused.HoursAgo);
            told.Tell(last, EventTypes.ApiCallsFailed,
                new JsonObject { ["status"] = refused.Status, ["calls"] = refused.Calls, ["since"] = last.AddHours(-refused.Calls / 3.0).ToString("O", CultureInfo.InvariantCulture) }, "system");
        }

        if (company.Note is { } note)
        {
            told.Tell(told.Noon(told.Today.AddDays(-note.Ago), company.Zone), EventTypes.NoteAdded,
                new JsonObject { ["note_id"] = string.Create(CultureInfo.InvariantCulture, $"n{number + 1}"), ["text"] = note.Text }, "ui", actor: Staff.Actor(number));
        }
    }
}
