using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>Counts what completes tasks, also what everyone of an account has to do.</summary>
public sealed class CountTasks(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct)
{
    /// <summary>A customer on a version, and the types something came in of; null: all.</summary>
    public sealed record Asked(string Customer, WorkflowDefinition Definition, IReadOnlySet<string>? Types);

    private readonly CountReached reached = new(connection, transaction, ct);

    /// <summary>Mondays (UTC) of the weeks with activity, of those whose definition waits for them and who were counted.</summary>
    public IReadOnlyDictionary<string, List<DateOnly>> Weeks => reached.Weeks;

    /// <summary>By customer and task, of those tasks that wait for the types asked for.</summary>
    public async Task<IReadOnlyDictionary<string, Dictionary<string, Counted>>> Run(IReadOnlyList<Asked> asked)
    {
        var wanted = asked.SelectMany(one => one.Definition.Tasks.Where(task => task is { Step: null, CompletesOn: not null } && Concerned(one.Types, task))
            .Select(task => (one.Customer, Task: task, On: task.CompletesOn!))).ToList();
        var counts = await reached.Run([.. wanted.Where(one => !one.Task.OfEveryone).Select(one => new CountReached.Asked(one.Customer, one.Task.Id, one.On))]);
        foreach (var group in wanted.Where(one => one.Task.OfEveryone).GroupBy(one => (one.On.Event, one.On.Property, Values: string.Join('\n', one.On.Values))))
            await CountEveryone(group.First().On, [.. group.Select(one => (one.Customer, one.Task.Id))], counts);
        return counts;
    }

    private static bool Concerned(IReadOnlySet<string>? types, TaskDefinition task) =>
        types is null || Awaited.Types(task.CompletesOn!).Any(types.Contains) || task.OfEveryone && types.Contains(Events.EventTypes.PersonUpdated);

    private async Task CountEveryone(Completion on, List<(string Customer, string Task)> tasks, Dictionary<string, Dictionary<string, Counted>> counts)
    {
        var customers = tasks.Select(one => one.Customer).Distinct().ToArray();
        var did = (await Query<(string CustomerId, string Person, DateTime At)>(Sql.Read("Onboarding/Workflow/Behind/by_person.sql"), CountReached.Args(on, customers))).ToLookup(one => one.CustomerId, StringComparer.Ordinal);
        var people = (await Query<(string CustomerId, string Person, DateTime FirstSeen, DateTime? RemovedAt)>("select customer_id, person_id, first_seen, removed_at from people where customer_id = any(@customers)", new { customers }))
            .ToLookup(one => one.CustomerId, one => new AccountPerson(one.Person, one.FirstSeen, one.RemovedAt), StringComparer.Ordinal);
        foreach (var (customer, task) in tasks)
        {
            if (!counts.TryGetValue(customer, out var of)) counts[customer] = of = new(StringComparer.Ordinal);
            of[task] = Everyone.Did([.. people[customer]], [.. did[customer].Select(one => (one.Person, one.At))]) is { } at ? new(1, at, "everyone") : Counted.Nothing;
        }
    }

    private Task<IEnumerable<T>> Query<T>(string sql, object args) => connection.QueryAsync<T>(new CommandDefinition(sql, args, transaction, commandTimeout: 600, cancellationToken: ct));
}
