using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones.Behind;

/// <summary>What was counted of a customer in all, and in how many weeks.</summary>
public sealed record UsageSums(string CustomerId, long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests, long ApiCalls, long Weeks)
{
    /// <summary>@customers.</summary>
    public static string Query { get; } = Sql.Read("Milestones/Behind/usage.sql");

    public static async Task<Dictionary<string, UsageSums>> Read(NpgsqlConnection connection, NpgsqlTransaction? transaction, string[] customers, CancellationToken ct) =>
        (await connection.QueryAsync<UsageSums>(new CommandDefinition(Query, new { customers }, transaction, commandTimeout: 600, cancellationToken: ct))).ToDictionary(one => one.CustomerId, StringComparer.Ordinal);

    public long Of(MilestoneRule rule) => rule.ActiveWeeks is not null ? Weeks : Measure.Of(rule.Counting)?.Column switch
    {
        "issues_tagged" => IssuesTagged,
        "prs_generated" => PrsGenerated,
        "prs_merged" => PrsMerged,
        "prs_rejected" => PrsRejected,
        "api_calls" => ApiCalls,
        _ => SupportRequests,
    };
}
