using System.Globalization;
using System.Text.Json;
using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones.Behind;

/// <summary>
/// Finds what customers have reached and writes it down as events, behind what happens. One process does this at a time; an event's id names
/// customer and milestone, so that whatever is found twice is stored once.
/// </summary>
public static class FollowMilestones
{
    // Class of the advisory lock; decision 3 lists them.
    private const int Lock = 16, AtOnce = 500;

    /// <summary>What was reached longer ago when it is found is no news.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    /// <summary>Noted: rows that were worked off. Customers: who reached something.</summary>
    public sealed record Round(int Noted, IReadOnlyList<string> Customers);

    private sealed record Account(string CustomerId, DateOnly SignupDate, string Plan, string Cohort, bool Gone, bool Heard);

    /// <summary>Work off what waits, of about so many customers; null: another process is at it, or a rebuild.</summary>
    public static async Task<Round?> Run(NpgsqlDataSource db, EventLog events, TimeProvider clock, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"select set_config('jit', 'off', true) is not null and pg_try_advisory_xact_lock({Lock}, 0) and pg_try_advisory_xact_lock_shared(7, -1)", null, transaction, cancellationToken: ct)))
            return null;
        var waiting = await Waiting.Read(connection, transaction, Sql.Read("Milestones/Behind/take.sql"), limit, ct);
        if (waiting.Count == 0) return new(0, []);
        var book = await KnownBooks.Current(connection, transaction, ct);
        var changed = new List<string>();
        foreach (var some in Concern.Of(waiting).OrderBy(one => one.Key, StringComparer.Ordinal).Chunk(AtOnce))
        {
            var found = await Find(connection, transaction, book, some.ToDictionary(StringComparer.Ordinal), clock.Now(), ct);
            if (found.Count == 0) continue;
            await events.Write(connection, transaction, found, ct);
            changed.AddRange(found.Select(e => e.CustomerId!).Distinct(StringComparer.Ordinal));
        }

        await transaction.CommitAsync(ct);
        return new(waiting.Count, changed);
    }

    /// <summary>
    /// Counts what waits, in the caller's transaction, which keeps the worker away. What is reached is left to the worker: that is decided once
    /// and never by a rebuild.
    /// </summary>
    public static async Task CatchUp(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        while (await Waiting.Read(connection, transaction, Sql.Read("Milestones/Behind/to_count.sql"), 0, ct) is { Count: > 0 } waiting)
            await CountLog.Run(connection, transaction, await KnownBooks.Current(connection, transaction, ct), Concern.Of(waiting), ct);
    }

    private static async Task<List<Envelope>> Find(
        NpgsqlConnection connection, NpgsqlTransaction transaction, MilestoneBook book, Dictionary<string, Concern> asked, DateTime now, CancellationToken ct)
    {
        var customers = asked.Keys.ToArray();
        await using var read = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select customer_id, signup_date, plan, cohort, status = 'churned' or archived_at is not null as gone, not is_test and archived_at is null and status <> 'churned' as heard from customers where customer_id = any(@customers);
            select customer_id, milestone, reached_at, rule from milestones where customer_id = any(@customers)
            """, new { customers }, transaction, commandTimeout: 600, cancellationToken: ct));
        var accounts = (await read.ReadAsync<Account>()).ToDictionary(one => one.CustomerId, StringComparer.Ordinal);
        var reached = (await read.ReadAsync<(string Customer, string Milestone, DateTime At, string Rule)>()).ToDictionary(row => (row.Customer, row.Milestone), row => (row.At, row.Rule));
        await read.DisposeAsync();

        var found = new List<(Account Account, Milestone Milestone, Counted Counted)>();
        void Add(string customer, string milestone, Counted counted)
        {
            if (counted.ReachedAt is not null && accounts.TryGetValue(customer, out var account)) found.Add((account, book.Find(milestone)!, counted));
        }

        foreach (var (customer, counts) in await CountLog.Run(connection, transaction, book, asked, ct))
        {
            foreach (var (milestone, counted) in counts) Add(customer, milestone, counted);
        }

        foreach (var (customer, counts) in await OfUsage(connection, transaction, book, asked, reached, ct))
        {
            foreach (var (milestone, counted) in counts) Add(customer, milestone, counted);
        }

        foreach (var account in accounts.Values.Where(one => asked[one.CustomerId].Days && !one.Gone))
        {
            foreach (var one in book.Open.Where(one => one.ReachedOn.Days is { } days && account.SignupDate.AddDays(days) <= now.Day()))
                Add(account.CustomerId, one.Id, new(one.ReachedOn.Needed, account.SignupDate.AddDays(one.ReachedOn.Needed).Start(), "time"));
        }

        if (found.Count == 0) return [];
        // Asked last: history that can be seen by now has told of itself, even if its turn has not come.
        var quiet = (await connection.QueryAsync<string>(new CommandDefinition(
            "select distinct c from (select unnest(customers) as c from milestones_waiting where history) told where c = any(@customers)",
            new { customers = found.Select(one => one.Account.CustomerId).Distinct(StringComparer.Ordinal).ToArray() }, transaction, cancellationToken: ct))).ToHashSet(StringComparer.Ordinal);
        return [.. found.Where(one => one.Milestone.Audience?.Holds(one.Account.Plan, one.Account.Cohort) != false)
            .Select(one => reached.TryGetValue((one.Account.CustomerId, one.Milestone.Id), out var had) ? Restated(one.Account, one.Milestone, one.Counted, had, now)
                : Reached(one.Account, one.Milestone, one.Counted, book, asked[one.Account.CustomerId].History || quiet.Contains(one.Account.CustomerId), now)).OfType<Envelope>()];
    }

    // Sums first, which is what most customers who did something come to; the days of those for whom they are enough.
    private static async Task<IReadOnlyDictionary<string, Dictionary<string, Counted>>> OfUsage(
        NpgsqlConnection connection, NpgsqlTransaction transaction, MilestoneBook book, Dictionary<string, Concern> asked, Dictionary<(string, string), (DateTime At, string Rule)> reached, CancellationToken ct)
    {
        var ofUsage = book.Open.Where(one => one.ReachedOn.OfUsage).ToList();
        var wanted = asked.Where(one => one.Value.Usage)
            .SelectMany(one => ofUsage.Where(milestone => one.Value.Late || !reached.ContainsKey((one.Key, milestone.Id))).Select(milestone => (Customer: one.Key, Milestone: milestone))).ToList();
        if (wanted.Count == 0) return new Dictionary<string, Dictionary<string, Counted>>(StringComparer.Ordinal);
        var sums = await UsageSums.Read(connection, transaction, [.. wanted.Select(one => one.Customer).Distinct(StringComparer.Ordinal)], ct);
        return await new CountReached(connection, transaction, ct).Run([.. wanted
            .Where(one => sums.TryGetValue(one.Customer, out var sum) && sum.Of(one.Milestone.ReachedOn) >= one.Milestone.ReachedOn.Needed)
            .Select(one => new CountReached.Asked(one.Customer, one.Milestone.Id, one.Milestone.ReachedOn.Counting,
                reached.TryGetValue((one.Customer, one.Milestone.Id), out var had) ? had.At.Day() : null))]);
    }

    private static Envelope Reached(Account account, Milestone one, Counted counted, MilestoneBook book, bool history, DateTime now)
    {
        var at = counted.ReachedAt!.Value;
        var news = account.Heard && !history && now - at < Fresh && (!book.Since.TryGetValue(one.Id, out var since) || at >= since);
        return Write(EventTypes.MilestoneReached, $"{EventTypes.MilestoneReached}:{account.CustomerId}:{one.Id}", account, at, now, new
        {
            milestone = one.Id,
            title = one.Title,
            words = one.Words,
            rule = one.ReachedOn.ToString(),
            points = one.Points,
            badge = one.Badge ?? "",
            by = counted.By,
            version = book.Version,
            celebrated = news ? string.Join(' ', CheckBook.Celebrations.Where(one.Celebrate.Contains)) : "",
        });
    }

    // Late events tell of an earlier day. Another rule than the one it was reached by says nothing about that.
    private static Envelope? Restated(Account account, Milestone one, Counted counted, (DateTime At, string Rule) had, DateTime now)
    {
        var at = counted.ReachedAt!.Value;
        if (had.Rule != one.ReachedOn.ToString() || at.Day() >= had.At.Day()) return null;
        return Write(EventTypes.MilestoneRestated, string.Create(CultureInfo.InvariantCulture, $"{EventTypes.MilestoneRestated}:{account.CustomerId}:{one.Id}:{at:yyyyMMddHHmmssffffff}"), account, at, now,
            new { milestone = one.Id, title = one.Title, before = had.At, by = counted.By });
    }

    private static Envelope Write(string type, string id, Account account, DateTime at, DateTime now, object properties) => new()
    {
        Id = id,
        Source = "system",
        Type = type,
        CustomerId = account.CustomerId,
        OccurredAt = at,
        ReceivedAt = now,
        Actor = "system",
        Properties = JsonSerializer.Serialize(properties),
    };
}
