using CustomerSuccess.Engagement;
using CustomerSuccess.Platform;
using CustomerSuccess.Tracking.Export;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Tracking.Import;

/// <summary>A customer as the database has it: both rows, and when steps were last reset.</summary>
internal sealed record KnownCustomer(CustomerRow Customer, OnboardingRow Onboarding);

/// <summary>What the database knows about the rows of a batch.</summary>
internal static class Known
{
    private static readonly string CustomerQuery = $"""
        select c.customer_id, c.email, c.organization, c.github_username, c.signup_date, c.cohort, c.industry, c.team_size, c.status, {ReadOnboarding.Columns}
        from customers c left join onboarding o on o.customer_id = c.customer_id where c.customer_id = any(@ids)
        """;

    // The same rows the export writes, of these customers alone.
    private static readonly string MadeQuery =
        "with activity as (select * from activity where customer_id = any(@ids)), engagement_rows as (select * from engagement_rows where customer_id = any(@ids)),\n"
        + Sql.Read("Tracking/days.sql");

    private sealed record CustomerLine(
        string CustomerId, string Email, string Organization, string GithubUsername, DateOnly SignupDate, string Cohort, string Industry, int? TeamSize, string Status,
        string OnboardingId, int Steps, DateOnly? CompletedDate, string BlockerType, string Notes);

    private sealed record DayLine(
        string RowId, string CustomerId, DateOnly Day, long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests)
    {
        public EngagementRow Row => new(RowId, CustomerId, Day, new Counts(IssuesTagged, PrsGenerated, PrsMerged, PrsRejected, SupportRequests));
    }

    public static async Task<Dictionary<string, KnownCustomer>> Customers(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] ids, CancellationToken ct) =>
        (await connection.QueryAsync<CustomerLine>(new CommandDefinition(CustomerQuery, new { ids }, transaction, cancellationToken: ct))).ToDictionary(
            line => line.CustomerId,
            line => new KnownCustomer(
                new CustomerRow(line.CustomerId, line.Email, line.Organization, line.GithubUsername, line.SignupDate, line.Cohort, line.Industry, line.TeamSize, line.Status),
                new OnboardingRow(line.OnboardingId, line.CustomerId, line.Steps, line.CompletedDate, null, line.BlockerType, line.Notes)),
            StringComparer.Ordinal);

    /// <summary>Which of these emails belong to a customer other than the one beside them: (our id, its owner).</summary>
    public static async Task<Dictionary<string, string>> EmailOwners(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] emails, string[] ids, CancellationToken ct) =>
        await Others("select w.id, e.customer_id from unnest(@keys, @ids) w(email, id) join customer_emails e on e.email = lower(w.email) where e.customer_id <> w.id", connection, transaction, emails, ids, ct);

    /// <summary>Which of these onboarding row ids belong to a customer other than the one beside them.</summary>
    public static async Task<Dictionary<string, string>> RecordOwners(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] rows, string[] ids, CancellationToken ct) =>
        await Others("select w.id, o.customer_id from unnest(@keys, @ids) w(row_id, id) join onboarding o on o.row_id = w.row_id where o.customer_id <> w.id", connection, transaction, rows, ids, ct);

    /// <summary>Rows by id, recorded ones as well as those that stand for what events counted on a day.</summary>
    public static async Task<Dictionary<string, EngagementRow>> Days(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string[] rows, string[] customersOfMadeRows, CancellationToken ct)
    {
        var found = new Dictionary<string, EngagementRow>(StringComparer.Ordinal);
        foreach (var line in await connection.QueryAsync<DayLine>(new CommandDefinition(
            """
            select row_id, customer_id, day, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests
            from engagement_rows where row_id = any(@rows) and copies > 0
            """, new { rows }, transaction, cancellationToken: ct)))
            found[line.RowId] = line.Row;
        if (customersOfMadeRows.Length == 0) return found;
        foreach (var line in await connection.QueryAsync<DayLine>(new CommandDefinition(MadeQuery, new { ids = customersOfMadeRows }, transaction, cancellationToken: ct)))
        {
            if (line.RowId == Ids.OfDay(line.CustomerId, line.Day)) found[line.RowId] = line.Row;
        }

        return found;
    }

    /// <summary>When steps of these customers were last reset: a step that is to stand must come after.</summary>
    public static async Task<Dictionary<string, DateTime>> LastResets(NpgsqlConnection connection, NpgsqlTransaction transaction, string[] ids, CancellationToken ct) =>
        (await connection.QueryAsync<(string Id, DateTime At)>(new CommandDefinition(
            "select customer_id, max(occurred_at) from events where subject = any(@ids) and replayed and type = 'onboarding_step_reset' group by 1", new { ids }, transaction, cancellationToken: ct)))
        .ToDictionary(one => one.Id, one => one.At, StringComparer.Ordinal);

    private static async Task<Dictionary<string, string>> Others(
        string query, NpgsqlConnection connection, NpgsqlTransaction transaction, string[] keys, string[] ids, CancellationToken ct)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, owner) in await connection.QueryAsync<(string, string)>(new CommandDefinition(query, new { keys, ids }, transaction, cancellationToken: ct)))
            owners[id] = owner;
        return owners;
    }
}
