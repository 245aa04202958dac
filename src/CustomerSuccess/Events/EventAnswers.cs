using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerSuccess.Events;

/// <summary>How the doors for events say what became of a message.</summary>
public static class EventAnswers
{
    /// <summary>400 problem details with every bad field and what is wrong with it.</summary>
    public static ValidationProblem Invalid(IReadOnlyList<Fault> faults) =>
        TypedResults.ValidationProblem(Fields(faults), detail: string.Join("; ", faults.Select(fault => $"{fault.Field} {fault.Message}")));

    public static Dictionary<string, string[]> Fields(IReadOnlyList<Fault> faults) =>
        faults.GroupBy(fault => fault.Field, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Select(fault => fault.Message).ToArray(), StringComparer.Ordinal);

    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Accepted => "accepted",
        Verdict.Late => "late",
        Verdict.Duplicate => "duplicate",
        Verdict.Rejected => "rejected",
        _ => "quarantined",
    };
}
