using System.Text.RegularExpressions;
using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Events;

namespace CustomerSuccess.Milestones.Definitions;

/// <summary>Everything that is wrong with definitions of milestones, each with its place and what to write instead. Pure.</summary>
public static partial class CheckBook
{
    public const int MostMilestones = 50, MostCount = 100_000;

    public const string Mail = "mail", Product = "product", Team = "team";

    public static readonly IReadOnlyList<string> Celebrations = [Mail, Product, Team];

    // They say nothing about what a customer did, come with every click, or are written by the product about itself.
    private static readonly string[] NeverAwaited =
        [EventTypes.PageView, EventTypes.HealthChanged, EventTypes.CustomerCreated, EventTypes.CustomerUpdated, EventTypes.PersonUpdated, EventTypes.NoteAdded, EventTypes.NoteRemoved, EventTypes.NoteRestored,
            EventTypes.StepReset, EventTypes.Blocked, EventTypes.Unblocked, EventTypes.IdentityLinked, EventTypes.IdentityUnlinked, EventTypes.EngagementRecorded, EventTypes.IssueResolution, EventTypes.ApiCallsFailed];

    private static readonly string[] OwnTypes = ["workflow_", "email_", "milestone_"];

    public static IReadOnlyList<Fault> Run(MilestoneBook book)
    {
        var faults = new List<Fault>();
        Line(faults, "title", book.Title, 100);
        if (book.Milestones.Count is 0 or > MostMilestones) faults.Add(new("milestones", $"must be 1 to {MostMilestones} milestones; there are {book.Milestones.Count}"));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var n = 0; n < Math.Min(book.Milestones.Count, MostMilestones); n++)
        {
            var (one, at) = (book.Milestones[n], $"milestones[{n}]");
            if (one.Id.Length is 0 or > 60 || !Name().IsMatch(one.Id)) faults.Add(new(at + ".id", $"must be an id of small letters, digits and _, at most 60, as in ten_prs_merged; it is '{Short(one.Id)}'"));
            else if (!ids.Add(one.Id)) faults.Add(new(at + ".id", $"'{one.Id}' is the id of another milestone, too"));
            Line(faults, at + ".title", one.Title, 100);
            if (one.Words.Length > 500 || one.Words.Contains('\0', StringComparison.Ordinal)) faults.Add(new(at + ".words", "must be a text of at most 500 characters"));
            Between(faults, at + ".points", one.Points, 0, 10_000);
            if (one.Badge is { } badge) Line(faults, at + ".badge", badge, 60);
            for (var c = 0; c < one.Celebrate.Count; c++)
            {
                if (!Celebrations.Contains(one.Celebrate[c], StringComparer.Ordinal)) faults.Add(new($"{at}.celebrate[{c}]", $"is '{Short(one.Celebrate[c])}'; it can be {string.Join(", ", Celebrations)}"));
                else if (one.Celebrate.Take(c).Contains(one.Celebrate[c], StringComparer.Ordinal)) faults.Add(new($"{at}.celebrate[{c}]", $"'{one.Celebrate[c]}' is there twice"));
            }

            Words(faults, at + ".audience.plans", one.Audience?.Plans ?? []);
            Words(faults, at + ".audience.cohorts", one.Audience?.Cohorts ?? []);
            CheckRule(faults, one.ReachedOn, at + ".reached_on");
        }

        return faults;
    }

    private static void CheckRule(List<Fault> faults, MilestoneRule rule, string at)
    {
        var kinds = (rule.Event is null ? 0 : 1) + (rule.ActiveWeeks is null ? 0 : 1) + (rule.Days is null ? 0 : 1);
        if (kinds != 1)
        {
            faults.Add(new(at, kinds == 0 ? "is missing: give an event with its count, active_weeks or days" : "has more than one of event, active_weeks and days; one of them is enough"));
            return;
        }

        if (rule.ActiveWeeks is { } weeks) Between(faults, at + ".active_weeks", weeks, 1, 520);
        if (rule.Days is { } days) Between(faults, at + ".days", days, 1, 10_000);
        if (rule.Event is not { } type)
        {
            if (rule.Count != 1 || rule.Property is not null || rule.Values.Count > 0) faults.Add(new(at, "has count, property or values without an event"));
            return;
        }

        Between(faults, at + ".count", rule.Count, 1, MostCount);
        if (type.Length > 100 || !Name().IsMatch(type)) faults.Add(new(at + ".event", $"'{Short(type)}' is no type of an event: small letters, digits and _, as in pr_merged"));
        else if (NeverAwaited.Contains(type, StringComparer.Ordinal) || OwnTypes.Any(own => type.StartsWith(own, StringComparison.Ordinal)))
            faults.Add(new(at + ".event", $"'{type}' cannot be waited for: it is written by the product, or says nothing of what a customer did"));
        if ((rule.Property is null) != (rule.Values.Count == 0)) faults.Add(new(at, "has only one of property and values; they go together"));
        if (rule.Property is { } property && (property.Length is 0 or > 100 || property.Any(char.IsControl))) faults.Add(new(at + ".property", "must be the name of a property, at most 100 characters"));
        if (rule.Values.Count > 20 || rule.Values.Any(value => value.Length > 200 || value.Any(char.IsControl) || value.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star && star < value.Length - 1))
            faults.Add(new(at + ".values", "must be at most 20 values of at most 200 characters; * stands only at the end"));
        if (rule.Property is not null && Measure.Of(new Completion { Event = type }) is not null) faults.Add(new(at + ".property", $"cannot be asked of '{type}', which is counted by day"));
        // The first so many are read one by one from the log.
        if (rule.OfLog && rule.Count > 1000) faults.Add(new(at + ".count", $"is {rule.Count}; of '{type}', which is not counted by day, at most 1000 can be waited for"));
    }

    private static void Words(List<Fault> faults, string field, IReadOnlyList<string> words)
    {
        if (words.Count > 50 || words.Any(word => word.Length is 0 or > 100 || word.Any(char.IsControl))) faults.Add(new(field, "must be at most 50 names of 1 to 100 characters"));
    }

    private static void Line(List<Fault> faults, string field, string text, int most)
    {
        if (string.IsNullOrWhiteSpace(text)) faults.Add(new(field, "is missing"));
        else if (text.Length > most || text.Any(char.IsControl)) faults.Add(new(field, $"must be a line of at most {most} characters"));
    }

    private static void Between(List<Fault> faults, string field, int value, int least, int most)
    {
        if (value < least || value > most) faults.Add(new(field, $"is {value}; it must be {least} to {most}"));
    }

    private static string Short(string text) => text.Length > 60 ? text[..59] + "…" : text;

    [GeneratedRegex("^[a-z][a-z0-9_]*$", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
