using System.Text.Json.Nodes;
using CustomerSuccess.Engagement;
using CustomerSuccess.Events;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Tracking.Change;

/// <summary>What a customer did on a day, recorded by hand in the database.</summary>
internal static class EngagementChanges
{
    public static async Task<EngagementRow> Record(NpgsqlDataSource db, EventLog log, string customerId, DateOnly day, Counts counts, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var row = new EngagementRow(await Numbers.Engagement(connection, transaction, ct), customerId, day, counts);
        await Change.Record.Write(connection, transaction, log, [Moment.Cli(clock).On(day, EventTypes.EngagementRecorded, customerId, Properties(row.Id, day, counts), row.Id)], ct);
        await transaction.CommitAsync(ct);
        return row;
    }

    /// <summary>A first recording has no copies; a correction adds 0, and −1 or +1 where the row moves to another day.</summary>
    public static JsonObject Properties(string rowId, DateOnly day, Counts counts, int? copies = null)
    {
        var properties = new JsonObject
        {
            ["row"] = rowId,
            ["date"] = day.Iso(),
            ["issues_tagged"] = counts.IssuesTagged,
            ["prs_generated"] = counts.PrsGenerated,
            ["prs_merged"] = counts.PrsMerged,
            ["prs_rejected"] = counts.PrsRejected,
            ["support_requests"] = counts.SupportRequests,
        };
        if (copies is { } number) properties["copies"] = number;
        return properties;
    }
}
