using CustomerSuccess.Platform.Kit;

namespace CustomerSuccess.Web.CustomerList;

/// <summary>A customer as the list shows it. Scores are 0 to 100, progress is in whole percent, days are UTC days.</summary>
public sealed record CustomerRow(
    string CustomerId, string Organization, string Email, string GithubUsername, string Cohort, string Industry, string Plan, string Owner, decimal? Mrr, DateOnly SignupDate,
    string AccountStatus, bool Archived, bool IsTest, string Stage, int Steps, int Done, bool Completed, string BlockerType, DateTime? BlockedAt,
    DateOnly? LastActive, int Score, string Band, string Status, string SortKey)
{
    /// <summary>The score seven days ago; null where there was none.</summary>
    public int? ScoreWeekAgo { get; init; }

    /// <summary>What happened on each of the last fourteen days, oldest first; empty when nothing did.</summary>
    public IReadOnlyList<double> Recent { get; init; } = [];

    public int Progress => Onboarding.OnboardingSteps.Percentage(Done);

    public string Href => "/customers/" + Uri.EscapeDataString(CustomerId);

    /// <summary>What to warn of, in words: the blocker, or why the customer is at risk. Null where there is nothing.</summary>
    public string? Warning(DateOnly today)
    {
        if (BlockerType.Length > 0) return $"Blocked: {Words.Plain(BlockerType)}";
        if (Status != "at_risk") return null;
        var quiet = today.DayNumber - (LastActive ?? SignupDate).DayNumber;
        if (LastActive is null) return "At risk: no activity yet";
        if (quiet >= 3) return $"At risk: no activity for {quiet} days";
        return ScoreWeekAgo is { } before && before - Score >= 3 ? $"At risk: score down {before - Score} this week" : $"At risk: score {Score}";
    }
}

/// <summary>One page of the list. AtLeast: counting stopped there; Next and Previous are where the pages beside it begin.</summary>
public sealed record CustomerPage(IReadOnlyList<CustomerRow> Rows, long Total, bool AtLeast, string? Next, string? Previous)
{
    public string TotalInWords => AtLeast ? $"more than {Words.Number(ListCustomers.MostCounted)}" : Words.Number(Total);
}
