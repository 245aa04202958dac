using System.ComponentModel;
using CustomerSuccess.Funnel.Engine.Walk;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>One step, or what takes an attempt out: events of a type, of these perhaps only some.</summary>
/// <param name="Type">The event's type, as page_view.</param>
/// <param name="Path">Only page views of this path; /docs/* for everything below.</param>
/// <param name="Property">Only events with this property …</param>
/// <param name="Value">… of this value, compared as text.</param>
public sealed record FunnelStep(string Type, string? Path = null, string? Property = null, string? Value = null)
{
    /// <summary>As it is said on pages: page_view of /pricing.</summary>
    public override string ToString() => Type + (Path is null ? "" : $" of {Path}") + (Property is null ? "" : $" with {Property} = {Value}");
}

/// <summary>A funnel as people and machines ask for it. What is left out has the default.</summary>
public sealed record FunnelQuestion
{
    /// <summary>2 to 10 steps, in order.</summary>
    public IReadOnlyList<FunnelStep>? Steps { get; init; }

    /// <summary>sequential (other events may lie between), strict (nothing between) or any (all steps in whatever order).</summary>
    [DefaultValue("sequential")] public string? Order { get; init; }

    /// <summary>How long after its entry an attempt may take: 30m, 24h, 14d. At most 366d.</summary>
    [DefaultValue("14d")] public string? Window { get; init; }

    /// <summary>Events that take an attempt out when they come after its entry and before it is through. At most 5.</summary>
    public IReadOnlyList<FunnelStep>? Exclude { get; init; }

    /// <summary>person: whoever it is, as far as we know (visitor, person, then customer); customer: customers only.</summary>
    [DefaultValue("person")] public string? Unit { get; init; }

    /// <summary>first_touch.source, first_touch.medium, first_touch.referrer, customer.plan, customer.cohort, customer.industry, or entry.NAME for a property of the entry.</summary>
    public string? Breakdown { get; init; }

    /// <summary>First UTC day whose entries count; 30 days up to the last unless given.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last UTC day whose entries count; today unless given.</summary>
    public DateOnly? To { get; init; }

    /// <summary>Also the period of the same length before.</summary>
    public bool? Compare { get; init; }
}

/// <summary>A question that was checked, with every default filled in.</summary>
public sealed record CheckedFunnel(
    IReadOnlyList<FunnelStep> Steps, StepOrder Order, TimeSpan Window, IReadOnlyList<FunnelStep> Exclude, bool CustomersOnly, string? Breakdown, DateOnly From, DateOnly To, bool Compare)
{
    internal Shape Shape(DateOnly from, DateOnly to) => new(Steps.Count, Order, Window.Ticks / 10, Packed.Micros(Platform.Days.Start(from)), Packed.Micros(Platform.Days.End(to)));

    /// <summary>The period of the same length before this one.</summary>
    public (DateOnly From, DateOnly To) Before => (From.AddDays(From.DayNumber - To.DayNumber - 1), From.AddDays(-1));
}
