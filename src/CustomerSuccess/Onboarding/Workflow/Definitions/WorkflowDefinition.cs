using System.Text.Json.Serialization;
using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Events;

namespace CustomerSuccess.Onboarding.Workflow.Definitions;

/// <summary>What customers go through, as one version of it says: data, published once and never changed. Only checked ones are used.</summary>
public sealed record WorkflowDefinition
{
    public string Title { get; init; } = "";

    /// <summary>In the order of the journey.</summary>
    public IReadOnlyList<StageDefinition> Stages { get; init; } = [];

    public IReadOnlyList<BadgeDefinition> Badges { get; init; } = [];

    /// <summary>Other languages for the customer's widget, by their code, as in de; what one leaves out is said as it stands above. Here and below.</summary>
    public IReadOnlyDictionary<string, OtherWords>? Texts { get; init; }

    /// <summary>1 is the product's own.</summary>
    [JsonIgnore]
    public int Version { get; init; } = 1;

    // Gathered once for these stages; a copy with other stages gathers its own.
    private Gathered? gathered;

    /// <summary>Of all stages, in order.</summary>
    [JsonIgnore]
    public IReadOnlyList<TaskDefinition> Tasks =>
        (gathered is { } known && ReferenceEquals(known.Stages, Stages) ? known : gathered = new(Stages, [.. Stages.SelectMany(stage => stage.Tasks)])).Tasks;

    private sealed record Gathered(IReadOnlyList<StageDefinition> Stages, IReadOnlyList<TaskDefinition> Tasks);

    public TaskDefinition? Task(string id) => Tasks.FirstOrDefault(task => task.Id == id);

    public StageDefinition StageOf(string task) => Stages.First(stage => stage.Tasks.Any(each => each.Id == task));

    public string TitleOf(string task) => Task(task)?.Title ?? task;
}

/// <summary>A part of the journey.</summary>
public sealed record StageDefinition
{
    public string Id { get; init; } = "";

    public string Title { get; init; } = "";

    public string About { get; init; } = "";

    /// <summary>All must hold before people can work on its tasks; none: from the start.</summary>
    public IReadOnlyList<UnlockCondition> Unlock { get; init; } = [];

    /// <summary>A customer who stands here counts as stuck so many hours after the last progress.</summary>
    public int StuckAfterHours { get; init; } = 72;

    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    public IReadOnlyDictionary<string, OtherWords>? Texts { get; init; }
}

/// <summary>What customers read of a stage, a task or a badge, in another language.</summary>
public sealed record OtherWords
{
    public string? Title { get; init; }

    public string? About { get; init; }

    public string? Help { get; init; }

    public string? Success { get; init; }

    public static OtherWords None { get; } = new();

    public static OtherWords Of(IReadOnlyDictionary<string, OtherWords>? texts, string language) => texts?.GetValueOrDefault(language) ?? None;
}

/// <summary>One of: a task is done; a stage is done, or so many of its tasks; so many points are earned.</summary>
public sealed record UnlockCondition
{
    public string? Task { get; init; }

    public string? Stage { get; init; }

    /// <summary>With a stage: so many of its tasks.</summary>
    public int? Tasks { get; init; }

    public int? Points { get; init; }
}

/// <summary>Where somebody reads on.</summary>
public sealed record HelpResource
{
    public string Title { get; init; } = "";

    public string Url { get; init; } = "";
}

/// <summary>Earned with a stage, a task or so many points.</summary>
public sealed record BadgeDefinition
{
    public string Id { get; init; } = "";

    public string Title { get; init; } = "";

    public string About { get; init; } = "";

    public string? Stage { get; init; }

    public string? Task { get; init; }

    public int? Points { get; init; }

    public IReadOnlyDictionary<string, OtherWords>? Texts { get; init; }
}

/// <summary>One thing to do.</summary>
public sealed record TaskDefinition
{
    /// <summary>The same task has the same id in every version; its progress goes by it.</summary>
    public string Id { get; init; } = "";

    /// <summary>Ids it had in earlier versions.</summary>
    public IReadOnlyList<string> Was { get; init; } = [];

    public string Title { get; init; } = "";

    public string Help { get; init; } = "";

    /// <summary>How one sees that it is done.</summary>
    public string Success { get; init; } = "";

    public IReadOnlyList<HelpResource> Resources { get; init; } = [];

    /// <summary>Else it can be skipped.</summary>
    public bool Required { get; init; } = true;

    /// <summary>Whether the customer may start, complete and skip it; the team always may.</summary>
    public bool Customer { get; init; }

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Null: by hand only.</summary>
    public Completion? CompletesOn { get; init; }

    /// <summary>any: one person of the account is enough; all: everyone who is known.</summary>
    public string Account { get; init; } = "any";

    public int Points { get; init; }

    /// <summary>How long it usually takes, until own history says better.</summary>
    public decimal ExpectedHours { get; init; } = 24;

    public IReadOnlyDictionary<string, OtherWords>? Texts { get; init; }

    [JsonIgnore]
    public bool OfEveryone => Account == "all";

    /// <summary>The step of the five-step record that it stands for; it is done exactly when the step is.</summary>
    [JsonIgnore]
    public string? Step => CompletesOn?.Event is { } type && type.StartsWith(EventTypes.StepPrefix, StringComparison.Ordinal) ? type[EventTypes.StepPrefix.Length..] : null;

    public bool Is(string id) => Id == id || Was.Contains(id, StringComparer.Ordinal);
}
