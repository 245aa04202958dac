using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Engagement;
using CustomerSuccess.Health;
using CustomerSuccess.Messages.Templates.Brand;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Kit;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Templates.Facts;

/// <summary>What a letter about one customer can say, read when it is made: the same for a preview, a test and the real one.</summary>
public static class ReadCustomerLetter
{
    /// <summary>Everything about the customer, before it is known who reads it.</summary>
    private sealed record Known(CustomerPart Customer, OnboardingPart Onboarding, UsagePart Usage, WeekPart Week, string Person, int? WeekAgo);

    private sealed record Account(string CustomerId, string Organization, string Email, string GithubUsername, string Cohort, string Industry, string Plan, string Owner, DateOnly SignupDate, string Traits, string Person);

    private sealed record Day(DateOnly Date, long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests, long ApiCalls)
    {
        public long All => IssuesTagged + PrsGenerated + PrsMerged + PrsRejected + SupportRequests + ApiCalls;
    }

    private sealed record Sums(long IssuesTagged, long PrsGenerated, long PrsMerged, long ApiCalls, long DaysActive, DateOnly? LastActive);

    /// <summary>Null where there is no such customer. Links to choose what to get are the reader's own and given by the caller.</summary>
    public static async Task<CustomerLetter?> ForCustomer(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string id, Addressee to, MomentPart moment, BrandSettings brand, string preferences, DateOnly today, CancellationToken ct)
    {
        if (await Read(connection, transaction, id, to.Email, brand, to.Kind == "welcome", today, ct) is not { } known) return null;
        return new(Of(brand), Recipient(known.Person.Length > 0 ? known.Person : to.Name == known.Customer.Organization ? "" : to.Name, to.Email.Length > 0 ? to.Email : known.Customer.Email),
            new(brand.App, brand.Docs, preferences), Short(today, today), known.Customer, known.Onboarding, known.Usage, known.Week, moment);
    }

    /// <summary>Null where there is no such customer.</summary>
    public static async Task<StaffLetter?> ForStaff(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string id, Addressee to, MomentPart moment, BrandSettings brand, DateOnly today, CancellationToken ct)
    {
        if (await Read(connection, transaction, id, "", brand, false, today, ct) is not { } known) return null;
        var facts = (await Health.Facts.Now(connection, transaction, [id], ct)).Single();
        var health = GetHealth.Explain(facts, known.WeekAgo, [], today);
        return new(Of(brand), Recipient(to.Name, to.Email), Links(brand, id), Short(today, today), known.Customer, known.Onboarding, known.Usage, known.Week,
            new(health.Score, Words.Status(health.Status), known.WeekAgo is { } before ? Bars.Change(health.Score - before) : "new", [.. health.RiskFactors.Select(factor => new ReasonPart(factor.Why + "."))]),
            moment);
    }

    public static BrandPart Of(BrandSettings brand) => new(brand.Company, brand.Address);

    public static StaffLinks Links(BrandSettings brand, string id) =>
        new(brand.Here + "/", id.Length == 0 ? brand.Here + "/customers" : $"{brand.Here}/customers/{Uri.EscapeDataString(id)}", brand.Here + "/customers?status=at_risk");

    public static RecipientPart Recipient(string name, string email) => new(name.Trim(), FirstName(name), email);

    /// <summary>May 5, with the year where it is not this one's.</summary>
    public static string Short(DateOnly day, DateOnly today) => Words.Day(day, today);

    // The first word of a name that looks like one: "Hello Dr." and "Hello ACME-BOT-7" are worse than "Hello".
    private static string FirstName(string name) =>
        name.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [{ Length: > 1 and <= 30 } first, ..] && first.All(letter => char.IsLetter(letter) || letter is '-' or '\'' or '’') ? first : "";

    private static async Task<Known?> Read(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string id, string email, BrandSettings brand, bool welcoming, DateOnly today, CancellationToken ct)
    {
        var (from, to) = (today.AddDays(-14), today.AddDays(-1));
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            $"{Sql.Read("Messages/Templates/Facts/customer.sql")} {OnboardingRecord.Query}", new { id, email, from, to, week_ago = today.AddDays(-7) }, transaction, cancellationToken: ct));
        if (await read.ReadSingleOrDefaultAsync<Account>() is not { } account) return null;
        var days = (await read.ReadAsync<Day>()).ToDictionary(day => day.Date);
        var sums = await read.ReadSingleOrDefaultAsync<Sums>() ?? new(0, 0, 0, 0, 0, null);
        var weekAgo = await read.ReadSingleOrDefaultAsync<int?>();
        var onboarding = (await read.ReadSingleAsync<OnboardingRecord.Row>()).Shown();

        var fortnight = Enumerable.Range(0, 14).Select(n => days.GetValueOrDefault(from.AddDays(n)) ?? new(from.AddDays(n), 0, 0, 0, 0, 0, 0)).ToList();
        return new(
            new(account.CustomerId, account.Organization, account.Email, account.GithubUsername, account.Cohort, account.Industry, account.Plan, account.Owner, Long(account.SignupDate), Traits(account.Traits)),
            Onboarding(onboarding, brand, welcoming, today),
            new(sums.IssuesTagged, sums.PrsGenerated, sums.PrsMerged, Counts.Rate(sums.PrsMerged, sums.PrsGenerated), sums.ApiCalls, sums.DaysActive,
                sums.LastActive is { } last ? Short(last, today) : "", Math.Max(0, today.DayNumber - (sums.LastActive ?? account.SignupDate).DayNumber)),
            Week(fortnight, from, today, Done(onboarding, brand, today)), account.Person, weekAgo);
    }

    // Steps done in the seven days: a week in which somebody came on is none in which nothing happened.
    private static List<StepPart> Done(OnboardingRecord record, BrandSettings brand, DateOnly today) =>
        [.. record.Steps.Where(step => step is { Done: true, Untimed: false, At: { } at } && at.Day() >= today.AddDays(-7) && at.Day() < today)
            .Select(step => new StepPart(brand.WordsFor(step.Step).Title, true, Short(step.At!.Value.Day(), today)))];

    private static WeekPart Week(List<Day> fortnight, DateOnly from, DateOnly today, IReadOnlyList<StepPart> steps)
    {
        var week = fortnight.Skip(7).ToList();
        FigurePart Figure(string label, Func<Day, long> count) => Bars.Figure(label, from.AddDays(7), [.. fortnight.Select(count)]);
        return new(Short(week[0].Date, today), Short(week[^1].Date, today), steps.Count == 0 && week.All(day => day.All == 0), week.Count(day => day.All > 0),
            [Figure("Issues", day => day.IssuesTagged), Figure("Pull requests", day => day.PrsGenerated), Figure("Merged", day => day.PrsMerged), Figure("API calls", day => day.ApiCalls)],
            Bars.Of(week[0].Date, [.. week.Select(day => day.All)], 40)) { Steps = steps };
    }

    // A welcome is on its way while this is read: that step is done when it arrives.
    private static OnboardingPart Onboarding(OnboardingRecord record, BrandSettings brand, bool welcoming, DateOnly today)
    {
        var steps = record.Steps.Select(step => welcoming && step.Step == OnboardingSteps.WelcomeEmailSent ? step with { Done = true, At = step.At ?? today.Start() } : step).ToList();
        var done = steps.Count(step => step.Done);
        var next = steps.FirstOrDefault(step => !step.Done) is { } open ? brand.WordsFor(open.Step) : null;
        var percent = OnboardingSteps.Percentage(done);
        return new(done, steps.Count, percent, 100 - percent, record.CompletedDate is not null, record.CompletedDate is { } day ? Long(day) : "", record.DaysToComplete ?? 0,
            [.. steps.Select(step => new StepPart(brand.WordsFor(step.Step).Title, step.Done, step.At is { } at && !step.Untimed ? Short(at.Day(), today) : ""))],
            new(next?.Title ?? "", next?.Link ?? ""), record.BlockerType.Length > 0, Words.Plain(record.BlockerType), record.Notes);
    }

    private static Dictionary<string, string> Traits(string json)
    {
        var traits = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var trait in JsonElement.Parse(json).EnumerateObject())
        {
            if (trait.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) traits[trait.Name] = trait.Value.ToString();
        }

        return traits;
    }

    private static string Long(DateOnly day) => day.ToString("MMMM d, yyyy", CultureInfo.InvariantCulture);
}

/// <summary>Who a letter is written to, and which letter it is.</summary>
public sealed record Addressee(string Kind, string Email, string Name);
