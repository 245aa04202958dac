using System.Text.Json;
using CustomerSuccess.Messages.Causes;
using CustomerSuccess.Messages.Outbox;
using CustomerSuccess.Messages.Schedules;
using CustomerSuccess.Messages.Templates.Testing;

namespace CustomerSuccess.Messages.Log;

/// <summary>What a message was made for, in words: what happened and by which event, the schedule, or somebody's test. Pure.</summary>
public static class Because
{
    private const string Unknown = "made, and put into the queue";

    public static string Of(string kind, JsonElement facts)
    {
        if (TestMail.Of(facts) is not null) return "made as a test that somebody asked for";
        if (KnownSchedule.Find(kind == Kinds.AtRiskAlert ? "at_risk_digest" : kind) is { } schedule) return $"made by the schedule “{schedule.Title}”";
        return KnownCauses.All.FirstOrDefault(cause => cause.Kind == kind) is { } known && Event(facts) is { } id
            ? $"made because {char.ToLowerInvariant(known.When[0])}{known.When[1..]} (event {id})" : Unknown;
    }

    private static string? Event(JsonElement facts) =>
        facts.ValueKind == JsonValueKind.Object && facts.TryGetProperty("event", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
}
