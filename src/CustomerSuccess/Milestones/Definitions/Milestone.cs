using System.Globalization;
using System.Text.Json.Serialization;
using CustomerSuccess.Engagement.Reach;

namespace CustomerSuccess.Milestones.Definitions;

/// <summary>All milestones, as one version of them says: data, published once and never changed. Only checked ones are used.</summary>
public sealed record MilestoneBook
{
    public string Title { get; init; } = "";

    /// <summary>In the order in which they are shown.</summary>
    public IReadOnlyList<Milestone> Milestones { get; init; } = [];

    /// <summary>1 is the product's own.</summary>
    [JsonIgnore]
    public int Version { get; init; } = 1;

    /// <summary>Since when a milestone is as it is; one that is not there always was.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, DateTime> Since { get; init; } = new Dictionary<string, DateTime>(StringComparer.Ordinal);

    [JsonIgnore]
    public IEnumerable<Milestone> Open => Milestones.Where(one => !one.Off);

    public Milestone? Find(string id) => Milestones.FirstOrDefault(one => one.Id == id);
}

/// <summary>Something worth a word when a customer reaches it for the first time.</summary>
public sealed record Milestone
{
    /// <summary>Reached once by a customer, whatever else of it changes.</summary>
    public string Id { get; init; } = "";

    public string Title { get; init; } = "";

    /// <summary>What the customer is told.</summary>
    public string Words { get; init; } = "";

    public MilestoneRule ReachedOn { get; init; } = new();

    public int Points { get; init; }

    public string? Badge { get; init; }

    /// <summary>mail: to the customer; product: in the customer's widget and on their page here; team: a notice by mail.</summary>
    public IReadOnlyList<string> Celebrate { get; init; } = [];

    /// <summary>Null: for everybody.</summary>
    public MilestoneAudience? Audience { get; init; }

    /// <summary>Reached by nobody any more, and not shown to those who did not.</summary>
    public bool Off { get; init; }
}

/// <summary>Customers with one of these plans and one of these cohorts; none named: any.</summary>
public sealed record MilestoneAudience
{
    public IReadOnlyList<string> Plans { get; init; } = [];

    public IReadOnlyList<string> Cohorts { get; init; } = [];

    public bool Holds(string plan, string cohort) =>
        (Plans.Count == 0 || Plans.Contains(plan, StringComparer.OrdinalIgnoreCase)) && (Cohorts.Count == 0 || Cohorts.Contains(cohort, StringComparer.OrdinalIgnoreCase));
}

/// <summary>What reaches a milestone: so many events of a type, weeks with activity, or days since signing up.</summary>
public sealed record MilestoneRule
{
    public string? Event { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>Only events in which this property has one of the values; "" stands for absent, * at the end for any end.</summary>
    public string? Property { get; init; }

    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Different weeks (from Monday, UTC) with activity.</summary>
    public int? ActiveWeeks { get; init; }

    /// <summary>Days since the day of signing up, of customers who are still there.</summary>
    public int? Days { get; init; }

    [JsonIgnore]
    public int Needed => Days ?? ActiveWeeks ?? Count;

    /// <summary>Counted by day: calls, issues, pull requests, support requests, and weeks of them.</summary>
    [JsonIgnore]
    public bool OfUsage => ActiveWeeks is not null || Event is not null && Measure.Of(Counting) is not null;

    [JsonIgnore]
    public bool OfLog => Event is not null && !OfUsage;

    /// <summary>The same for whoever counts; not for days.</summary>
    [JsonIgnore]
    public Completion Counting => new() { Event = Event, Count = Count, Property = Property, Values = Values, ActiveWeeks = ActiveWeeks };

    /// <summary>5 × pr_merged; 4 active weeks; 30 days since sign-up.</summary>
    public override string ToString() =>
        Days is { } days ? string.Create(CultureInfo.InvariantCulture, $"{days} days since sign-up") : ActiveWeeks is { } weeks ? string.Create(CultureInfo.InvariantCulture, $"{weeks} active weeks")
        : (Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{Count} × ") : "") + Event + (Property is null ? "" : $" with {Property} {string.Join(" or ", Values.Select(value => value.Length == 0 ? "absent" : value))}");
}
