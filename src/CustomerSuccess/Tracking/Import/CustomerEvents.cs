using System.Text.Json.Nodes;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Change;

namespace CustomerSuccess.Tracking.Import;

/// <summary>What a customer's two rows mean as events: everything for a new customer, the differences for a known one. Pure.</summary>
internal static class CustomerEvents
{
    /// <summary>
    /// A new customer. As history it signed up on its signup date; steps carry no time of their own, so they count as done
    /// on completed_date, else on the signup date, marked as of unknown time. Live, all of it happens now.
    /// </summary>
    public static IEnumerable<Envelope> New(CustomerRow row, OnboardingRow? record, Moment moment)
    {
        var properties = CustomerChanges.Properties(row);
        if (record is not null) properties["onboarding_row"] = record.Id;
        yield return moment.Past(moment.Midnight(row.SignupDate), EventTypes.CustomerCreated, row.Id, properties, $"{EventTypes.CustomerCreated}:{row.Id}");
        if (record is null) yield break;
        var when = moment.Noon(record.CompletedDate ?? row.SignupDate);
        foreach (var step in OnboardingSteps.All.Where(step => OnboardingSteps.Has(record.Steps, step)))
            yield return moment.Past(when, EventTypes.StepPrefix + step, row.Id, Untimed(moment), $"{record.Id}:{step}");
        if (record.CompletedDate is { } day && Announces(record, moment)) yield return Completed(row.Id, day, when, moment, first: true);
        if (record.BlockerType.Length > 0 || record.Notes.Length > 0)
            yield return moment.Past(moment.Noon(row.SignupDate), BlockerType(record), row.Id, Blocker(record), $"{record.Id}:blocker");
    }

    /// <summary>The fields of a known customer that differ, in words and as the properties of customer_updated.</summary>
    public static (List<string> What, JsonObject Properties) Fields(CustomerRow known, CustomerRow row, CustomerRow? before)
    {
        var (what, changed) = (new List<string>(), new JsonObject());
        var (old, now, seen) = (CustomerChanges.Properties(known), CustomerChanges.Properties(row), before is null ? null : CustomerChanges.Properties(before));
        foreach (var (name, value) in now)
        {
            if (JsonNode.DeepEquals(value, old[name]) || (seen is not null && JsonNode.DeepEquals(value, seen[name]))) continue;
            what.Add($"{name} {Shown(old[name])} → {Shown(value)}");
            changed[name] = value?.DeepClone();
        }

        return (what, changed);
    }

    /// <summary>What differs in a known onboarding record, and the events that make it so. An empty completed_date takes nothing back: completion is permanent.</summary>
    public static (List<string> What, List<Envelope> Events) Record(OnboardingRow known, OnboardingRow row, OnboardingRow? before, Moment moment, DateTime? lastReset)
    {
        var (what, events) = (new List<string>(), new List<Envelope>());
        var completes = row.CompletedDate is { } date && date != known.CompletedDate && date != before?.CompletedDate ? row.CompletedDate : null;
        // Steps that complete the record belong to that day, unless they were reset later; others have no day but today.
        var when = completes is { } day && known.CompletedDate is null && moment.History && !(lastReset >= moment.Noon(day)) ? moment.Noon(day) : moment.Now;
        foreach (var step in OnboardingSteps.All)
        {
            var done = OnboardingSteps.Has(row.Steps, step);
            if (done == OnboardingSteps.Has(known.Steps, step) || (before is not null && done == OnboardingSteps.Has(before.Steps, step))) continue;
            what.Add(done ? $"{step} is set" : $"{step} is reset");
            events.Add(done
                ? moment.Past(when, EventTypes.StepPrefix + step, row.CustomerId, Untimed(moment))
                : moment.Event(EventTypes.StepReset, row.CustomerId, new JsonObject { ["step"] = step }));
        }

        if (completes is { } at)
        {
            what.Add($"completed_date {known.CompletedDate?.Iso() ?? "(empty)"} → {at.Iso()}");
            if (known.CompletedDate is not null || Announces(row, moment)) events.Add(Completed(row.CustomerId, at, when, moment, first: known.CompletedDate is null));
        }

        if ((row.BlockerType, row.Notes) != (known.BlockerType, known.Notes) && (before is null || (row.BlockerType, row.Notes) != (before.BlockerType, before.Notes)))
        {
            if (row.BlockerType != known.BlockerType) what.Add($"blocker_type {Shown(known.BlockerType)} → {Shown(row.BlockerType)}");
            if (row.Notes != known.Notes) what.Add($"notes {Shown(known.Notes)} → {Shown(row.Notes)}");
            events.Add(moment.Event(BlockerType(row), row.CustomerId, Blocker(row)));
        }

        if (row.Id != known.Id && row.Id != before?.Id)
        {
            what.Add($"id {known.Id} → {row.Id}");
            events.Add(moment.Event(EventTypes.CustomerUpdated, row.CustomerId, new JsonObject { ["onboarding_row"] = row.Id }));
        }

        return (what, events);
    }

    // Live, the fifth step is announced by the product itself, where the file gives the day on which that happens anyway.
    private static bool Announces(OnboardingRow row, Moment moment) =>
        moment.History || row.Steps != OnboardingSteps.Full || row.CompletedDate != moment.Now.Day();

    // Under the key the product's own announcement has, so that the two can never both stand.
    private static Envelope Completed(string customerId, DateOnly day, DateTime when, Moment moment, bool first) =>
        first
            ? moment.Past(when, EventTypes.OnboardingCompleted, customerId, Date(day), $"{EventTypes.OnboardingCompleted}:{customerId}") with { Source = "system" }
            // The day is corrected; that it was completed has been said and has had its effects.
            : (moment with { History = true }).Event(EventTypes.OnboardingCompleted, customerId, Date(day));

    private static JsonObject Date(DateOnly day) => new() { ["date"] = day.Iso() };

    private static JsonObject Untimed(Moment moment) => moment.History ? new JsonObject { ["untimed"] = true } : [];

    private static string BlockerType(OnboardingRow row) => row.BlockerType.Length > 0 ? EventTypes.Blocked : EventTypes.Unblocked;

    private static JsonObject Blocker(OnboardingRow row) =>
        row.BlockerType.Length > 0 ? new JsonObject { ["blocker_type"] = row.BlockerType, ["notes"] = row.Notes } : new JsonObject { ["notes"] = row.Notes };

    private static string Shown(JsonNode? value) => Shown(value?.ToString() ?? "");

    private static string Shown(string text) => text.Length == 0 ? "(empty)" : Tracking.Fields.Shown(text);
}
