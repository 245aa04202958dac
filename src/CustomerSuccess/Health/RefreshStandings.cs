using System.Text.Json;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Behind;
using CustomerSuccess.Onboarding;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Health;

/// <summary>
/// Works out the health of customers something happened to: today's score and standing, the days that history restated,
/// and health_changed where the status is another one. One process does this at a time, so an older view never
/// overwrites a newer one.
/// </summary>
public static class RefreshStandings
{
    // Older days can still be asked for; they are then worked out from the log.
    private const int DaysOfHistory = 120;

    private sealed record Touched(string CustomerId, DateOnly? Since);

    private sealed record Change(string CustomerId, int FromScore, string FromStatus, int Score, string Status, int Changes);

    /// <summary>Do what waits, at most <paramref name="limit"/> entries. Returns the customers refreshed; empty when nothing waits or another process is at it.</summary>
    public static async Task<IReadOnlyList<string>> Run(NpgsqlDataSource db, EventLog events, TimeProvider clock, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select set_config('jit', 'off', true) is not null and pg_try_advisory_xact_lock(8, 0)", null, transaction, cancellationToken: ct)))
            return [];
        var touched = (await connection.QueryAsync<Touched>(
            new CommandDefinition(Sql.Read("Health/take_touched.sql"), new { limit }, transaction, cancellationToken: ct))).ToList();
        if (touched.Count == 0) return [];

        var today = clock.Today();
        await RestatePast(connection, transaction, touched, today, ct);
        var customers = touched.Select(one => one.CustomerId).ToArray();
        var facts = await Facts.Now(connection, transaction, customers, ct);
        var scores = facts.Select(one => ScoreHealth.Of(one, HealthModel.EarlyAccess, today)).ToList();
        await StoreScores(connection, transaction, scores, today, ct);
        await StoreStandings(connection, transaction, events, facts, scores, clock, ct);
        // Milestones follow the same customers; told here, they cost whoever stores events nothing.
        foreach (var some in touched.GroupBy(one => one.Since is not null)) await Waiting.Note(connection, transaction, [.. some.Select(one => one.CustomerId)], history: some.Key, ct);
        await transaction.CommitAsync(ct);
        return customers;
    }

    /// <summary>Put those in the queue whose status changed by the passing of time alone: nothing happened, and that is the news.</summary>
    public static async Task<int> TouchTheSilent(NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into touched (customers)
            select array_agg(customer_id) from (
              select customer_id, (row_number() over (order by customer_id) - 1) / 1000 as part from standings
              where status <> 'inactive' and coalesce(last_active, signup_date) <= @today - @after::integer
            ) silent
            group by part
            """,
            new { today = clock.Today(), after = ScoreHealth.InactiveAfterDays }, cancellationToken: ct));
    }

    private static async Task RestatePast(NpgsqlConnection connection, NpgsqlTransaction transaction, List<Touched> touched, DateOnly today, CancellationToken ct)
    {
        var past = touched.Where(one => one.Since < today).ToList();
        if (past.Count == 0) return;
        var first = past.Min(one => one.Since!.Value);
        // The planner takes what is known of a thousand customers for one row, and would join each with each.
        await connection.ExecuteAsync(new CommandDefinition("set local enable_nestloop = off", null, transaction, cancellationToken: ct));
        for (var day = first < today.AddDays(-DaysOfHistory) ? today.AddDays(-DaysOfHistory) : first; day < today; day = day.AddDays(1))
        {
            // Before its own first restated day nothing about a customer changed.
            var customers = past.Where(one => one.Since <= day).Select(one => one.CustomerId).ToArray();
            var known = (await Facts.AsOf(connection, transaction, customers, day, ct)).Select(one => ScoreHealth.Of(one, HealthModel.EarlyAccess, day)).ToList();
            if (known.Count > 0) await StoreScores(connection, transaction, known, day, ct);
        }

        await connection.ExecuteAsync(new CommandDefinition("set local enable_nestloop = on", null, transaction, cancellationToken: ct));
    }

    private static Task StoreScores(NpgsqlConnection connection, NpgsqlTransaction transaction, List<HealthScore> scores, DateOnly day, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            Sql.Read("Health/store_scores.sql"),
            new
            {
                ids = scores.Select(score => score.CustomerId).ToArray(),
                scores = scores.Select(score => score.Score).ToArray(),
                statuses = scores.Select(score => score.Status).ToArray(),
                points = scores.Select(score => JsonSerializer.Serialize(score.Lines, JsonSerializerOptions.Web)).ToArray(),
                day,
                model = HealthModel.EarlyAccess.Name,
                version = HealthModel.EarlyAccess.Version,
            },
            transaction, cancellationToken: ct));

    private static async Task StoreStandings(
        NpgsqlConnection connection, NpgsqlTransaction transaction, EventLog events,
        IReadOnlyList<HealthFacts> facts, List<HealthScore> scores, TimeProvider clock, CancellationToken ct)
    {
        var changes = await connection.QueryAsync<Change>(new CommandDefinition(
            Sql.Read("Health/store_standings.sql"),
            new
            {
                ids = scores.Select(score => score.CustomerId).ToArray(),
                stages = facts.Select(one => OnboardingSteps.Stage(one.Steps, one.Completed)).ToArray(),
                scores = scores.Select(score => score.Score).ToArray(),
                bands = scores.Select(score => score.Band).ToArray(),
                statuses = scores.Select(score => score.Status).ToArray(),
            },
            transaction, cancellationToken: ct));
        var now = clock.Now();
        await events.Write(connection, transaction,
            [.. changes.Select(change => new Envelope
            {
                Id = $"{EventTypes.HealthChanged}:{change.CustomerId}:{change.Changes}",
                Source = "system",
                Type = EventTypes.HealthChanged,
                CustomerId = change.CustomerId,
                OccurredAt = now,
                ReceivedAt = now,
                Actor = "system",
                Properties = JsonSerializer.Serialize(new { score = change.Score, status = change.Status, from_score = change.FromScore, from_status = change.FromStatus }),
            })],
            ct);
    }
}
