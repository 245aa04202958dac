using CustomerSuccess.Engagement.Reach;
using CustomerSuccess.Events;
using CustomerSuccess.Milestones.Definitions;
using CustomerSuccess.Platform;
using Dapper;
using Npgsql;

namespace CustomerSuccess.Milestones.Behind;

/// <summary>Who is to be looked at, and what for. First: before anything that came in. History: what comes of it is no news.</summary>
public sealed record Waiting(string What, string[] Customers, DateTime? First, bool History)
{
    /// <summary>What is counted by day, as far as it is not reached.</summary>
    public const string Usage = "~usage";

    /// <summary>What is counted by day, reached or not: a day was restated.</summary>
    public const string Late = "~late";

    /// <summary>Days since signing up.</summary>
    public const string Days = "~days";

    public const string All = "~all";

    private const int AtOnce = 1000;

    // No milestone may wait for these.
    private static bool Never(string type) => type is EventTypes.PageView or EventTypes.HealthChanged or EventTypes.NoteAdded or EventTypes.NoteRemoved or EventTypes.NoteRestored
        or EventTypes.EmailSent or EventTypes.ApiCallsFailed or EventTypes.PersonUpdated or EventTypes.MilestoneReached or EventTypes.MilestoneRestated;

    /// <summary>Usage that comes when it happens is told by the worker of health, so that it costs whoever stores it nothing.</summary>
    public static bool Takes(Envelope e) =>
        Measure.Activity.Contains(e.Type, StringComparer.Ordinal) ? e.History || e.OccurredAt.Day() < e.ReceivedAt.Day() : !Never(e.Type);

    public static string Fold { get; } = Sql.Read("Milestones/Behind/noted.sql")
        .Replace("/*usage*/", $"array[{string.Join(", ", Measure.Activity.Select(type => $"'{type}'"))}]", StringComparison.Ordinal);

    /// <summary>These customers did something. Told by whoever follows all of them, in their transaction.</summary>
    public static async Task Note(NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<string> customers, bool history, CancellationToken ct)
    {
        foreach (var some in customers.Chunk(AtOnce))
        {
            await connection.ExecuteAsync(new CommandDefinition("insert into milestones_waiting (what, customers, history) values (@what, @some, @history)",
                new { what = Usage, some, history }, transaction, cancellationToken: ct));
        }
    }

    /// <summary>Whose days are full, by milestone; the worker takes them from there.</summary>
    public static async Task<int> NoteDue(NpgsqlDataSource db, DateOnly today, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = 0;
        foreach (var one in (await KnownBooks.Current(connection, null, ct)).Open.Where(one => one.ReachedOn.Days is not null))
        {
            rows += await connection.ExecuteAsync(new CommandDefinition(Sql.Read("Milestones/Behind/due.sql"), new
            {
                milestone = one.Id,
                until = today.AddDays(-one.ReachedOn.Days!.Value),
                plans = (one.Audience?.Plans ?? []).Select(plan => plan.ToLowerInvariant()).ToArray(),
                cohorts = (one.Audience?.Cohorts ?? []).Select(cohort => cohort.ToLowerInvariant()).ToArray(),
            }, commandTimeout: 600, cancellationToken: ct));
        }

        return rows;
    }

    internal static async Task<List<Waiting>> Read(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, int limit, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(sql.Replace("@limit", "$1", StringComparison.Ordinal), connection, transaction);
        if (sql.Contains("@limit", StringComparison.Ordinal)) take.Parameters.Add(new() { Value = limit });
        await using var reader = await take.ExecuteReaderAsync(ct);
        var found = new List<Waiting>();
        while (await reader.ReadAsync(ct)) found.Add(new(reader.GetString(0), reader.GetFieldValue<string[]>(1), reader.IsDBNull(2) ? null : reader.GetDateTime(2), reader.GetBoolean(3)));
        return found;
    }
}
