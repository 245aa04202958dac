using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Events;
using CustomerSuccess.Onboarding.Workflow.Course;
using CustomerSuccess.Onboarding.Workflow.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Onboarding.Workflow.Behind;

/// <summary>
/// Takes what was noted into the tables of the workflow, behind the events: it costs the sender a row a commit and type. One process does this at
/// a time, and nobody else writes these tables, so what is older never overwrites what is newer.
/// </summary>
public static class FollowWorkflow
{
    // Class of the advisory lock; decision 3 lists them.
    private const int Lock = 15, AtOnce = 500;

    // So many customers in one transaction: while it lasts, whoever has to be alone (a rebuild, a publication) waits, and all writers behind them.
    private const int Most = 1000;

    /// <summary>What is completed later than this after it happened is no news.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    /// <summary>Noted is how many rows were worked off; null: another process is at it, or a rebuild.</summary>
    public sealed record Round(int Noted, IReadOnlyList<string> Customers);

    private sealed record Noted(string? Type, string[] Customers, DateTime First, DateTime Last);

    /// <summary>Work off up to <paramref name="limit"/> rows of what was noted and write what is news.</summary>
    public static async Task<Round?> Run(NpgsqlDataSource db, EventLog events, TimeProvider clock, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"select set_config('jit', 'off', true) is not null and pg_try_advisory_xact_lock({Lock}, 0) and pg_try_advisory_xact_lock_shared(7, -1)", null, transaction, cancellationToken: ct)))
            return null;
        var noted = await Take(connection, transaction, limit, ct);
        var changed = await Work(connection, transaction, noted, news => Tell(connection, transaction, events, news, clock.Now(), ct), ct);
        await transaction.CommitAsync(ct);
        return new(noted.Count, changed);
    }

    /// <summary>Everything that waits, in the caller's transaction, which keeps the worker away. Writes no news.</summary>
    public static async Task CatchUp(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        while (await Take(connection, transaction, 1000, ct) is { Count: > 0 } noted) await Work(connection, transaction, noted, _ => Task.CompletedTask, ct);
    }

    private static async Task<List<Noted>> Take(NpgsqlConnection connection, NpgsqlTransaction transaction, int limit, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(
            "delete from workflow_waiting where id in (select id from workflow_waiting order by id limit $1) returning type, customers, first, last", connection, transaction) { Parameters = { new() { Value = limit } } };
        await using var reader = await take.ExecuteReaderAsync(ct);
        var noted = new List<Noted>();
        while (await reader.ReadAsync(ct))
        {
            noted.Add(reader.IsDBNull(0) ? new(null, reader.GetFieldValue<string[]>(1), default, default)
                : new(reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.GetDateTime(2), reader.GetDateTime(3)));
        }

        return noted;
    }

    // The customers who may stand elsewhere now.
    private static async Task<IReadOnlyList<string>> Work(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<Noted> noted, Func<IReadOnlyList<Envelope>, Task> tell, CancellationToken ct)
    {
        var asked = await Needed(connection, transaction, noted, ct);
        if (asked.Count == 0) return [];
        await PutBack(connection, transaction, asked, ct);
        var definitions = await KnownDefinitions.Read(connection, transaction, ct);
        foreach (var some in asked.OrderBy(one => one.Key, StringComparer.Ordinal).Chunk(AtOnce))
        {
            var standings = await LoadCourses.Run(connection, transaction, some.ToDictionary(StringComparer.Ordinal), definitions, ct);
            var news = await News(connection, transaction, [.. standings.Where(one => asked[one.Progress.CustomerId] is not null)], ct);
            await StoreProgress.Run(connection, transaction, standings, ct);
            if (news.Count > 0) await tell(news);
        }

        return [.. asked.Keys];
    }

    // Those beyond the most wait for the next round, with all that was noted of them.
    private static async Task PutBack(NpgsqlConnection connection, NpgsqlTransaction transaction, Dictionary<string, IReadOnlySet<string>?> asked, CancellationToken ct)
    {
        foreach (var rest in asked.OrderBy(one => one.Key, StringComparer.Ordinal).Skip(Most).Chunk(Most).ToList())
        {
            foreach (var (customer, _) in rest) asked.Remove(customer);
            var told = rest.SelectMany(one => one.Value ?? new HashSet<string>(), (one, type) => (one.Key, Type: type)).ToList();
            // Of these it is known that they matter: a time before all others says so again.
            await connection.ExecuteAsync(new CommandDefinition(
                """
                insert into workflow_waiting (customers) select @whole where cardinality(@whole) > 0;
                insert into workflow_waiting (type, customers, first, last)
                select type, array_agg(customer_id), '1970-01-01Z', '1970-01-01Z' from unnest(@ids, @types) as told(customer_id, type) group by type
                """,
                new { whole = rest.Where(one => one.Value is null).Select(one => one.Key).ToArray(), ids = told.Select(one => one.Key).ToArray(), types = told.Select(one => one.Type).ToArray() },
                transaction, cancellationToken: ct));
        }
    }

    // By customer the types that matter; null: all of it anew.
    private static async Task<Dictionary<string, IReadOnlySet<string>?>> Needed(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Noted> noted, CancellationToken ct)
    {
        var needed = new Dictionary<string, IReadOnlySet<string>?>(StringComparer.Ordinal);
        var told = new Dictionary<(string Customer, string Type), (DateTime First, DateTime Last)>();
        foreach (var one in noted)
        {
            foreach (var customer in one.Customers)
            {
                if (one.Type is null) needed[customer] = null;
                else if (!told.TryGetValue((customer, one.Type), out var known)) told[(customer, one.Type)] = (one.First, one.Last);
                else told[(customer, one.Type)] = (known.First < one.First ? known.First : one.First, known.Last > one.Last ? known.Last : one.Last);
            }
        }

        if (told.Count == 0) return needed;
        var found = await connection.QueryAsync<(string Customer, string Type)>(new CommandDefinition(Sql.Read("Onboarding/Workflow/Behind/needed.sql"), new
        {
            customers = told.Keys.Select(key => key.Customer).ToArray(),
            types = told.Keys.Select(key => key.Type).ToArray(),
            firsts = told.Values.Select(value => value.First).ToArray(),
            lasts = told.Values.Select(value => value.Last).ToArray(),
            activity = Measure.Activity.ToArray(),
        }, transaction, cancellationToken: ct));
        foreach (var group in found.GroupBy(one => one.Customer, StringComparer.Ordinal))
        {
            // Another version counts otherwise.
            if (!needed.ContainsKey(group.Key)) needed[group.Key] = group.Select(one => one.Type).ToHashSet(StringComparer.Ordinal);
        }

        return needed;
    }

    // Stages that were not done and are, of customers who were followed before.
    private static async Task<IReadOnlyList<Envelope>> News(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Standing> standings, CancellationToken ct)
    {
        var done = standings.SelectMany(one => one.Progress.Stages.Where(stage => stage.Completed).Select(stage => (one.Progress.CustomerId, Stage: stage))).ToList();
        if (done.Count == 0) return [];
        var known = (await connection.QueryAsync<(string, string)>(new CommandDefinition(
            "select customer_id, stage from workflow_stages where customer_id = any(@customers) and state = 'completed'",
            new { customers = done.Select(one => one.CustomerId).Distinct().ToArray() }, transaction, cancellationToken: ct))).ToHashSet();
        return [.. done.Where(one => !known.Contains((one.CustomerId, one.Stage.Stage.Id))).Select(one => new Envelope
        {
            Id = $"{WorkflowEvents.StageCompleted}:{one.CustomerId}:{one.Stage.Stage.Id}",
            Source = "system",
            Type = WorkflowEvents.StageCompleted,
            CustomerId = one.CustomerId,
            OccurredAt = one.Stage.Since,
            ReceivedAt = one.Stage.Since,
            Actor = "system",
            Properties = System.Text.Json.JsonSerializer.Serialize(new { stage = one.Stage.Stage.Id, title = one.Stage.Stage.Title }),
        })];
    }

    // Once in a customer's life: who is told already, and what happened long ago, is left out.
    private static async Task Tell(NpgsqlConnection connection, NpgsqlTransaction transaction, EventLog events, IReadOnlyList<Envelope> news, DateTime now, CancellationToken ct)
    {
        var fresh = news.Where(e => now - e.OccurredAt < Fresh).ToList();
        if (fresh.Count == 0) return;
        var told = (await connection.QueryAsync<string>(new CommandDefinition("select id from events where id = any(@ids) and source = 'system'",
            new { ids = fresh.Select(e => e.Id).ToArray() }, transaction, cancellationToken: ct))).ToHashSet(StringComparer.Ordinal);
        await events.Write(connection, transaction, [.. fresh.Where(e => !told.Contains(e.Id)).Select(e => e with { ReceivedAt = now })], ct);
    }
}
