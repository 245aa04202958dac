using Dapper;
using Npgsql;

namespace CustomerSuccess.Messages.Schedules;

/// <summary>One run of a schedule: of that local date, and there is no second one.</summary>
public sealed record ScheduledRun
{
    public required string Schedule { get; init; }

    public required DateOnly LocalDate { get; init; }

    /// <summary>When it should begin.</summary>
    public DateTime DueAt { get; init; }

    /// <summary>waiting, running, done, failed or missed.</summary>
    public required string State { get; init; }

    /// <summary>schedule, or who asked for it.</summary>
    public required string AskedBy { get; init; }

    public int Attempt { get; init; }

    public string Cursor { get; init; } = "";

    public long Queued { get; init; }

    public long Already { get; init; }

    /// <summary>JSON object: reason → how many.</summary>
    public string Passed { get; init; } = "{}";

    public string Outcome { get; init; } = "";

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    internal const string Columns = "schedule, local_date, due_at, state, asked_by, attempt, cursor, queued, already, passed::text as passed, outcome, started_at, finished_at";

    /// <summary>The latest runs of each schedule, newest first.</summary>
    public static async Task<IReadOnlyList<ScheduledRun>> Latest(NpgsqlConnection connection, int each, CancellationToken ct) =>
        (await connection.QueryAsync<ScheduledRun>(new CommandDefinition(
            $"select {Columns} from (select *, row_number() over (partition by schedule order by local_date desc) as n from schedule_runs) r where n <= @each order by local_date desc, schedule",
            new { each }, cancellationToken: ct))).AsList();

    public static async Task<ScheduledRun?> Find(NpgsqlConnection connection, NpgsqlTransaction? transaction, string schedule, DateOnly date, CancellationToken ct) =>
        await connection.QuerySingleOrDefaultAsync<ScheduledRun>(new CommandDefinition(
            $"select {Columns} from schedule_runs where schedule = @schedule and local_date = @date", new { schedule, date }, transaction, cancellationToken: ct));
}
