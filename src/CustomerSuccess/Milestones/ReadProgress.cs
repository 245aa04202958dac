using CustomerSuccess.Milestones.Behind;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones;

/// <summary>
/// How far a customer is with one milestone. Counted of Needed: how much of it has happened. ReachedAt: when it was enough, for good. By: event:ID, usage
/// or time. Points and badge: of those who reached it, what it gave then. Celebrated: where (mail, product, team); empty for what was reached long before it was found.
/// </summary>
public sealed record MilestoneProgress(
    string Id, string Title, string Words, string ReachedOn, int Needed, int Counted, int Percent, bool Reached, DateTime? ReachedAt, DateTime? FoundAt, string By, int Points, string Badge, IReadOnlyList<string> Celebrated);

/// <summary>A customer's milestones: those they reached, the last one first, then the others, the nearest first. Points and badges: what they earned.</summary>
public sealed record CustomerMilestones(string CustomerId, int Points, int Reached, int Of, IReadOnlyList<string> Badges, IReadOnlyList<MilestoneProgress> Milestones);

/// <summary>Reads a customer's milestones from tables that are kept for it: never from the log.</summary>
public static class ReadProgress
{
    private sealed record Account(DateOnly SignupDate, string Plan, string Cohort);

    private sealed record Row(string Milestone, string Title, DateTime ReachedAt, DateTime FoundAt, string ReachedBy, string Rule, int Points, string Badge, string[] Celebrated);

    private static readonly string Query = string.Join(";\n", KnownBooks.CurrentQuery, "select signup_date, plan, cohort from customers where customer_id = @id",
        "select milestone, title, reached_at, found_at, reached_by, rule, points, badge, celebrated from milestones where customer_id = @id order by reached_at desc, milestone",
        "select milestone, n from milestone_counts where customer_id = @id", UsageSums.Query);

    /// <summary>Null where there is no such customer.</summary>
    public static async Task<CustomerMilestones?> One(NpgsqlConnection connection, string id, DateOnly today, CancellationToken ct)
    {
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(Query, new { id, customers = new[] { id } }, cancellationToken: ct));
        var book = KnownBooks.Of(await read.ReadSingleOrDefaultAsync<(int, string?, string?)>());
        var account = await read.ReadSingleOrDefaultAsync<Account>();
        var reached = (await read.ReadAsync<Row>()).AsList();
        var counts = (await read.ReadAsync<(string, int)>()).ToDictionary(StringComparer.Ordinal);
        var sums = await read.ReadSingleOrDefaultAsync<UsageSums>();
        if (account is null) return null;
        var had = reached.Select(row => row.Milestone).ToHashSet(StringComparer.Ordinal);
        var open = book.Open.Where(one => !had.Contains(one.Id) && one.Audience?.Holds(account.Plan, account.Cohort) != false)
            .Select(one => Open(one, Counted(one.ReachedOn, one.Id))).OrderByDescending(one => one.Percent).ToList();
        return new(id, reached.Sum(row => row.Points), reached.Count, reached.Count + open.Count, [.. reached.Select(row => row.Badge).Where(badge => badge.Length > 0).Distinct()],
            [.. reached.Select(row => Done(row, book)), .. open]);

        long Counted(MilestoneRule rule, string milestone) =>
            rule.Days is not null ? today.DayNumber - account.SignupDate.DayNumber : rule.OfUsage ? sums?.Of(rule) ?? 0 : counts.GetValueOrDefault(milestone);
    }

    private static MilestoneProgress Open(Milestone one, long counted)
    {
        var n = (int)Math.Clamp(counted, 0, one.ReachedOn.Needed);
        return new(one.Id, one.Title, one.Words, one.ReachedOn.ToString(), one.ReachedOn.Needed, n, Percent.Of(n, one.ReachedOn.Needed), false, null, null, "", one.Points, one.Badge ?? "", []);
    }

    // As it was when it was reached; it may be another one by now, or none.
    private static MilestoneProgress Done(Row row, MilestoneBook book)
    {
        var needed = book.Find(row.Milestone)?.ReachedOn.Needed ?? 1;
        return new(row.Milestone, row.Title, book.Find(row.Milestone)?.Words ?? "", row.Rule, needed, needed, 100, true, row.ReachedAt, row.FoundAt, row.ReachedBy, row.Points, row.Badge, [.. row.Celebrated.Where(one => one.Length > 0)]);
    }
}
