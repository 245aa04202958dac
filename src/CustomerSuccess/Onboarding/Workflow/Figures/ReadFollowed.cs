using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Platform;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Figures;

/// <summary>Reads customers with their tasks and stages, all of them or some. Row by row: of 100,000 customers there are 1.4 million.</summary>
public static class ReadFollowed
{
    private sealed record Account(
        string CustomerId, int Version, DateTime StartedAt, DateTime? CompletedAt, string Stage, string NextTask, DateTime? StuckAt, string StuckBy, string Cohort, string Plan, string Industry, string Owner, int SupportRequests);

    /// <summary>Those in totals; <paramref name="customers"/> null: of everybody.</summary>
    public static async Task<Dictionary<string, Followed>> Run(NpgsqlDataSource db, IReadOnlyCollection<string>? customers, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        // The three are of one moment.
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        await using var command = new NpgsqlCommand(Sql.Read("Onboarding/Workflow/Figures/followed.sql").Replace("{which}", customers is null ? "" : "and w.customer_id = any(@customers)", StringComparison.Ordinal), connection, transaction) { CommandTimeout = 120 };
        if (customers is not null) command.Parameters.Add(new NpgsqlParameter<string[]>("customers", [.. customers]));
        await using var reader = await command.ExecuteReaderAsync(ct);
        // The same few words again and again.
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        var accounts = new Dictionary<string, Account>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            accounts[reader.GetString(0)] = new(reader.GetString(0), reader.GetInt32(1), reader.GetDateTime(2), At(3), Word(4), Word(5), At(6), Word(7), Word(8), Word(9), Word(10), Word(11), (int)Math.Clamp(reader.GetInt64(12), 0, int.MaxValue));
        }

        await reader.NextResultAsync(ct);
        var tasks = new Dictionary<string, List<FollowedTask>>(accounts.Count, StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) Put(tasks, reader.GetString(0), new(Name(1), StateOf(reader.GetString(2)), Seconds(3)));
        await reader.NextResultAsync(ct);
        var stages = new Dictionary<string, List<FollowedStage>>(accounts.Count, StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) Put(stages, reader.GetString(0), new(Name(1), reader.GetBoolean(2), reader.GetBoolean(3), Seconds(4)));
        return accounts.ToDictionary(one => one.Key, one => one.Value is var of
            ? new Followed(of.CustomerId, of.Version, of.StartedAt, of.CompletedAt, of.Stage, of.NextTask, of.StuckAt, of.StuckBy, of.Cohort, of.Plan, of.Industry, of.Owner, of.SupportRequests, Of(tasks, one.Key), Of(stages, one.Key)) : null!, StringComparer.Ordinal);

        DateTime? At(int column) => reader.IsDBNull(column) ? null : reader.GetDateTime(column);

        int Seconds(int column) => reader.IsDBNull(column) ? -1 : (int)Math.Clamp(reader.GetInt64(column), 0, int.MaxValue);

        // Tasks and stages are the same words in every reading, too.
        string Name(int column)
        {
            var text = reader.GetString(column);
            return words.TryGetValue(text, out var known) ? known : words[text] = string.Intern(text);
        }

        string Word(int column)
        {
            var text = reader.GetString(column);
            return words.TryGetValue(text, out var known) ? known : words[text] = text;
        }
    }

    private static void Put<T>(Dictionary<string, List<T>> all, string customer, T one)
    {
        if (all.TryGetValue(customer, out var list)) list.Add(one);
        else all[customer] = [one];
    }

    private static T[] Of<T>(Dictionary<string, List<T>> all, string customer) => all.TryGetValue(customer, out var list) ? [.. list] : [];

    private static TaskState StateOf(string word) => word switch
    {
        "available" => TaskState.Available,
        "in_progress" => TaskState.InProgress,
        "completed" => TaskState.Completed,
        "skipped" => TaskState.Skipped,
        "failed" => TaskState.Failed,
        _ => TaskState.Locked,
    };
}
