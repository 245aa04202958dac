using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>One customer's workflow as it follows from the log. Weeks: the Mondays counted, where the definition waits for weeks.</summary>
public sealed record Standing(CustomerProgress Progress, WorkflowDefinition Definition, IReadOnlyDictionary<string, Counted> Counted, IReadOnlyList<DateOnly>? Weeks, bool InTotals, DateTime? BlockedAt);

/// <summary>Works out where customers stand.</summary>
public static class LoadCourses
{
    private sealed record Account(string CustomerId, DateTime StartedAt, bool Counted);

    private sealed record Row(string CustomerId, string Id, string Source, string Type, DateTime OccurredAt, DateTime ReceivedAt, string? Actor, string Properties);

    /// <summary>What was counted for a customer before, on which version.</summary>
    internal sealed record Before(int Version, DateOnly[] Weeks)
    {
        public Dictionary<string, Counted> Counted { get; } = new(StringComparer.Ordinal);
    }

    /// <summary>
    /// Those of these customers who exist. Types: what came in since they were last worked out (null: everything is counted anew); an
    /// empty set counts nothing anew.
    /// </summary>
    public static async Task<IReadOnlyList<Standing>> Run(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, IReadOnlyDictionary<string, IReadOnlySet<string>?> asked, KnownDefinitions definitions, CancellationToken ct)
    {
        var args = new { customers = asked.Keys.ToArray(), known = asked.Where(one => one.Value is not null).Select(one => one.Key).ToArray() };
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(Query, args, transaction, commandTimeout: 600, cancellationToken: ct));
        var accounts = (await read.ReadAsync<Account>()).AsList();
        var rows = (await read.ReadAsync<Row>()).ToLookup(row => row.CustomerId, StringComparer.Ordinal);
        var before = await Stored(read);
        await read.DisposeAsync();
        var courses = accounts.ConvertAll(account => (Account: account, Facts: new CourseFacts(account.CustomerId, account.StartedAt,
            [.. rows[account.CustomerId].Select(row => Happening.From(row.Type, row.Id, row.Source, row.OccurredAt, row.ReceivedAt, row.Actor, row.Properties)).OfType<Happening>()], new Dictionary<string, Counted>())));
        var count = new CountTasks(connection, transaction, ct);
        var counted = await count.Run([.. courses.Select(course => new CountTasks.Asked(course.Account.CustomerId, definitions.Of(course.Facts.Version),
            before.TryGetValue(course.Account.CustomerId, out var old) && old.Version == course.Facts.Version ? asked[course.Account.CustomerId] : null))]);
        return courses.ConvertAll(course =>
        {
            var (id, definition) = (course.Account.CustomerId, definitions.Of(course.Facts.Version));
            var old = before.TryGetValue(id, out var stored) && stored.Version == course.Facts.Version ? stored : null;
            var all = new Dictionary<string, Counted>(old?.Counted ?? [], StringComparer.Ordinal);
            foreach (var (task, one) in counted.GetValueOrDefault(id) ?? []) all[task] = one;
            return new Standing(RunCourse.Of(definition, course.Facts with { Counted = all }), definition, all,
                count.Weeks.TryGetValue(id, out var weeks) ? weeks : old?.Weeks, course.Account.Counted, course.Facts.BlockedAt);
        });
    }

    private static readonly string Query = string.Join(";\n", Sql.Read("Onboarding/Workflow/Behind/accounts.sql"), Sql.Read("Onboarding/Workflow/Behind/course.sql"),
        "select customer_id, version, array_to_string(weeks, ',') from workflow where customer_id = any(@known)",
        "select customer_id, task, counted, reached_at, reached_by from workflow_tasks where customer_id = any(@known) and counted > 0");

    private static async Task<Dictionary<string, Before>> Stored(SqlMapper.GridReader read)
    {
        var found = new Dictionary<string, Before>(StringComparer.Ordinal);
        foreach (var (customer, version, weeks) in await read.ReadAsync<(string, int, string)>()) found[customer] = new(version, [.. weeks.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(week => DateOnly.ParseExact(week, "yyyy-MM-dd"))]);
        foreach (var (customer, task, n, at, by) in await read.ReadAsync<(string, string, int, DateTime?, string)>())
        {
            if (found.TryGetValue(customer, out var one)) one.Counted[task] = new(n, at, by);
        }

        return found;
    }
}
