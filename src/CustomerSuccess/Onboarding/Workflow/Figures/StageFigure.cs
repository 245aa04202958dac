using System.Text.Json.Serialization;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>
/// How some customers stand with a task. Of: those on versions that have it; each is in one of the six states. Median and average hours: from when it could be
/// worked on until it was done, of the Timed of whom both are known. Waiting: it is what they do next; Stuck: of those, so many are stuck.
/// </summary>
public sealed record TaskFigure(
    string Task, string Title, string Stage, bool Required, int Of, int Locked, int Available, int InProgress, int Completed, int Skipped, int Failed,
    decimal? CompletionRate, decimal? MedianHours, decimal? AverageHours, int Timed, int Waiting, int Stuck)
{
    /// <summary>Available or in progress.</summary>
    [JsonIgnore]
    public int Open => Available + InProgress;
}

/// <summary>
/// How some customers stand with a stage. Of: those on versions that have it. Reached: it was open to them at some time. Here: they stand in it, so many of them
/// stuck. The rate is of those who reached it; hours are from when it opened until its required tasks were done, of the Timed.
/// </summary>
public sealed record StageFigure(
    string Stage, string Title, int Of, int Reached, int Completed, int Here, int Stuck, decimal? CompletionRate, decimal? MedianHours, decimal? AverageHours, int Timed)
{
    /// <summary>All that it took those who are through, for shares.</summary>
    [JsonIgnore]
    public long Seconds { get; init; }
}
