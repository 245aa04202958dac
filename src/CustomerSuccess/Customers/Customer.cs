using System.Text.Json;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Customers;

/// <summary>A customer as the API shows it. Status is the account's (active, paused, churned), not its health.</summary>
public sealed record Customer(
    string Id, string Email, string Organization, string GithubUsername, DateOnly SignupDate, string Cohort, string Industry, int? TeamSize,
    string Plan, decimal? Mrr, string Owner, string Status, bool IsTest, DateTime? ArchivedAt, JsonElement ExternalIds, JsonElement Traits)
{
    /// <summary>One row; null where there is no such customer.</summary>
    public const string Query =
        """
        select customer_id, email, organization, github_username, signup_date, cohort, industry, team_size, plan, mrr, owner, status, is_test,
          archived_at, external_ids::text as external_ids, traits::text as traits
        from customers where customer_id = @id
        """;

    /// <summary>The row of <see cref="Query"/>.</summary>
    public sealed record Row(
        string CustomerId, string Email, string Organization, string GithubUsername, DateOnly SignupDate, string Cohort, string Industry, int? TeamSize,
        string Plan, decimal? Mrr, string Owner, string Status, bool IsTest, DateTime? ArchivedAt, string ExternalIds, string Traits)
    {
        public Customer Shown() => new(CustomerId, Email, Organization, GithubUsername, SignupDate, Cohort, Industry, TeamSize,
            Plan, Mrr, Owner, Status, IsTest, ArchivedAt, JsonElement.Parse(ExternalIds), JsonElement.Parse(Traits));
    }

    public static async Task<Customer?> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, string id, CancellationToken ct) =>
        (await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(Query, new { id }, transaction, cancellationToken: ct)))?.Shown();
}
