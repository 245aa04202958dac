using System.Text.Json;
using CustomerSuccess.Events;

namespace CustomerSuccess.Onboarding.Workflow.Course;

public enum HappeningKind
{
    StepDone,
    StepReset,
    Acted,
    StageUnlocked,
    Blocked,
    Unblocked,
    Moved,
}

/// <summary>What a task already was when its customer came to another version.</summary>
public sealed record Kept(string Task, DateTime At, string By);

/// <summary>
/// Something of the log that moves a customer's workflow. Name: the step, the task or the stage. Version and kept: of a move to another
/// version, with what was done by then, so that no definition takes it back.
/// </summary>
public sealed record Happening(HappeningKind Kind, string Name, DateTime At, DateTime ReceivedAt, string Id, string Actor)
{
    public TaskAction Action { get; init; }

    public bool Untimed { get; init; }

    public int Version { get; init; }

    public IReadOnlyList<Kept> Kept { get; init; } = [];

    /// <summary>An event as it stands in the log; null where it moves nothing. Anything may have been sent under these names.</summary>
    public static Happening? From(string type, string id, string source, DateTime at, DateTime receivedAt, string? actor, string properties)
    {
        using var json = JsonDocument.Parse(properties);
        var given = json.RootElement;
        if (given.ValueKind != JsonValueKind.Object) return null;
        Happening Of(HappeningKind kind, string name) => new(kind, name, at, receivedAt, id, actor is null or "system" || kind == HappeningKind.StepDone && source is not ("ui" or "api" or "widget") ? "event:" + id : actor);
        if (type == EventTypes.StepReset) return Text(given, "step") is { } reset ? Of(HappeningKind.StepReset, reset) : null;
        if (type.StartsWith(EventTypes.StepPrefix, StringComparison.Ordinal))
            return Of(HappeningKind.StepDone, type[EventTypes.StepPrefix.Length..]) with { Untimed = given.TryGetProperty("untimed", out var untimed) && untimed.ValueKind == JsonValueKind.True };
        if (type == WorkflowEvents.StageUnlocked && Ours(source)) return Text(given, "stage") is { } stage ? Of(HappeningKind.StageUnlocked, stage) : null;
        if (type is EventTypes.Blocked or EventTypes.Unblocked) return Of(type == EventTypes.Blocked ? HappeningKind.Blocked : HappeningKind.Unblocked, "");
        if (WorkflowEvents.Action(type) is { } action) return Text(given, "task") is { } task ? Of(HappeningKind.Acted, task) with { Action = action } : null;
        if (type is not (WorkflowEvents.Started or WorkflowEvents.Moved) || !Ours(source)) return null;
        return given.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number > 0
            ? Of(HappeningKind.Moved, "") with { Version = number, Kept = ReadKept(given) } : null;
    }

    // What decides over others is believed only where this product wrote it; whoever sends events names no source.
    private static bool Ours(string source) => source is "system" or "ui" or "api" or "cli" or "widget";

    private static List<Kept> ReadKept(JsonElement given)
    {
        var kept = new List<Kept>();
        if (!given.TryGetProperty("kept", out var all) || all.ValueKind != JsonValueKind.Array) return kept;
        foreach (var one in all.EnumerateArray())
        {
            if (one.ValueKind == JsonValueKind.Object && Text(one, "task") is { } task && one.TryGetProperty("at", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTime(out var time))
                kept.Add(new Kept(task, time.ToUniversalTime(), Text(one, "by") ?? ""));
        }

        return kept;
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
