using System.Text.Json;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding;

/// <summary>One of the five steps. Untimed: done, but nobody knows when (an import without a date).</summary>
public sealed record StepState(string Step, bool Done, DateTime? At, bool Untimed, string? Source);

/// <summary>A customer's onboarding as the API shows it. Days to complete are counted from signup, never negative.</summary>
public sealed record OnboardingRecord(
    string CustomerId, int Percent, string Stage, IReadOnlyList<StepState> Steps, DateOnly? CompletedDate, int? DaysToComplete,
    string BlockerType, string Notes, DateTime? BlockedAt, string? BlockedBy)
{
    /// <summary>One row; none where there is no such customer.</summary>
    public const string Query =
        """
        select c.customer_id, c.signup_date, o.welcome_email_sent, o.account_created, o.github_action_installed, o.first_issue_tagged, o.first_pr_generated,
          coalesce(o.sources, '{}')::text as sources, coalesce(o.untimed, '{}') as untimed, o.completed_at,
          coalesce(o.blocker_type, '') as blocker_type, coalesce(o.notes, '') as notes, o.blocked_at, o.blocked_by
        from customers c left join onboarding o on o.customer_id = c.customer_id where c.customer_id = @id
        """;

    /// <summary>The row of <see cref="Query"/>.</summary>
    public sealed record Row(
        string CustomerId, DateOnly SignupDate, DateTime? WelcomeEmailSent, DateTime? AccountCreated, DateTime? GithubActionInstalled, DateTime? FirstIssueTagged,
        DateTime? FirstPrGenerated, string Sources, string[] Untimed, DateTime? CompletedAt, string BlockerType, string Notes, DateTime? BlockedAt, string? BlockedBy)
    {
        public OnboardingRecord Shown()
        {
            var sources = JsonElement.Parse(Sources);
            DateTime?[] times = [WelcomeEmailSent, AccountCreated, GithubActionInstalled, FirstIssueTagged, FirstPrGenerated];
            var steps = OnboardingSteps.All.Select((step, n) =>
            {
                var untimed = Untimed.Contains(step, StringComparer.Ordinal);
                return new StepState(step, times[n] is not null, untimed ? null : times[n], untimed, sources.TryGetProperty(step, out var source) ? source.GetString() : null);
            }).ToList();
            var set = steps.Where(step => step.Done).Sum(step => OnboardingSteps.Bit(step.Step));
            var completed = CompletedAt?.Day();
            return new OnboardingRecord(
                CustomerId, OnboardingSteps.Percentage(int.PopCount(set)), OnboardingSteps.Stage(set, completed is not null), steps,
                completed, completed is { } day ? OnboardingSteps.DaysToComplete(SignupDate, day) : null, BlockerType, Notes, BlockedAt, BlockedBy);
        }
    }

    public bool Has(string step) => Steps.First(each => each.Step == step).Done;

    public static async Task<OnboardingRecord?> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, string id, CancellationToken ct) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Query, new { id }, transaction, cancellationToken: ct)))?.Shown();
}
