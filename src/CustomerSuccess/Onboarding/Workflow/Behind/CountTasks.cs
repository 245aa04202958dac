using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>Counts what completes tasks, from the log and from the days of activity: always anew, so that duplicates and late events are no case of their own.</summary>
public sealed class CountTasks(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct)
{
    /// <summary>A customer on a version, and the types something came in of; null: all.</summary>
    public sealed record Asked(string Customer, WorkflowDefinition Definition, IReadOnlySet<string>? Types);

    private sealed record Day(string CustomerId, DateOnly Date, long IssuesTagged, long PrsGenerated, long PrsMerged, long PrsRejected, long SupportRequests, long ApiCalls)
    {
        public long Of(string column) => column switch
        {
            "issues_tagged" => IssuesTagged,
            "prs_generated" => PrsGenerated,
            "prs_merged" => PrsMerged,
            "prs_rejected" => PrsRejected,
            _ => SupportRequests,
        };

        public bool Active => IssuesTagged > 0 || PrsGenerated > 0 || PrsMerged > 0 || PrsRejected > 0 || SupportRequests > 0 || ApiCalls > 0;
    }

    private readonly Dictionary<string, Dictionary<string, Counted>> counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DateOnly>> weeks = new(StringComparer.Ordinal);

    /// <summary>Mondays (UTC) of the weeks with activity, of those whose definition waits for them and who were counted.</summary>
    public IReadOnlyDictionary<string, List<DateOnly>> Weeks => weeks;

    /// <summary>By customer and task, of those tasks that wait for the types asked for.</summary>
    public async Task<IReadOnlyDictionary<string, Dictionary<string, Counted>>> Run(IReadOnlyList<Asked> asked)
    {
        var wanted = asked.SelectMany(one => one.Definition.Tasks.Where(task => task is { Step: null, CompletesOn: not null } && Concerned(one.Types, task))
            .Select(task => (one.Customer, Task: task, On: task.CompletesOn!))).ToList();
        var byDay = wanted.Where(one => one.On.ActiveWeeks is not null || Measure.Of(one.On.Event!) is not null).ToList();
        if (byDay.Count > 0)
        {
            var days = (await Query<Day>("select customer_id, day as date, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls from activity where customer_id = any(@customers) order by customer_id, day",
                new { customers = byDay.Select(one => one.Customer).Distinct().ToArray() })).ToLookup(day => day.CustomerId, StringComparer.Ordinal);
            foreach (var (customer, task, on) in byDay.Where(one => one.On.ActiveWeeks is not null)) CountWeeks(customer, task, on.ActiveWeeks!.Value, days[customer]);
            foreach (var group in byDay.Where(one => one.On.ActiveWeeks is null).GroupBy(one => (Measure: Measure.Of(one.On.Event!)!, one.On.Count)))
                await CountDays(group.Key.Measure, group.Key.Count, [.. group.Select(one => (one.Customer, one.Task.Id))], days);
        }

        foreach (var group in wanted.Except(byDay).GroupBy(one => (one.On.Event, one.On.Property, Values: string.Join('\n', one.On.Values), one.On.Count, one.Task.OfEveryone)))
        {
            var on = group.First().On;
            var args = new
            {
                customers = group.Select(one => one.Customer).Distinct().ToArray(),
                type = on.Event,
                property = on.Property ?? "",
                patterns = on.Property is null ? null : on.Values.Select(Pattern).ToArray(),
                most = on.Count,
            };
            if (group.Key.OfEveryone) await CountEveryone(args, args.customers, [.. group.Select(one => (one.Customer, one.Task.Id))]);
            else await CountEvents(args, on.Count, [.. group.Select(one => (one.Customer, one.Task.Id))]);
        }

        return counts;
    }

    private static bool Concerned(IReadOnlySet<string>? types, TaskDefinition task) =>
        types is null || Awaited.Types(task.CompletesOn!).Any(types.Contains) || task.OfEveryone && types.Contains(Events.EventTypes.PersonUpdated);

    private void CountWeeks(string customer, TaskDefinition task, int needed, IEnumerable<Day> days)
    {
        var firsts = days.Where(day => day.Active).GroupBy(day => day.Date.AddDays(-(((int)day.Date.DayOfWeek + 6) % 7))).Select(week => (Monday: week.Key, First: week.Min(day => day.Date))).OrderBy(week => week.Monday).ToList();
        weeks[customer] = [.. firsts.Select(week => week.Monday)];
        Put(customer, task.Id, new(Math.Min(needed, firsts.Count), firsts.Count >= needed ? firsts[needed - 1].First.Start() : null, firsts.Count >= needed ? "usage" : ""));
    }

    private async Task CountDays(Measure measure, int needed, List<(string Customer, string Task)> tasks, ILookup<string, Day> days)
    {
        var reached = new Dictionary<string, (DateOnly Day, long Missing)>(StringComparer.Ordinal);
        foreach (var (customer, task) in tasks)
        {
            var sum = 0L;
            foreach (var day in days[customer])
            {
                if (sum < needed && sum + day.Of(measure.Column) >= needed) reached[customer] = (day.Date, needed - sum);
                sum += day.Of(measure.Column);
            }

            Put(customer, task, new((int)Math.Clamp(sum, 0, needed), null, ""));
        }

        if (reached.Count == 0) return;
        var moments = (await Query<(string CustomerId, DateTime At, long N, string Id)>(Sql.Read("Onboarding/Workflow/Behind/on_day.sql"),
            new { customers = reached.Keys.ToArray(), days = reached.Values.Select(one => one.Day).ToArray(), kind = measure.Column, url = measure.Url, types = measure.Types.ToArray() })).ToLookup(one => one.CustomerId, StringComparer.Ordinal);
        foreach (var (customer, task) in tasks)
        {
            if (!reached.TryGetValue(customer, out var one)) continue;
            // The moment of that day by which it was enough; where the day is all that is known, its start.
            var (sum, at, by) = (0L, one.Day.Start(), "usage");
            foreach (var moment in moments[customer].OrderBy(each => each.At).ThenBy(each => each.Id, StringComparer.Ordinal))
            {
                sum += moment.N;
                if (sum < one.Missing) continue;
                (at, by) = (moment.At, moment.Id.Length > 0 ? "event:" + moment.Id : "usage");
                break;
            }

            Put(customer, task, new(needed, at, by));
        }
    }

    private async Task CountEvents(object args, int needed, List<(string Customer, string Task)> tasks)
    {
        var found = (await Query<(string CustomerId, DateTime At, string Id, string? Person)>(Sql.Read("Onboarding/Workflow/Behind/happened.sql"), args)).ToLookup(one => one.CustomerId, StringComparer.Ordinal);
        foreach (var (customer, task) in tasks)
        {
            var first = found[customer].OrderBy(one => one.At).ThenBy(one => one.Id, StringComparer.Ordinal).Take(needed).ToList();
            Put(customer, task, first.Count < needed ? new(first.Count, null, "") : new(needed, first[^1].At, "event:" + first[^1].Id));
        }
    }

    private async Task CountEveryone(object args, string[] customers, List<(string Customer, string Task)> tasks)
    {
        var did = (await Query<(string CustomerId, string Person, DateTime At)>(Sql.Read("Onboarding/Workflow/Behind/by_person.sql"), args)).ToLookup(one => one.CustomerId, StringComparer.Ordinal);
        var people = (await Query<(string CustomerId, string Person, DateTime FirstSeen, DateTime? RemovedAt)>("select customer_id, person_id, first_seen, removed_at from people where customer_id = any(@customers)", new { customers }))
            .ToLookup(one => one.CustomerId, one => new AccountPerson(one.Person, one.FirstSeen, one.RemovedAt), StringComparer.Ordinal);
        foreach (var (customer, task) in tasks)
        {
            var at = Everyone.Did([.. people[customer]], [.. did[customer].Select(one => (one.Person, one.At))]);
            Put(customer, task, at is null ? Counted.Nothing : new(1, at, "everyone"));
        }
    }

    private void Put(string customer, string task, Counted counted)
    {
        if (!counts.TryGetValue(customer, out var of)) counts[customer] = of = new(StringComparer.Ordinal);
        of[task] = counted;
    }

    private static string Pattern(string value)
    {
        var open = value.EndsWith('*');
        var text = (open ? value[..^1] : value).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
        return open ? text + "%" : text;
    }

    private Task<IEnumerable<T>> Query<T>(string sql, object args) => connection.QueryAsync<T>(new CommandDefinition(sql, args, transaction, commandTimeout: 600, cancellationToken: ct));
}
