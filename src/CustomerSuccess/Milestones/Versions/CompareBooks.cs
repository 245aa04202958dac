using System.Globalization;
using CustomerSuccess.Milestones.Definitions;

namespace CustomerSuccess.Milestones.Versions;

/// <summary>One thing that differs, before and after in words; one of them is empty where it is new or gone.</summary>
public sealed record BookChange(string What, string Before, string After);

/// <summary>What differs between two versions of the milestones, by what it means and not by how it is written. Pure.</summary>
public static class CompareBooks
{
    public static IReadOnlyList<BookChange> Of(MilestoneBook before, MilestoneBook after)
    {
        var changes = new List<BookChange>();
        if (before.Title != after.Title) changes.Add(new("title", before.Title, after.Title));
        changes.AddRange(before.Milestones.Where(one => after.Find(one.Id) is null).Select(one => new BookChange($"milestone “{one.Title}”", "is there", "")));
        foreach (var one in after.Milestones)
        {
            if (before.Find(one.Id) is not { } old)
            {
                changes.Add(new($"milestone “{one.Title}”", "", "is new"));
                continue;
            }

            changes.AddRange(Facts(old).Zip(Facts(one)).Where(pair => pair.First.Value != pair.Second.Value)
                .Select(pair => new BookChange($"milestone “{one.Title}”: {pair.First.Name}", pair.First.Value, pair.Second.Value)));
        }

        var (was, now) = (Order(before, after), Order(after, before));
        if (was != now) changes.Add(new("order", was, now));
        return changes;
    }

    private static string Order(MilestoneBook of, MilestoneBook other) => string.Join(", ", of.Milestones.Where(one => other.Find(one.Id) is not null).Select(one => one.Id));

    private static IReadOnlyList<(string Name, string Value)> Facts(Milestone one) =>
    [
        ("title", one.Title), ("words", Or(one.Words, "none")), ("reached on", one.ReachedOn.ToString()), ("points", one.Points.ToString(CultureInfo.InvariantCulture)),
        ("badge", Or(one.Badge, "none")), ("celebrated by", Or(string.Join(", ", CheckBook.Celebrations.Where(one.Celebrate.Contains)), "nothing")),
        ("plans", Or(string.Join(", ", one.Audience?.Plans ?? []), "all")), ("cohorts", Or(string.Join(", ", one.Audience?.Cohorts ?? []), "all")), ("switched", one.Off ? "off" : "on"),
    ];

    private static string Or(string? text, string none) => string.IsNullOrEmpty(text) ? none : text;
}
