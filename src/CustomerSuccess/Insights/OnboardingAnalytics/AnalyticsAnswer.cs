using CustomerSuccess.Onboarding.Workflow.Figures;

namespace CustomerSuccess.Insights.OnboardingAnalytics;

/// <summary>UTC days, the first and the last included.</summary>
public sealed record AnalyticsWindow(DateOnly From, DateOnly To, int Days);

/// <summary>Started: began in these days; each is completed or open, and so many of the open ones are stuck now.</summary>
public sealed record StartedCounts(int Started, int Completed, int Open, int Stuck);

/// <summary>Where the time goes: the hours of all who are through with the stage, as a whole percentage of the hours of all stages.</summary>
public sealed record SlowStage(string Stage, string Title, decimal? MedianHours, int SharePercent, int N);

/// <summary>Where people stop: stuck of those for whom the task is next.</summary>
public sealed record StoppingTask(string Task, string Title, int Stuck, int Waiting, int StuckPercent);

public sealed record Bottlenecks(IReadOnlyList<SlowStage> Stages, IReadOnlyList<StoppingTask> Tasks);

/// <summary>Of those who reached a stage: completed, still open to them, and of the open ones so many who stand there and are stuck (Stopped). The rate is stopped of reached.</summary>
public sealed record DropOff(string Stage, string Title, int Reached, int Completed, int Open, int Stopped, decimal? DropOffRate);

/// <summary>Those who have something in common; name is empty where it is not known.</summary>
public sealed record CohortFigure(string Name, int Started, int Completed, int Stuck, decimal? CompletionRate, decimal? AverageCompletionHours);

/// <summary>Customers by what they are (plan, cohort, industry) and by the channel of their first visit, the largest first.</summary>
public sealed record Cohorts(IReadOnlyList<CohortFigure> Plan, IReadOnlyList<CohortFigure> Cohort, IReadOnlyList<CohortFigure> Industry, IReadOnlyList<CohortFigure> Channel);

/// <summary>Those who began in a week (from Monday) or month; later ones had less time.</summary>
public sealed record TrendPoint(DateOnly PeriodStart, int Started, int Completed, decimal? CompletionRate, decimal? AverageCompletionHours);

/// <summary>AskedSupport: customers with a support request, at any time. ResourcesOpened: null, no event says who opened a help resource.</summary>
public sealed record HelpUse(int AskedSupport, int Of, decimal? Rate, long Requests, int? ResourcesOpened);

public sealed record FeatureUse(string Feature, string Title, int Adopted, int Of, decimal? Rate);

/// <summary>The four features that health counts. Average: how many of them a customer uses; null where nobody began.</summary>
public sealed record FeatureAdoption(IReadOnlyList<FeatureUse> Features, decimal? Average);

/// <summary>What to do, with the numbers it rests on and where the customers concerned are listed (Customers of them).</summary>
public sealed record Recommendation(string Id, string Text, IReadOnlyDictionary<string, decimal> Numbers, string Href, int Customers);

/// <summary>
/// The onboarding of those who began in some days, as they stand now. Rates are percentages with two decimals, hours have one; null where there is nothing to divide by. Demo: the
/// customers are made up. Automation: null while there are no automation rules.
/// </summary>
public sealed record AnalyticsAnswer(
    bool Demo, DateTime GeneratedAt, AnalyticsWindow Window, string Interval, StartedCounts Customers, decimal? CompletionRate, decimal? AverageCompletionHours, decimal? MedianCompletionHours,
    IReadOnlyList<StageFigure> Stages, IReadOnlyList<TaskFigure> Tasks, Bottlenecks Bottlenecks, IReadOnlyList<DropOff> DropOff, Cohorts Cohorts, IReadOnlyList<TrendPoint> Trend,
    HelpUse HelpUse, FeatureAdoption FeatureAdoption, Forecast Forecast, object? Automation, IReadOnlyList<Recommendation> Recommendations);
