using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Web.Dashboard;

/// <summary>The figures of the main page on one UTC day. Everything but active today is a sum over the same groups, so figures agree with each other.</summary>
public sealed record DashboardFigures(DateOnly Today, IReadOnlyList<DashboardFigures.Group> Groups, long ActiveToday, DashboardFigures.Absent LeftOut, IReadOnlyList<NeedsYou> Needs)
{
    /// <summary>Customers that did the same steps and stand the same.</summary>
    public sealed record Group(int Steps, bool Completed, string Status, bool Blocked, long Customers, long Generated, long Merged, decimal Mrr,
        long ValueDays, long Valued, long CompleteDays, long Timed);

    /// <summary>Customers in no total.</summary>
    public sealed record Absent(long Test, long Archived, long Churned)
    {
        public long All => Test + Archived + Churned;
    }

    public long Total => Sum(_ => true);

    public long AtRisk => Sum(group => group.Status == "at_risk");

    public decimal AtRiskMrr => Groups.Where(group => group.Status == "at_risk").Sum(group => group.Mrr);

    public long Blocked => Sum(group => group.Blocked);

    /// <summary>At risk or blocked, and not inactive.</summary>
    public long Needing => Sum(group => group.Status == "at_risk" || group.Blocked && group.Status != "inactive");

    public long Completed => Sum(group => group.Completed);

    public int OnboardingRate => Percent.Of(Completed, Total);

    public long Generated => Groups.Sum(group => group.Generated);

    public long Merged => Groups.Sum(group => group.Merged);

    public int SuccessRate => Math.Min(100, Percent.Of(Merged, Generated));

    /// <summary>Average days from signup to the first pull request, of those that have both; null when none has.</summary>
    public decimal? TimeToValue => Average(Groups.Sum(group => group.ValueDays), Valued);

    public long Valued => Groups.Sum(group => group.Valued);

    public decimal? DaysToComplete => Average(Groups.Sum(group => group.CompleteDays), Groups.Sum(group => group.Timed));

    /// <summary>Done steps of all there are to do.</summary>
    public int OnboardingProgress => Percent.Of(Groups.Sum(group => group.Customers * int.PopCount(group.Steps)), Total * OnboardingSteps.All.Count);

    public long WithStep(string step) => Sum(group => OnboardingSteps.Has(group.Steps, step));

    public long InStage(string stage) => Sum(group => OnboardingSteps.Stage(group.Steps, group.Completed) == stage);

    public long InStatus(string status) => Sum(group => group.Status == status);

    /// <summary>The step most customers wait for: the first they have not done, of those whose onboarding is open.</summary>
    public (string Step, long Waiting, long Blocked)? BiggestStop => OnboardingSteps.All
        .Select(step => (Step: step, Waiting: Groups.Where(group => !group.Completed && Next(group.Steps) == step).ToList()))
        .Select(each => (each.Step, Waiting: each.Waiting.Sum(group => group.Customers), Blocked: each.Waiting.Where(group => group.Blocked).Sum(group => group.Customers)))
        .Where(each => each.Waiting > 0)
        .OrderByDescending(each => each.Waiting)
        .Select(each => ((string, long, long)?)each)
        .FirstOrDefault();

    /// <summary>How many customers one filter of the list leaves, where these figures know it.</summary>
    public long? Count(IReadOnlyList<(string Name, string Value)> filter) => filter switch
    {
        [] => Total,
        [("status", var status)] when Words.Statuses.Contains(status) => InStatus(status),
        [("stage", var stage)] when OnboardingSteps.Stages.Contains(stage) => InStage(stage),
        [("step", var step)] when OnboardingSteps.Exists(step) => WithStep(step),
        [("next", var step)] when OnboardingSteps.Exists(step) => Sum(group => !group.Completed && Next(group.Steps) == step),
        [("onboarding", "completed")] => Completed,
        [("onboarding", "open")] => Total - Completed,
        [("blocker", "yes")] => Blocked,
        [("blocker", "no")] => Total - Blocked,
        [("active", "today")] => ActiveToday,
        [("with", "you")] => Needing,
        [("with", "value")] => Valued,
        _ => null,
    };

    /// <summary>The first step not done, null when all are.</summary>
    public static string? Next(int steps) => OnboardingSteps.All.FirstOrDefault(step => !OnboardingSteps.Has(steps, step));

    private long Sum(Func<Group, bool> which) => Groups.Where(which).Sum(group => group.Customers);

    private static decimal? Average(long sum, long count) => count == 0 ? null : Math.Round((decimal)sum / count, 1, MidpointRounding.AwayFromZero);
}

/// <summary>One customer that needs a person, with the evidence.</summary>
public sealed record NeedsYou(string CustomerId, string Organization, string Owner, decimal? Mrr, DateOnly SignupDate, DateOnly? LastActive, int Score, string Band,
    string BlockerType, DateTime? BlockedAt, int Steps, int Done, bool Completed)
{
    public int? ScoreWeekAgo { get; init; }

    public long SupportRequests { get; init; }

    /// <summary>The reasons in words, the strongest first.</summary>
    public IReadOnlyList<string> Reasons(DateTime now)
    {
        var today = DateOnly.FromDateTime(now);
        var reasons = new List<string>();
        if (BlockerType.Length > 0)
        {
            var days = BlockedAt is { } since ? (now - since).Days : 0;
            reasons.Add($"Blocked: {Words.Plain(BlockerType)}{(days > 0 ? $", {Words.Count(days, "day")}" : "")}");
        }

        if (Band == "at_risk") reasons.Add(ScoreWeekAgo is { } before && Math.Abs(Score - before) >= 3
            ? $"Score {Score}, {(Score > before ? "+" : "−")}{Math.Abs(Score - before)} this week" : $"Score {Score}");
        var quiet = today.DayNumber - (LastActive ?? SignupDate).DayNumber;
        if (LastActive is null && quiet > 0) reasons.Add($"Nothing happened since sign-up {Words.Count(quiet, "day")} ago");
        else if (quiet >= 3) reasons.Add($"No activity for {quiet} days");
        if (SupportRequests >= 2) reasons.Add($"{Words.Count(SupportRequests, "support request")} this week");
        if (BlockerType.Length == 0 && !Completed && LastActive is not null && DashboardFigures.Next(Steps) is { } step && today.DayNumber - SignupDate.DayNumber >= 7)
        {
            reasons.Add($"{Missing(step)} {Words.Count(today.DayNumber - SignupDate.DayNumber, "day")} after sign-up");
        }

        return reasons;
    }

    private static string Missing(string step) => step switch
    {
        OnboardingSteps.WelcomeEmailSent => "No welcome email",
        OnboardingSteps.AccountCreated => "No account",
        OnboardingSteps.GithubActionInstalled => "No GitHub Action",
        OnboardingSteps.FirstIssueTagged => "No issue tagged",
        _ => "No PR",
    };

    /// <summary>What to do first, by the evidence; taken on the customer's page.</summary>
    public (string Word, string Anchor) Action =>
        BlockerType.Length > 0 ? ("Solve blocker", "onboarding")
        : LastActive is null ? ("Follow up", "actions")
        : ("Schedule call", "actions");
}
