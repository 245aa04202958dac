using CustomerSuccess.Messages.Templates.Brand;

namespace CustomerSuccess.Messages.Templates.Facts;

/// <summary>Letters to nobody, for a look at a template where there is no customer yet, and to try every template before it is kept. Pure.</summary>
public static class SampleLetters
{
    private static readonly DateOnly Today = new(2025, 5, 5);

    public static object Of(TemplateKind kind, BrandSettings brand) =>
        kind.Letter == typeof(CustomerLetter) ? new CustomerLetter(ReadCustomerLetter.Of(brand), new("Sarah Lindqvist", "Sarah", "sarah@northwind.example"), new(brand.App, brand.Docs, brand.Here + "/preferences/sample"), "May 5", Customer, Onboarding(brand, kind.Name), Usage, Week, Moment(kind.Name))
        : kind.Letter == typeof(StaffLetter) ? new StaffLetter(ReadCustomerLetter.Of(brand), new("Alex Kim", "Alex", "alex@example.com"), ReadCustomerLetter.Links(brand, Customer.Id), "May 5", Customer, Onboarding(brand, kind.Name), Usage, Week,
            new(65, "Needs attention", "down 6", [new("No activity for 9 days."), new("Score 65, 6 less than 7 days ago.")]), Moment(kind.Name))
        : new DigestLetter(ReadCustomerLetter.Of(brand), new("Alex Kim", "Alex", "alex@example.com"), ReadCustomerLetter.Links(brand, ""), "May 5", Team(brand));

    private static CustomerPart Customer { get; } = new(
        "c1001", "Northwind Traders", "sarah@northwind.example", "northwind", "VIP", "Logistics", "Team", "alex@example.com", "April 14, 2025",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "EU" });

    private static UsagePart Usage { get; } = new(12, 7, 5, 71, 482, 9, "May 3", 2);

    private static WeekPart Week { get; } = new("Apr 28", "May 4", false, 5,
        [Figure("Issues", [0, 1, 0, 2, 0, 0, 0, 1, 2, 0, 3, 1, 0, 0]), Figure("Pull requests", [0, 1, 0, 1, 0, 0, 0, 1, 0, 2, 1, 0, 0, 0]), Figure("Merged", [0, 0, 0, 2, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0]), Figure("API calls", [12, 30, 22, 18, 9, 0, 0, 14, 38, 51, 27, 33, 4, 0])],
        Bars.Of(Today.AddDays(-7), [16, 41, 53, 32, 34, 4, 0], 40));

    private static FigurePart Figure(string label, long[] fourteen) => Bars.Figure(label, Today.AddDays(-14), fourteen);

    private static OnboardingPart Onboarding(BrandSettings brand, string kind)
    {
        var all = kind is "onboarding_completed" or "completion_notice";
        var done = all ? 5 : kind switch { "welcome" => 1, "account_created" => 2, "first_issue" or "re_engagement" or "weekly_summary" or "milestone" => 4, "first_pr" => 5, "blocker_notice" or "help_notice" => 2, _ => 3 };
        var steps = OnboardingOf(brand).Select((step, n) => new StepPart(step.Title, n < done, n < done ? $"Apr {14 + 3 * n}" : "")).ToList();
        var next = done < steps.Count ? OnboardingOf(brand)[done] : null;
        return new(done, steps.Count, done * 20, 100 - done * 20, all, all ? "May 3, 2025" : "", all ? 19 : 0, steps, new(next?.Title ?? "", next?.Link ?? ""),
            kind == "blocker_notice", kind == "blocker_notice" ? "GitHub permissions" : "", kind == "blocker_notice" ? "Their administrator has to approve the app. Asked on Tuesday." : "");
    }

    private static List<StepWords> OnboardingOf(BrandSettings brand) => [.. Events.Steps.All.Select(brand.WordsFor)];

    private static MomentPart Moment(string kind) => kind switch
    {
        "first_issue" => new("https://github.com/northwind/shop/issues/42", "", "", 0, ""),
        "first_pr" => new("https://github.com/northwind/shop/pull/43", "", "", 0, ""),
        "milestone" or "milestone_notice" => new("", "Five pull requests merged", "Merged within three weeks, faster than most.", 50, "Shipping"),
        "blocker_notice" => new("", "GitHub permissions", "Their administrator has to approve the app. Asked on Tuesday.", 0, ""),
        "help_notice" => new("", "Install the GitHub Action", "We do not know who may approve the app for our organization. Could somebody call us?", 0, ""),
        _ => new("", "", "", 0, ""),
    };

    private static TeamPart Team(BrandSettings brand)
    {
        AccountPart Account(string name, string why = "", string score = "", string change = "", string tone = "same") => new(name, brand.Here + "/customers", why, score, change, tone);
        return new("Apr 28", "May 4", 142,
            [Figure("New", [1, 0, 2, 1, 0, 0, 1, 2, 1, 0, 3, 1, 0, 1]), Figure("Completed", [0, 1, 0, 0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 0]), Bars.Figure("Active", 97, 103, Bars.Of(Today.AddDays(-7), [71, 76, 74, 69, 63, 12, 9], 28)), Figure("PRs merged", [21, 34, 28, 30, 25, 2, 0, 24, 38, 41, 29, 33, 4, 1])],
            Bars.Shares([("champion", "Champion", 31), ("healthy", "Healthy", 58), ("needs_attention", "Needs attention", 27), ("at_risk", "At risk", 9), ("inactive", "Inactive", 17)]),
            [Account("Parallax Labs"), Account("Bluebird Health"), Account("Tidewater & Sons")], [Account("Northwind Traders", "In 19 days"), Account("Kestrel Analytics", "In 6 days")], 9, 7,
            [Account("Copperfield Systems", "Onboarding is blocked: GitHub permissions. No activity for 12 days.", "31"), Account("Marlowe Retail", "Only 2 of 9 PRs merged.", "44")],
            [Account("Marlowe Retail", "Score 44, 14 less than 7 days ago.", "44", "−14", "down")], [Account("Bluebird Health", "", "78", "+9", "up")]);
    }
}
