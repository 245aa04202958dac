using CustomerSuccess.Platform;

namespace CustomerSuccess.Health;

/// <summary>What was known at the end of a past day, in place of the tables as they are now.</summary>
public static class Known
{
    /// <summary>
    /// CTEs that stand for customers, onboarding, activity, engagement and engagement_rows as they were known before @until.
    /// </summary>
    /// <param name="whose">Of whom, as a condition on customer_id.</param>
    public static string Tables(string whose) => Sql.Read("Health/known.sql")
        .Replace("/*whose*/", whose, StringComparison.Ordinal)
        .Replace("/*customers*/", Sql.Read("Customers/customer.sql"), StringComparison.Ordinal)
        .Replace("/*onboarding*/", Sql.Read("Onboarding/onboarding.sql"), StringComparison.Ordinal)
        .Replace("/*counts*/", Sql.Read("Engagement/counts.sql"), StringComparison.Ordinal);
}
