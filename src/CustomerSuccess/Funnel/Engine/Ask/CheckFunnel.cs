using System.Globalization;
using CustomerSuccess.Events;
using CustomerSuccess.Funnel.Engine.Walk;

namespace CustomerSuccess.Funnel.Engine.Ask;

/// <summary>What is wrong with a funnel question, by field; nothing asks the database. Pure.</summary>
public static class CheckFunnel
{
    public const int FewestSteps = 2, MostSteps = 10, MostExclusions = 5, DefaultDays = 30;

    private const int MostType = 100, MostText = 200, MostDays = 366;

    public static IReadOnlyList<string> Breakdowns { get; } =
        ["first_touch.source", "first_touch.medium", "first_touch.referrer", "customer.plan", "customer.cohort", "customer.industry"];

    /// <summary>The checked question; null where there are faults.</summary>
    public static CheckedFunnel? Of(FunnelQuestion question, DateOnly today, List<Fault> faults)
    {
        var steps = question.Steps ?? [];
        if (steps.Count is < FewestSteps or > MostSteps) faults.Add(new Fault("steps", $"must be {FewestSteps} to {MostSteps} steps"));
        var exclude = question.Exclude ?? [];
        if (exclude.Count > MostExclusions) faults.Add(new Fault("exclude", $"must be at most {MostExclusions}"));
        for (var n = 0; n < Math.Min(steps.Count, MostSteps); n++) Check(steps[n], $"steps[{n}]", faults);
        for (var n = 0; n < Math.Min(exclude.Count, MostExclusions); n++)
        {
            Check(exclude[n], $"exclude[{n}]", faults);
            if (steps.Contains(exclude[n])) faults.Add(new Fault($"exclude[{n}]", "is a step of the funnel, too"));
        }

        StepOrder? order = question.Order switch { null or "" or "sequential" => StepOrder.Sequential, "strict" => StepOrder.Strict, "any" => StepOrder.Any, _ => null };
        if (order is null) faults.Add(new Fault("order", "must be sequential, strict or any"));
        var window = Span(string.IsNullOrEmpty(question.Window) ? "14d" : question.Window);
        if (window is null) faults.Add(new Fault("window", "must be a whole number of minutes, hours or days like 30m, 24h or 14d, at most 366d"));
        if (question.Unit is not (null or "" or "person" or "customer")) faults.Add(new Fault("unit", "must be person or customer"));
        var breakdown = string.IsNullOrEmpty(question.Breakdown) ? null : question.Breakdown;
        if (breakdown is not null && !Breakdowns.Contains(breakdown) && !(breakdown.StartsWith("entry.", StringComparison.Ordinal) && breakdown.Length is > 6 and <= MostText))
            faults.Add(new Fault("breakdown", $"must be one of {string.Join(", ", Breakdowns)}, or entry. with the name of a property"));
        var to = question.To ?? today;
        var from = question.From ?? to.AddDays(1 - DefaultDays);
        if (to < EventRules.Earliest || to.Year > 2200) faults.Add(new Fault("to", "must be a day from 2000 on"));
        else if (from < EventRules.Earliest || from > to) faults.Add(new Fault("from", "must be a day from 2000 on and not after to"));
        else if (to.DayNumber - from.DayNumber >= 3 * MostDays) faults.Add(new Fault("from", "must be at most three years before to"));
        if (faults.Count > 0) return null;
        return new CheckedFunnel(steps, order!.Value, window!.Value, exclude, question.Unit == "customer", breakdown, from, to, question.Compare == true);
    }

    /// <summary>14d as a span of time; null where it is none.</summary>
    public static TimeSpan? Span(string text)
    {
        if (text.Length is < 2 or > 7 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var many) || many == 0) return null;
        TimeSpan? span = text[^1] switch { 'm' => TimeSpan.FromMinutes(many), 'h' => TimeSpan.FromHours(many), 'd' => TimeSpan.FromDays(many), _ => null };
        return span <= TimeSpan.FromDays(MostDays) ? span : null;
    }

    private static void Check(FunnelStep? step, string field, List<Fault> faults)
    {
        if (string.IsNullOrEmpty(step?.Type)) faults.Add(new Fault(field + ".type", "names no event type"));
        else if (step.Type.Length > MostType || Strange(step.Type)) faults.Add(new Fault(field + ".type", $"must be at most {MostType} plain characters"));
        if (step?.Path is { } path && (path is not ['/', ..] || path.Length > MostText || Strange(path))) faults.Add(new Fault(field + ".path", "must begin with / and have at most 200 characters; /docs/* takes everything below"));
        if (step?.Property is { } property && (property.Length is 0 or > MostText || Strange(property))) faults.Add(new Fault(field + ".property", "must have 1 to 200 plain characters"));
        if (step is { Property: not null, Value: null }) faults.Add(new Fault(field + ".value", "is missing"));
        if (step?.Value is { } value && (step.Property is null || value.Length > MostText || Strange(value))) faults.Add(new Fault(field + ".value", "must have at most 200 plain characters and belongs to a property"));
    }

    // PostgreSQL's text cannot hold them.
    private static bool Strange(string text) => text.Contains('\0') || text.Any(c => char.IsSurrogate(c)) && !IsPaired(text);

    private static bool IsPaired(string text)
    {
        for (var n = 0; n < text.Length; n++)
        {
            if (!char.IsSurrogate(text[n])) continue;
            if (n + 1 == text.Length || !char.IsSurrogatePair(text[n], text[n + 1])) return false;
            n++;
        }

        return true;
    }
}
