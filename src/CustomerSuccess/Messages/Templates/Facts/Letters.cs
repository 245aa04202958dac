using System.ComponentModel;

namespace CustomerSuccess.Messages.Templates.Facts;

// What templates can name: customer.organization is CustomerPart.Organization. The description stands beside the editor.

/// <summary>To a customer. Nothing that is only ours to know (health, money, owners' notes) is in it.</summary>
public sealed record CustomerLetter(
    [property: Description("The company that writes")] BrandPart Brand,
    [property: Description("Who gets it")] RecipientPart Recipient,
    [property: Description("Addresses to lead to")] CustomerLinks Links,
    [property: Description("The day it is sent, May 5")] string Today,
    [property: Description("The account")] CustomerPart Customer,
    [property: Description("The steps to the first success")] OnboardingPart Onboarding,
    [property: Description("Since signing up")] UsagePart Usage,
    [property: Description("The seven days that ended yesterday, and the seven before")] WeekPart Week,
    [property: Description("What just happened")] MomentPart Moment);

/// <summary>To the team about one customer.</summary>
public sealed record StaffLetter(
    [property: Description("The company that writes")] BrandPart Brand,
    [property: Description("Who gets it")] RecipientPart Recipient,
    [property: Description("Addresses to lead to")] StaffLinks Links,
    [property: Description("The day it is sent, May 5")] string Today,
    [property: Description("The account")] CustomerPart Customer,
    [property: Description("The steps to the first success")] OnboardingPart Onboarding,
    [property: Description("Since signing up")] UsagePart Usage,
    [property: Description("The seven days that ended yesterday, and the seven before")] WeekPart Week,
    [property: Description("How the customer stands")] HealthPart Health,
    [property: Description("What just happened")] MomentPart Moment);

/// <summary>To the team about all customers.</summary>
public sealed record DigestLetter(
    [property: Description("The company that writes")] BrandPart Brand,
    [property: Description("Who gets it")] RecipientPart Recipient,
    [property: Description("Addresses to lead to")] StaffLinks Links,
    [property: Description("The day it is sent, May 5")] string Today,
    [property: Description("All customers together")] TeamPart Team);

public sealed record BrandPart(
    [property: Description("The company's name")] string Company,
    [property: Description("The postal address")] string Address);

public sealed record RecipientPart(
    [property: Description("Full name, may be empty")] string Name,
    [property: Description("First name, may be empty")] string FirstName,
    [property: Description("Email address")] string Email);

public sealed record CustomerLinks(
    [property: Description("Your product")] string App,
    [property: Description("Your documentation")] string Docs,
    [property: Description("Where the customer chooses what to get")] string Preferences);

public sealed record StaffLinks(
    [property: Description("The dashboard here")] string Dashboard,
    [property: Description("The customer's page here")] string Customer,
    [property: Description("All who are at risk")] string AtRisk);

public sealed record CustomerPart(
    [property: Description("c1001")] string Id,
    [property: Description("The account's name")] string Organization,
    [property: Description("Email address of the account")] string Email,
    [property: Description("GitHub login")] string GithubUsername,
    [property: Description("VIP")] string Cohort,
    [property: Description("Industry")] string Industry,
    [property: Description("Plan")] string Plan,
    [property: Description("Email address of who looks after the account")] string Owner,
    [property: Description("Day of signing up, May 1, 2025")] string SignupDate,
    [property: Description("Any trait by its name, customer.traits.region; empty where it is not set")] IReadOnlyDictionary<string, string> Traits);

public sealed record OnboardingPart(
    [property: Description("Steps done")] int Done,
    [property: Description("Steps there are")] int Total,
    [property: Description("0 to 100")] int Percent,
    [property: Description("100 less percent")] int Left,
    [property: Description("All done once")] bool Completed,
    [property: Description("May 6, 2025; empty until then")] string CompletedDate,
    [property: Description("From signing up, 0 until then")] int DaysToComplete,
    [property: Description("Every step: title, done, date")] IReadOnlyList<StepPart> Steps,
    [property: Description("The first step not done; empty when all are")] NextPart Next,
    [property: Description("Something stands in the way")] bool Blocked,
    [property: Description("What, in words")] string Blocker,
    [property: Description("What was noted about it")] string Notes);

public sealed record StepPart(
    [property: Description("What to do")] string Title,
    [property: Description("Whether it is")] bool Done,
    [property: Description("Day, May 3; empty where unknown")] string Date);

public sealed record NextPart(
    [property: Description("What to do")] string Title,
    [property: Description("Where")] string Link);

public sealed record UsagePart(
    [property: Description("Issues tagged")] long Issues,
    [property: Description("Pull requests made")] long Prs,
    [property: Description("Pull requests merged")] long Merged,
    [property: Description("Merged of made, 0 to 100")] int SuccessRate,
    [property: Description("API calls")] long ApiCalls,
    [property: Description("Days with activity")] long DaysActive,
    [property: Description("Day of the last activity, May 3; empty for none")] string LastActive,
    [property: Description("Days since the last activity, or since signing up")] int DaysIdle);

public sealed record WeekPart(
    [property: Description("First day, Apr 28")] string From,
    [property: Description("Last day, May 4")] string To,
    [property: Description("Nothing happened in these seven days")] bool Quiet,
    [property: Description("Days with activity, 0 to 7")] int DaysActive,
    [property: Description("Issues, pull requests, merged, API calls: label, value, before, change, tone, bars")] IReadOnlyList<FigurePart> Figures,
    [property: Description("All of it by day, for the partial bars")] IReadOnlyList<BarPart> Activity)
{
    [Description("Onboarding steps done in these days: title, done, date")]
    public IReadOnlyList<StepPart> Steps { get; init; } = [];
}

public sealed record FigurePart(
    [property: Description("What is counted")] string Label,
    [property: Description("In the last seven days")] long Value,
    [property: Description("In the seven days before")] long Before,
    [property: Description("The difference in words: up 3, down 2, same")] string Change,
    [property: Description("up, down or same")] string Tone,
    [property: Description("One a day, oldest first")] IReadOnlyList<BarPart> Bars);

public sealed record BarPart(
    [property: Description("Mon")] string Label,
    [property: Description("The count")] long Value,
    [property: Description("In pixels")] int Height,
    [property: Description("bar, or rest for a day without any")] string Tone);

public sealed record MomentPart(
    [property: Description("The issue or pull request it is about, where one is known")] string Url,
    [property: Description("Name of the milestone or of the blocker")] string Title,
    [property: Description("What was noted")] string Notes,
    [property: Description("Points of a milestone, 0 for none")] int Points,
    [property: Description("Badge of a milestone")] string Badge);

public sealed record HealthPart(
    [property: Description("0 to 100")] int Score,
    [property: Description("Healthy")] string Status,
    [property: Description("Against seven days ago: up 3, down 2, same, new")] string Change,
    [property: Description("What speaks against the customer staying, a sentence each: text")] IReadOnlyList<ReasonPart> Reasons);

public sealed record ReasonPart([property: Description("A sentence")] string Text);

public sealed record TeamPart(
    [property: Description("First day of the week, Apr 28")] string From,
    [property: Description("Last day, May 4")] string To,
    [property: Description("Customers in all")] long Customers,
    [property: Description("New customers, completions, active customers, pull requests merged")] IReadOnlyList<FigurePart> Figures,
    [property: Description("Customers by health, for the partial spread")] IReadOnlyList<SharePart> Health,
    [property: Description("Who signed up")] IReadOnlyList<AccountPart> NewCustomers,
    [property: Description("Who completed onboarding")] IReadOnlyList<AccountPart> Completions,
    [property: Description("Customers at risk in all")] long AtRiskCount,
    [property: Description("Of these, how many are not listed")] long AtRiskMore,
    [property: Description("The first of them, most money first")] IReadOnlyList<AccountPart> AtRisk,
    [property: Description("Whose score fell most")] IReadOnlyList<AccountPart> Fallers,
    [property: Description("Whose score rose most")] IReadOnlyList<AccountPart> Risers);

public sealed record SharePart(
    [property: Description("Champions")] string Label,
    [property: Description("How many")] long Value,
    [property: Description("⌊100 · share⌋")] int Percent,
    [property: Description("Of the bar, in percent; widths sum to 100")] int Width,
    [property: Description("champion, healthy, needs_attention, at_risk or inactive")] string Tone);

public sealed record AccountPart(
    [property: Description("The account's name")] string Name,
    [property: Description("Its page here")] string Link,
    [property: Description("A sentence, may be empty")] string Why,
    [property: Description("Health, 0 to 100; empty where it does not matter")] string Score,
    [property: Description("Against seven days ago: +3, −12; may be empty")] string Change,
    [property: Description("up, down or same")] string Tone);
