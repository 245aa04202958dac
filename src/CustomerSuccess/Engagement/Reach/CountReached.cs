using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Engagement.Reach;

/// <summary>
/// Counts what is waited for, from the log and from the days of activity: always anew, so that duplicates and late events are no case of
/// their own. Used once for each call of <see cref="Run"/>.
/// </summary>
public sealed class CountReached(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct)
{
    /// <summary>
    /// A customer, the caller's name for what is waited for, and what that is. KnownDay: a day that needs no closer look; where it was
    /// enough on that day or after it, its start is all that is told.
    /// </summary>
    public sealed record Asked(string Customer, string Key, Completion On, DateOnly? KnownDay = null);

    private readonly Dictionary<string, Dictionary<string, Counted>> counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DateOnly>> weeks = new(StringComparer.Ordinal);

    /// <summary>Mondays (UTC) of the weeks with activity, of customers for whom weeks were asked.</summary>
    public IReadOnlyDictionary<string, List<DateOnly>> Weeks => weeks;

    /// <summary>By customer and key.</summary>
    public async Task<Dictionary<string, Dictionary<string, Counted>>> Run(IReadOnlyList<Asked> asked)
    {
        var byDay = asked.Where(one => one.On.ActiveWeeks is not null || Measure.Of(one.On) is not null).ToList();
        if (byDay.Count > 0)
        {
            var days = (await Query<CountedDay>("select customer_id, day as date, issues_tagged, prs_generated, prs_merged, prs_rejected, support_requests, api_calls from activity where customer_id = any(@customers) order by customer_id, day",
                new { customers = byDay.Select(one => one.Customer).Distinct().ToArray() })).ToLookup(day => day.CustomerId, StringComparer.Ordinal);
            foreach (var one in byDay.Where(one => one.On.ActiveWeeks is not null)) CountWeeks(one, days[one.Customer]);
            foreach (var group in byDay.Where(one => one.On.ActiveWeeks is null).GroupBy(one => (Measure: Measure.Of(one.On)!, one.On.Count)))
                await CountDays(group.Key.Measure, group.Key.Count, [.. group], days);
        }

        foreach (var group in asked.Except(byDay).GroupBy(one => (one.On.Event, one.On.Property, Values: string.Join('\n', one.On.Values), one.On.Count)))
            await CountEvents(Args(group.First().On, group.Select(one => one.Customer)), group.Key.Count, [.. group]);
        return counts;
    }

    /// <summary>What the queries of events of one type take.</summary>
    public static object Args(Completion on, IEnumerable<string> customers) => new
    {
        customers = customers.Distinct().ToArray(),
        type = on.Event,
        property = on.Property ?? "",
        patterns = on.Property is null ? null : on.Values.Select(Pattern).ToArray(),
        most = on.Count,
        withdrawn = on.Event == Events.EventTypes.OnboardingCompleted,
    };

    private void CountWeeks(Asked one, IEnumerable<CountedDay> days)
    {
        var needed = one.On.ActiveWeeks!.Value;
        var firsts = days.Where(day => day.Active).GroupBy(day => day.Date.AddDays(-(((int)day.Date.DayOfWeek + 6) % 7))).Select(week => (Monday: week.Key, First: week.Min(day => day.Date))).OrderBy(week => week.Monday).ToList();
        weeks[one.Customer] = [.. firsts.Select(week => week.Monday)];
        Put(one, new(Math.Min(needed, firsts.Count), firsts.Count >= needed ? firsts[needed - 1].First.Start() : null, firsts.Count >= needed ? "usage" : ""));
    }

    private async Task CountDays(Measure measure, int needed, List<Asked> asked, ILookup<string, CountedDay> days)
    {
        var reached = new Dictionary<string, (DateOnly Day, long Missing)>(StringComparer.Ordinal);
        foreach (var one in asked)
        {
            var sum = 0L;
            foreach (var day in days[one.Customer])
            {
                if (sum < needed && sum + day.Of(measure.Column) >= needed) reached[one.Customer] = (day.Date, needed - sum);
                sum += day.Of(measure.Column);
            }

            Put(one, reached.TryGetValue(one.Customer, out var found) ? new(needed, found.Day.Start(), "usage") : new((int)Math.Clamp(sum, 0, needed), null, ""));
        }

        // The moment of that day by which it was enough; where the day is all that is known, its start stays.
        var closer = asked.Where(one => reached.TryGetValue(one.Customer, out var found) && !(one.KnownDay <= found.Day)).ToList();
        if (closer.Count == 0) return;
        var customers = closer.Select(one => one.Customer).Distinct(StringComparer.Ordinal).ToArray();
        var moments = (await Query<(string CustomerId, DateTime At, long N, string Id)>(Sql.Read("Engagement/Reach/on_day.sql"),
            new { customers, days = customers.Select(customer => reached[customer].Day).ToArray(), kind = measure.Column, url = measure.Url, types = measure.Types.ToArray() })).ToLookup(one => one.CustomerId, StringComparer.Ordinal);
        foreach (var one in closer)
        {
            var sum = 0L;
            foreach (var moment in moments[one.Customer].OrderBy(each => each.At).ThenBy(each => each.Id, StringComparer.Ordinal))
            {
                sum += moment.N;
                if (sum < reached[one.Customer].Missing) continue;
                Put(one, new(needed, moment.At, moment.Id.Length > 0 ? "event:" + moment.Id : "usage"));
                break;
            }
        }
    }

    private async Task CountEvents(object args, int needed, List<Asked> asked)
    {
        var found = (await Query<(string CustomerId, DateTime At, string Id, string? Person)>(Sql.Read("Engagement/Reach/happened.sql"), args)).ToLookup(one => one.CustomerId, StringComparer.Ordinal);
        foreach (var one in asked)
        {
            var first = found[one.Customer].OrderBy(each => each.At).ThenBy(each => each.Id, StringComparer.Ordinal).Take(needed).ToList();
            Put(one, first.Count < needed ? new(first.Count, null, "") : new(needed, first[^1].At, "event:" + first[^1].Id));
        }
    }

    private void Put(Asked one, Counted counted)
    {
        if (!counts.TryGetValue(one.Customer, out var of)) counts[one.Customer] = of = new(StringComparer.Ordinal);
        of[one.Key] = counted;
    }

    private static string Pattern(string value)
    {
        var open = value.EndsWith('*');
        var text = (open ? value[..^1] : value).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
        return open ? text + "%" : text;
    }

    private Task<IEnumerable<T>> Query<T>(string sql, object args) => connection.QueryAsync<T>(new CommandDefinition(sql, args, transaction, commandTimeout: 600, cancellationToken: ct));
}
