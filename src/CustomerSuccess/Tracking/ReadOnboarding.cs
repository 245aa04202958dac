using CustomerSuccess.Onboarding;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tracking;

/// <summary>The onboarding record of a customer in the database, as a row of the file.</summary>
internal static class ReadOnboarding
{
    /// <summary>Columns of the relations customers c and onboarding o; bit n of steps is step n.</summary>
    public static readonly string Columns = $"""
        coalesce(o.row_id, 'o-' || c.customer_id) as onboarding_id,
        {string.Join(" + ", OnboardingSteps.All.Select(step => $"case when o.{step} is null then 0 else {OnboardingSteps.Bit(step)} end"))} as steps,
        (o.completed_at at time zone 'utc')::date as completed_date, coalesce(o.blocker_type, '') as blocker_type, coalesce(o.notes, '') as notes
        """;

    private static readonly string Query = $"select c.customer_id, c.signup_date, {Columns} from customers c left join onboarding o on o.customer_id = c.customer_id where c.customer_id = @customerId";

    private sealed record Found(string CustomerId, DateOnly SignupDate, string OnboardingId, int Steps, DateOnly? CompletedDate, string BlockerType, string Notes);

    public static async Task<OnboardingRow?> Of(NpgsqlConnection connection, NpgsqlTransaction transaction, string customerId, CancellationToken ct) =>
        await connection.QuerySingleOrDefaultAsync<Found>(new CommandDefinition(Query, new { customerId }, transaction, cancellationToken: ct)) is not { } found ? null
            : new OnboardingRow(
                found.OnboardingId, customerId, found.Steps, found.CompletedDate,
                found.CompletedDate is { } day ? OnboardingSteps.DaysToComplete(found.SignupDate, day) : null, found.BlockerType, found.Notes);
}
