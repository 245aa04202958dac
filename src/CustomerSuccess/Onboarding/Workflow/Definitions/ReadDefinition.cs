using CustomerSuccess.Events;
using CustomerSuccess.Platform;

namespace CustomerSuccess.Onboarding.Workflow.Definitions;

/// <summary>A definition from and to its JSON. Pure.</summary>
public static class ReadDefinition
{
    public const int Longest = StrictJson.Longest;

    /// <summary>The product's own: version 1 of every installation.</summary>
    public static string BuiltinText { get; } = Sql.Read("Onboarding/Workflow/Definitions/onboarding.json");

    public static WorkflowDefinition Builtin { get; } = From(BuiltinText).Definition!;

    /// <summary>The definition, or everything that is wrong with it, each with its place.</summary>
    public static (WorkflowDefinition? Definition, IReadOnlyList<Fault> Faults) From(string json) => StrictJson.From<WorkflowDefinition>(json, CheckDefinition.Run);

    /// <summary>One that was checked when it was published.</summary>
    public static WorkflowDefinition Unchecked(string json) => StrictJson.Unchecked<WorkflowDefinition>(json);

    /// <summary>As it is shown and compared.</summary>
    public static string Write(WorkflowDefinition definition) => StrictJson.Write(definition);
}
